import { assert, assertEquals, assertRejects } from "@std/assert";
import { capabilities } from "../../lab/compat/capabilities/mod.ts";
import type { EngineName } from "../../lab/compat/capability.ts";
import { EngineError } from "../../lab/compat/engine.ts";
import { openEngines } from "../../lab/compat/engines/mod.ts";
import { runMatrix } from "../../lab/compat/matrix.ts";
import { removeScratch, scratchNamespace } from "../../lab/trials/scratch.ts";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { ensureTools } from "../../stack/tools.ts";

const signal = AbortSignal.timeout(300_000);
const namespaceOf = (engine: EngineName) => `compat_test_${engine}`;

/** Verdicts of rows by their ids, in the order of the engines. */
async function verdicts(
  names: EngineName[],
  ids: string[],
): Promise<Record<string, (string | undefined)[]>> {
  await ensureWarehouse(catalog());
  const tools = await ensureTools({ python: true });
  await using opened = await openEngines(tools, names, signal);
  assertEquals(opened.absent, {});
  try {
    for (const name of names) await scratchNamespace(namespaceOf(name));
    const { capabilities: rows, errors } = await runMatrix(
      capabilities.filter(({ id }) => ids.includes(id)),
      opened.engines,
      { namespaceOf, signal },
    );
    assertEquals(errors, []);
    for (const { id, cells } of rows) {
      for (const name of names) {
        if (cells[name]?.verdict !== "fails") continue;
        // What it is by is gone with the namespace.
        console.error(`${id} by ${name}:`, Deno.inspect(cells[name]));
      }
    }
    return Object.fromEntries(
      rows.map(({ id, cells }) => [
        id,
        names.map((name) => cells[name]?.verdict),
      ]),
    );
  } finally {
    for (const name of names) await removeScratch(namespaceOf(name));
  }
}

Deno.test("rows about tables on engines that start in a second", async () => {
  const found = await verdicts(
    ["trino", "duckdb", "pyiceberg", "typescript"],
    [
      ...["insert", "delete_merge", "part_bucket", "travel_id", "v3_vectors"],
      ...["decimals_by_trino", "numbers_by_duckdb", "deletes_by_duckdb"],
      ...["nested_by_trino", "nested_by_duckdb", "nested_by_pyiceberg"],
      ...["vectors_by_trino", "vectors_by_duckdb", "default_by_duckdb"],
      "concurrent",
    ],
  );
  assertEquals(
    found,
    {
      insert: ["works", "works", "works", "works"],
      delete_merge: ["works", "works", "differs", "works"],
      part_bucket: ["works", "works", "works", "works"],
      travel_id: ["works", "works", "works", "works"],
      v3_vectors: ["works", "works", "not offered", "works"],
      numbers_by_duckdb: ["works", "works", "works", "works"],
      decimals_by_trino: ["works", "works", "works", "works"],
      deletes_by_duckdb: ["works", "works", "works", "works"],
      concurrent: ["works", "works", "works", "not offered"],
      nested_by_trino: ["works", "works", "works", "works"],
      nested_by_duckdb: ["works", "works", "works", "works"],
      nested_by_pyiceberg: ["works", "works", "works", "works"],
      vectors_by_trino: ["works", "works", "works", "works"],
      vectors_by_duckdb: ["works", "works", "works", "works"],
      default_by_duckdb: ["works", "works", "works", "works"],
    },
  );
});

Deno.test("an engine that was not fetched leaves the others alone, and says why", async () => {
  await using opened = await openEngines({}, ["duckdb", "typescript"], signal);
  assertEquals(opened.engines.map(({ name }) => name), ["typescript"]);
  assert(opened.absent.duckdb?.includes("were not fetched"));
});

Deno.test("a stopped statement ends its process, and the next one has another", async () => {
  await ensureWarehouse(catalog());
  const tools = await ensureTools({ python: true });
  await using opened = await openEngines(tools, ["duckdb"], signal);
  const [duckdb] = opened.engines;
  const stop = new AbortController();
  const endless = duckdb!.run(
    "SELECT count(*) FROM range(1000000000) AS a, range(1000000) AS b",
    stop.signal,
  );
  setTimeout(() => stop.abort(new Error("stopped")), 300);
  await assertRejects(() => endless, Error, "stopped");
  assertEquals(await duckdb!.run("SELECT 1.50, NULL", signal), [[
    "1.50",
    null,
  ]]);
  await assertRejects(
    () => duckdb!.run("SELECT 1 FROM nowhere", signal),
    EngineError,
    "nowhere",
  );
});

Deno.test("a fault in a statement of ours is no word of an engine's", async () => {
  const tools = await ensureTools({ python: true });
  await using opened = await openEngines(tools, ["pyiceberg"], signal);
  const [pyiceberg] = opened.engines;
  const fault = await assertRejects(() =>
    pyiceberg!.run("no_such_name()", signal)
  );
  assert(!(fault instanceof EngineError));
  const refusal = await assertRejects(() =>
    pyiceberg!.run('table("nowhere.nothing")', signal)
  );
  assert(refusal instanceof EngineError);
});
