/**
 * What a notebook cell shows besides charts: tables, facts, checks.
 *
 * Everything also has a plain text form, which is what a terminal shows.
 *
 * @module
 */

import { LakehouseError } from "../core/errors.ts";
import { formatDate, formatNumber, valueText } from "../core/format.ts";
import { breaking, displayable, escapeHtml } from "../core/kernel.ts";
import { DISPLAY, type Displayable, kernel, seen } from "../core/kernel.ts";
import { namesThings, plainText } from "./table_column.ts";

/**
 * Shows a table, a chart or facts now, in the middle of a cell.
 *
 * The last value of a cell shows by itself.
 *
 * @example Usage
 * ```ts
 * import { show, table } from "@lakehouse";
 *
 * await show(table([{ company: "Flash Cab", trips: 1200 }]));
 * ```
 */
export async function show(value: Displayable): Promise<void> {
  const data = value[DISPLAY]();
  const notebook = kernel();
  if (!notebook) return console.log(data["text/plain"]);
  await notebook.broadcast("display_data", {
    data,
    metadata: {},
    transient: {},
  });
}

/** A value as facts and checks show it: numbers grouped, dates and bytes plain. */
export function factText(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "number" || typeof value === "bigint") {
    return formatNumber(value);
  }
  return value instanceof Date ? formatDate(value) : valueText(value);
}

/**
 * Named facts, one a line: `facts({ stack: "local", rows: 1_000_000 })`.
 *
 * @example Usage
 * ```ts
 * import { facts } from "@lakehouse";
 *
 * facts({ stack: "local", Trino: "http://localhost:9999", rows: 1_000_000 });
 * ```
 */
export function facts(values: object): Displayable {
  const lines = Object.entries(values).map(([name, value]) =>
    [name, namesThings(name) ? plainText(value) : factText(value)]
      .map((text) => seen(text)) as [string, string]
  );
  const width = Math.max(0, ...lines.map(([name]) => name.length));
  const cell = (text: string) =>
    `style="text-align:left;max-width:none;${breaking(text)}"`;
  return displayable(
    `<table><tbody>${
      lines.map(([name, text]) =>
        `<tr><th ${cell("")}>${escapeHtml(name)}</th>` +
        `<td ${cell(text)}>${escapeHtml(text)}</td></tr>`
      ).join("")
    }</tbody></table>`,
    lines.map(([name, text]) => `${name.padEnd(width)}  ${text}`).join("\n"),
  );
}

/**
 * Shows a claim with the fact behind it, or fails when the claim is false.
 *
 * The headless run of a notebook fails when a cell that calls `check()` has
 * shown no ✓.
 *
 * @param detail The fact, for instance a count.
 * @throws {LakehouseError} When `ok` is false, or not a boolean (a forgotten `await`).
 * @example Usage
 * ```ts
 * import { check } from "@lakehouse";
 *
 * const rows = 1_000_000;
 * check("Every trip arrived", rows === 1_000_000, rows);
 * ```
 */
export function check(
  claim: string,
  ok: boolean,
  detail?: unknown,
): asserts ok {
  if (typeof ok !== "boolean") {
    throw new LakehouseError({
      what: `Cannot check "${claim}"`,
      why: (ok as unknown) instanceof Promise
        ? "a promise is neither true nor false"
        : `${JSON.stringify(ok)} is neither true nor false`,
      next: "await the value, or compare it with === first",
    });
  }
  // On one line: another would look like another claim.
  const fact = detail === undefined
    ? ""
    : seen(factText(detail).replaceAll(/\s*[\n\r]\s*/g, " "));
  if (!ok) {
    throw new LakehouseError({
      what: `Check failed: "${claim}" is not so`,
      ...(fact ? { why: `it is ${fact}` } : {}),
    });
  }
  // A line of text, since it shows at once and in order; a rich output sent
  // without `await` would come after what the cell prints later.
  const isColored = kernel() !== undefined ||
    Deno.stdout.isTerminal() && !Deno.noColor;
  const tick = isColored ? "\x1b[32m✓\x1b[39m" : "✓";
  console.log(`${tick} ${claim}${fact ? `: ${fact}` : ""}`);
}
