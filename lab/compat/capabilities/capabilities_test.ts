import { assertEquals } from "@std/assert";
import {
  type Answering,
  guarded,
  lax,
  withServer,
} from "../../../tests/servers/lax.ts";
import type { Answer } from "../answer.ts";
import {
  type Capability,
  ENGINE_NAMES,
  type EngineName,
  isNotOffered,
  scriptOf,
} from "../capability.ts";
import { type CompatEngine, EngineError } from "../engine.ts";
import { runMatrix } from "../matrix.ts";
import { accessCapabilities } from "./access.ts";
import { catalogCapabilities } from "./catalog.ts";
import { storeCapabilities } from "./store.ts";

const ALL = [
  ...catalogCapabilities,
  ...storeCapabilities,
  ...accessCapabilities,
];

/** An engine whose statements end like this; calls over HTTP need none. */
const engine = (
  name: EngineName = "typescript",
  run: () => Promise<Answer> = () => Promise.reject(new EngineError("None")),
): CompatEngine => ({
  ...{ name, title: name, version: "1", run },
  tableName: (namespace, table) => `${namespace}.${table}`,
  namespaceName: (namespace) => namespace,
  readStatement: (table) => table,
  close: () => Promise.resolve(),
});

/** Verdicts by capability, of a server that answers like this. */
async function verdicts(
  answering: Answering,
  capabilities: readonly Capability[] = ALL,
  asked: CompatEngine = engine(),
): Promise<Record<string, string | undefined>> {
  const found: Record<string, string | undefined> = {};
  await withServer(answering, async () => {
    const { capabilities: rows, errors } = await runMatrix(
      capabilities,
      [asked],
      {
        namespaceOf: () => "ns",
        signal: new AbortController().signal,
      },
    );
    assertEquals(errors, []);
    for (const { id, cells } of rows) {
      const { verdict, reason } = cells[asked.name] ?? {};
      // Why a call fails is the server's word; all other reasons are ours.
      const isPlain = verdict === "fails" || reason === undefined;
      found[id] = isPlain ? verdict : `${verdict}: ${reason}`;
    }
  });
  return found;
}

const failing = (capabilities: readonly Capability[]) =>
  Object.fromEntries(capabilities.map(({ id }) => [id, "fails"]));

Deno.test("capabilities have ids and names of their own", () => {
  for (const key of ["id", "name"] as const) {
    assertEquals(new Set(ALL.map((one) => one[key])).size, ALL.length);
  }
});

const HTML = "<!doctype html><html><body>Welcome</body></html>";
const BROKEN: [string, Answering][] = [
  ["answers {} to everything", () => Response.json({})],
  ["answers [] to everything", () => Response.json([])],
  ["answers null to everything", () => Response.json(null)],
  ["answers nothing to everything", () => new Response()],
  [
    "answers a page to everything",
    () => new Response(HTML, { headers: { "content-type": "text/html" } }),
  ],
  ["fails", () => new Response("Internal error", { status: 500 })],
  ["refuses everything", () => Response.json({}, { status: 403 })],
  ["has nothing", () => new Response(HTML, { status: 404 })],
];

for (const [what, answering] of BROKEN) {
  Deno.test(`no call works with a server that ${what}`, async () => {
    assertEquals(await verdicts(answering), failing(ALL));
  });
}

for (const name of ENGINE_NAMES) {
  const stated = ALL.filter((one) => {
    const script = scriptOf(one, name);
    return script !== undefined && !isNotOffered(script);
  });
  if (name === "typescript") continue;
  for (
    const [what, run] of [
      ["answers nothing", () => Promise.resolve([])],
      ["answers anything", () => Promise.resolve([["t_a (a,1)", 1]])],
      ["refuses everything", () => Promise.reject(new EngineError("No"))],
    ] as const
  ) {
    Deno.test(`no statement works with ${name} when it ${what}`, async () => {
      const found = await verdicts(lax(), stated, engine(name, run));
      assertEquals(found, failing(stated));
    });
  }
}

/** What is right with a store and a catalog that check nothing; all else fails. */
const RIGHT = {
  ...{ config: "works", namespaces: "works", namespace_dot: "works" },
  ...{ tables: "works", object_put: "works", object_keys: "works" },
  endpoints:
    "not offered: the catalog lists none, and Iceberg's Java client then takes views for missing",
  pages: "differs: it gives the whole list at once",
  pages_namespaces: "differs: it gives the whole list at once",
  namespace_nested: "differs: the list of the top has what is below too",
  head: "differs: it answers 200 instead of 204",
};

Deno.test("calls notice a store and a catalog that check nothing", async () => {
  assertEquals(await verdicts(lax()), { ...failing(ALL), ...RIGHT });
});

Deno.test("calls let a store and a catalog pass that check signatures", async () => {
  const found = await verdicts(guarded(lax()), accessCapabilities);
  assertEquals(Object.values(found).filter((one) => one !== "works"), []);
});
