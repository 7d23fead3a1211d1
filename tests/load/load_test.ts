// Much at once, and much of everything: nothing is lost, and neither the client
// nor the gateway grows with it. The short form is part of the gate; `deno task
// test:load --page` makes the figures of docs/figures.md.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DISPLAY, type Displayable } from "../../lib/core/kernel.ts";
import { formatNumber } from "../../lib/core/format.ts";
import { callWarehouse, catalog } from "../../lib/catalog/config.ts";
import { loadTable } from "../../lib/catalog/tables.ts";
import { table } from "../../lib/show/table.ts";
import { stagedFiles, uploadFiles } from "../../lib/store/staging.ts";
import { query } from "../../lib/trino/client.ts";
import { inParallel } from "../../lab/iceberg/object_store.ts";
import * as iceberg from "../../lab/iceberg/mod.ts";
import { withEnv } from "../support/env.ts";
import { withNamespace } from "../support/namespace.ts";
import { megabytes, note, secondsSince } from "./figures.ts";
import { type Memory, memory } from "./memory.ts";
import { addSnapshots } from "./snapshots.ts";
import { runInserts } from "./writers.ts";

const MINUTES = Number(Deno.env.get("LOAD_MINUTES") || 0);
const isWhole = MINUTES > 0;
const NAMESPACE = "load_test";
/** Most letters of a table or a drawing. */
const MOST_SHOWN = 500_000;
/** What a process may hold more the second time: V8 leaves its garbage for later. */
const MOST_GROWTH = 150e6;

const MEMORY = "memory of client and gateway";
const both = ({ client, gateway }: Memory) =>
  `${megabytes(client)} and ${megabytes(gateway)}`;

function assertFlat(early: Memory, late: Memory, kept = 0): void {
  for (const name of ["client", "gateway"] as const) {
    const grown = late[name] - early[name] - (name === "client" ? kept : 0);
    assert(grown < MOST_GROWTH, `the ${name} grew by ${megabytes(grown)}`);
  }
}

const sizes = (value: Displayable) =>
  Object.values(value[DISPLAY]()).map((text) => String(text).length);

Deno.test("32 writers over two engines lose no row", () =>
  withNamespace(NAMESPACE, async () => {
    const seconds = isWhole ? MINUTES * 60 : 15;
    const written = await runInserts(seconds);
    const { acknowledged, conflicts, givenUp, why, early, late } = written;
    const what = `32 writers over Trino and Spark, ${
      isWhole ? `${MINUTES} minutes` : `${seconds} s`
    }`;
    await note({
      [what]: `${formatNumber(acknowledged)} commits, ${
        formatNumber(conflicts)
      } refused and tried again, ${givenUp} given up, no row lost`,
      [`${MEMORY} after a quarter of it, at its end`]: `${both(early)}; ${
        both(late)
      }`,
    });
    assert(acknowledged > 0);
    assertEquals([written.lost, written.foreign], [0, 0]);
    // Who is given up is told why: of a conflict, or what became of it.
    assert(givenUp === 0 || why, why);
    assertFlat(early, late);
  }));

Deno.test("200 queries at once are each answered with what they asked", async () => {
  const ask = (n: number) =>
    query(`SELECT ${n} AS n, count(*) AS rows FROM UNNEST(sequence(1, 1000))`);
  await Promise.all(Array.from({ length: 20 }, (_, n) => ask(n)));
  const early = await memory();
  const start = performance.now();
  const rounds = isWhole ? 5 : 2;
  for (let round = 0; round < rounds; round++) {
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, n) => ask(n)),
    );
    for (const [n, { first }] of results.entries()) {
      assertEquals([Number(first.n), Number(first.rows)], [n, 1000]);
    }
  }
  const late = await memory();
  await note({
    [`200 queries at once through the client, ${rounds} times`]: `${
      secondsSince(start)
    }, all answered`,
    [`${MEMORY} before and after`]: `${both(early)}; ${both(late)}`,
  });
  assertFlat(early, late);
});

