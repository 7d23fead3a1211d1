/**
 * What a function's doc comment says, in a cell.
 *
 * @module
 */

import { LakehouseError, nearestName } from "../lib/core/errors.ts";
import { DISPLAY, displayable, escapeHtml } from "../lib/core/kernel.ts";
import type { Displayable } from "../lib/core/kernel.ts";
import { PROJECT_DIR } from "../lib/core/settings.ts";
import { table } from "../lib/show/table.ts";

/** A type, as `deno doc --json` writes it. */
interface Type {
  kind: string;
  repr?: string;
  value?: unknown;
}

interface JsDoc {
  doc?: string;
  tags?: { kind: string; name?: string; doc?: string; tsType?: Type }[];
}

interface Member {
  name: string;
  kind?: string;
  optional?: boolean;
  tsType?: Type;
  jsDoc?: JsDoc;
  /** Of a parameter that has a default. */
  left?: Member;
}

interface Declaration {
  kind: string;
  jsDoc?: JsDoc;
  def: {
    params?: Member[];
    returnType?: Type;
    properties?: Member[];
    extends?: Type[];
  };
}

interface Documented {
  name: string;
  declarations: Declaration[];
}

const MODULES = [
  "lib/mod.ts",
  ...["compat", "data", "engines", "iceberg", "trials"].map((r) =>
    `lab/${r}/mod.ts`
  ),
];

let read: Promise<Documented[]> | undefined;

async function documented(): Promise<Documented[]> {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["doc", "--quiet", "--json"],
      ...MODULES.map((path) => `${PROJECT_DIR}/${path}`),
    ],
    env: { NO_COLOR: "1" },
    stderr: "null",
  }).output();
  if (code !== 0) {
    throw new LakehouseError({
      what: "Cannot read the doc comments",
      why: `deno doc ended with code ${code}`,
      next: "deno task doctor",
    });
  }
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as {
    nodes: Record<string, { symbols: Documented[] }>;
  };
  return Object.values(nodes).flatMap(({ symbols }) => symbols);
}

function typeText(type: Type | undefined): string {
  if (!type) return "";
  const { kind, repr, value } = type;
  const all = (types: unknown, between: string) =>
    (types as Type[]).map(typeText).join(between);
  if (kind === "union") return all(value, " | ");
  if (kind === "array") return `${typeText(value as Type)}[]`;
  const { typeParams } = (value ?? {}) as { typeParams?: Type[] };
  return typeParams ? `${repr}<${all(typeParams, ", ")}>` : repr || "…";
}

const prose = (text = "") => text.replace(/\{@link\w* ([^}]+)\}/g, "$1").trim();

/** `@default {20}` as `Default: 20`, as sentences stand beside each other. */
const meaning = ({ doc, tags }: JsDoc = {}) => {
  const preset = tags?.find(({ kind }) => kind === "default")?.doc;
  const text = `${doc ?? ""}${preset ? ` @default ${preset}` : ""}`;
  return prose(text.replace(/\s+/g, " "))
    .replace(/ ?@default \{?(.*?)\}?$/, " Default: $1.");
};

/** The fields of a type that is an interface of ours, those it extends too. */
function fields(
  type: Type | undefined,
  all: readonly Documented[],
): { option: string; type: string; means: string }[] {
  const own = all.find(({ name }) => name === type?.repr)?.declarations
    .find(({ kind }) => kind === "interface");
  if (!own) return [];
  return [
    ...(own.def.properties ?? []).map(({ name, optional, tsType, jsDoc }) => ({
      option: name + (optional ? "?" : ""),
      type: typeText(tsType),
      means: meaning(jsDoc),
    })),
    ...(own.def.extends ?? []).flatMap((base) => fields(base, all)),
  ];
}

/**
 * What the doc comment of a function or a type says: how it is called, what its
 * options mean, what it throws, and an example.
 *
 * @param thing The function itself, or the name of anything `@lakehouse` or a room of `@lakehouse/lab` exports.
 * @throws {LakehouseError} When neither exports such a name.
 * @example Usage
 * ```ts
 * import { barChart } from "@lakehouse";
 * import { help } from "@lakehouse/lab";
 *
 * await help(barChart);
 * ```
 */
export async function help(
  thing: string | ((...args: never[]) => unknown),
): Promise<Displayable> {
  const name = typeof thing === "string" ? thing : thing.name;
  const all = await (read ??= documented());
  const found = all.find((each) => each.name === name)?.declarations[0];
  if (!found) {
    const near = nearestName(name, all.map((each) => each.name));
    throw new LakehouseError({
      what: `There is no help for "${name}"`,
      why: "neither @lakehouse nor @lakehouse/lab exports it",
      next: near ? `help("${near}")` : `help("barChart"), for instance`,
    });
  }
  const { def, jsDoc } = found;
  const params = (def.params ?? []).map((each) => each.left ?? each);
  const call = def.params
    ? `(${
      params.map(({ name, optional, tsType }, i) =>
        `${name}${optional || def.params![i]!.left ? "?" : ""}: ${
          typeText(tsType)
        }`
      ).join(", ")
    }): ${typeText(def.returnType)}`
    : "";
  const rows = found.kind === "interface"
    ? fields({ kind: "typeRef", repr: name }, all)
    : params.flatMap(({ tsType }) => fields(tsType, all));
  const tags = jsDoc?.tags ?? [];
  const said = tags.flatMap(({ kind, name, tsType, doc }) =>
    kind === "param"
      ? `${name}: ${prose(doc)}`
      : kind === "throws"
      ? `Throws ${typeText(tsType)}: ${prose(doc)}`
      : []
  );
  const examples = tags.filter(({ kind }) => kind === "example")
    .map(({ doc }) => /```\w*[^\n]*\n([^]*?)```/.exec(doc ?? "")?.[1] ?? "");
  const parts = [name + call, prose(jsDoc?.doc), ...said].filter(Boolean);
  const shown = rows.length > 0
    ? table(rows, { limit: rows.length, note: "" })[DISPLAY]()
    : undefined;
  const pre = (text: string) =>
    `<pre style="white-space:pre-wrap">${escapeHtml(text)}</pre>`;
  return displayable(
    [
      pre(parts[0]!),
      ...parts.slice(1).map((text) => `<p>${escapeHtml(text)}</p>`),
      shown?.["text/html"] ?? "",
      ...examples.map(pre),
    ].join(""),
    [...parts, shown?.["text/plain"], ...examples].filter(Boolean)
      .join("\n\n"),
  );
}