Deno.test("many small files reach staging, and none is left out", async () => {
  const count = isWhole ? 10_000 : 300;
  const dir = await Deno.makeTempDir();
  try {
    const write = async (text: string) => {
      for (let n = 0; n < count; n++) {
        await Deno.writeTextFile(`${dir}/${n}.parquet`, `${text} ${n}`);
      }
    };
    await write("PAR1");
    await withEnv({ TABLE: NAMESPACE, PARQUET_DIR: dir }, async () => {
      const start = performance.now();
      const { uploaded } = await uploadFiles();
      const first = secondsSince(start);
      const early = await memory();
      const again = performance.now();
      const { skipped } = await uploadFiles();
      const second = secondsSince(again);
      assertEquals([uploaded, skipped], [count, count]);
      await write("PAR2");
      assertEquals((await uploadFiles()).uploaded, count);
      const late = await memory();
      assertEquals((await stagedFiles()).length, count);
      await note({
        [`${formatNumber(count)} small files to staging`]:
          `${first}; ${second} when all are there`,
        [`${MEMORY} after them, and after as many again`]: `${both(early)}; ${
          both(late)
        }`,
      });
      // Of each request, Deno's client for Node keeps some 20 kB outside the heap.
      assertFlat(early, late, count * 20_000);
      for await (const { name } of Deno.readDir(dir)) {
        if (name !== "0.parquet") await Deno.remove(`${dir}/${name}`);
      }
      await uploadFiles();
      assertEquals((await stagedFiles()).length, 1);
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

/** Makes tables, looks at all of them, removes them; how long each took. */
async function manyTables(names: string[]): Promise<string[]> {
  const lake = catalog();
  const took: string[] = [];
  let removing = 0;
  await withNamespace(NAMESPACE, async () => {
    const making = performance.now();
    await inParallel(names, (name) =>
      callWarehouse(lake, {
        endpoint: "POST /v1/{prefix}/namespaces/{namespace}/tables",
        values: { namespace: NAMESPACE },
        body: {
          name,
          schema: {
            type: "struct",
            fields: [{ id: 1, name: "n", required: false, type: "int" }],
          },
        },
        what: `Cannot create ${name}`,
      }, {}));
    took.push(secondsSince(making));
    const listing = performance.now();
    const listed = await iceberg.listTables(lake, NAMESPACE);
    assertEquals(listed.map(({ name }) => name).sort(), names);
    took.push(secondsSince(listing));
    const { rows } = await query(`SHOW TABLES FROM ${NAMESPACE}`);
    assertEquals(rows.map((row) => Object.values(row)[0]).sort(), names);
    const looking = performance.now();
    const summaries = await iceberg.warehouseTables();
    const own = summaries.filter(({ table }) =>
      table.startsWith(`${NAMESPACE}.`)
    );
    assertEquals(own.length, names.length);
    const shown = sizes(table(own));
    assert(shown.every((size) => size < MOST_SHOWN), `${shown}`);
    took.push(secondsSince(looking));
    removing = performance.now();
  });
  return [...took, secondsSince(removing)];
}

Deno.test("a namespace of many tables is listed whole, and emptied", async () => {
  const count = isWhole ? 1_000 : 120;
  const names = Array.from(
    { length: count },
    (_, n) => `t${String(n).padStart(4, "0")}`,
  );
  const [made, listed, looked, removed] = await manyTables(names);
  const early = await memory();
  await manyTables(names);
  const late = await memory();
  await note({
    [`${formatNumber(count)} tables in a namespace`]:
      `made in ${made}, listed in ${listed}, each looked at in ${looked}, removed with all their files in ${removed}`,
    [`${MEMORY} after these, and after as many again`]: `${both(early)}; ${
      both(late)
    }`,
  });
  assertFlat(early, late);
});

Deno.test("a table of thousands of snapshots is read, shown and drawn within bounds", () =>
  withNamespace(NAMESPACE, async () => {
    const count = isWhole ? 5_000 : 1_000;
    await query(`CREATE TABLE ${NAMESPACE}.long AS SELECT 1 AS n`);
    const making = performance.now();
    await addSnapshots(NAMESPACE, "long", count);
    const made = secondsSince(making);
    const loading = performance.now();
    const loaded = await loadTable(catalog(), NAMESPACE, "long");
    const load = secondsSince(loading);
    const early = await memory();
    for (let i = 0; i < 10; i++) {
      await loadTable(catalog(), NAMESPACE, "long");
    }
    assertEquals(loaded.snapshots.length, count);
    assertEquals(loaded.currentSnapshot?.id, loaded.snapshots.at(-1)?.id);
    const { first } = await query(
      `SELECT count(*) AS n, count(DISTINCT snapshot_id) AS ids
         FROM ${NAMESPACE}."long$snapshots"`,
    );
    assertEquals([Number(first.n), Number(first.ids)], [count, count]);
    const past = loaded.snapshots[count / 2]!.id;
    const { first: then } = await query(
      `SELECT count(*) AS n FROM ${NAMESPACE}.long FOR VERSION AS OF ${past}`,
    );
    assertEquals(Number(then.n), 1);
    const history = iceberg.tableHistory(loaded);
    assertEquals(history.length, count);
    for (
      const shown of [
        table(loaded.snapshots.map(({ id, timestamp }) => ({ id, timestamp }))),
        table(history),
        iceberg.historyChart(loaded),
      ]
    ) {
      const all = sizes(shown);
      assert(all.every((size) => size < MOST_SHOWN), `${all}`);
    }
    const { "text/plain": text = "" } = iceberg.historyChart(loaded)[DISPLAY]();
    assertStringIncludes(String(text), `${loaded.snapshots.at(-1)!.id}`);
    const state = performance.now();
    const { snapshots, orphans } = await iceberg.tableState(NAMESPACE, "long");
    assertEquals([snapshots, orphans], [count, 0]);
    const tree = await iceberg.tableTree(NAMESPACE, "long", { at: past });
    assertEquals(tree.manifests.length, 1);
    const late = await memory();
    await note({
      [`${formatNumber(count)} snapshots in a table`]:
        `made in ${made}, loaded in ${load}, every object of theirs in ${
          secondsSince(state)
        }`,
      [`${MEMORY} after one load of it, and after ten more and all that`]: `${
        both(early)
      }; ${both(late)}`,
    });
    assertFlat(early, late);
  }));
