import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { lax, withServer } from "../../../tests/servers/lax.ts";
import type { DataFile } from "../../iceberg/files.ts";
import type { TableTree } from "../../iceberg/tree.ts";
import type { Answer } from "../answer.ts";
import {
  type Capability,
  ENGINE_NAMES,
  type EngineName,
  isNotOffered,
  scriptOf,
} from "../capability.ts";
import type { CompatEngine } from "../engine.ts";
import { runMatrix } from "../matrix.ts";
import type { Cell } from "../result.ts";
import { across } from "./across.ts";
import { history } from "./history.ts";
import { layout } from "./layout.ts";
import { rows } from "./rows.ts";
import { schema } from "./schema.ts";
import { v3Rows } from "./v3.ts";

const ALL = [...rows, ...schema, ...layout, ...history, ...v3Rows, ...across];

/** An engine that takes every statement and answers all of them alike. */
function answering(name: EngineName, answer: Answer): CompatEngine {
  return {
    ...{ name, title: name, version: "1" },
    ...name === "typescript" && { isReader: true },
    tableName: (namespace, table) => `${namespace}.${table}`,
    namespaceName: (namespace) => namespace,
    readStatement: (table, columns) => `read ${columns} of ${table}`,
    run: () => Promise.resolve(answer),
    close: () => Promise.resolve(),
  };
}

/** A table that is like none of those that the rows ask for, but for its many commits. */
function strangeTree(path: string, commits = 4): TableTree {
  const snapshot = {
    ...{ id: 1n, timestamp: new Date(0), operation: "replace", summary: {} },
  };
  const file = {
    ...{ path, content: "data", format: "orc", partition: { part: "odd" } },
    ...{ rows: 50, specId: 9, sortOrderId: 9, columns: [] },
  } as unknown as DataFile;
  return {
    table: {
      ...{ formatVersion: 1, location: "s3://staging/t" },
      snapshots: new Array(commits).fill(snapshot),
      metadata: { "partition-specs": [{ fields: [] }] },
    },
    metadata: {
      ...{ partitionSpecs: [], sortOrders: [], refs: [], statistics: [] },
    },
    snapshot,
    schema: { id: 0, fields: [{ name: "odd", type: "odd" }] },
    manifests: [{ files: [file, file] }, { files: [] }],
  } as unknown as TableTree;
}

/** An own Parquet file in the store, with a column `odd`. */
async function storeParquet(): Promise<string> {
  const { default: pl } = await import("nodejs-polars");
  const path = await Deno.makeTempFile();
  pl.DataFrame({ odd: [1] }).writeParquet(path);
  const address = `${Deno.env.get("MINIO_HOST")}/staging/odd.parquet`;
  const body = await Deno.readFile(path);
  await (await fetch(address, { method: "PUT", body })).body?.cancel();
  await Deno.remove(path);
  return "s3://staging/odd.parquet";
}

/** The cell of an engine that answers like this, beside others that do the same. */
async function cellOf(
  capability: Capability,
  name: EngineName,
  answer: Answer,
  tree = strangeTree("s3://a/b"),
): Promise<Cell | null | undefined> {
  const { capabilities: [row], errors } = await runMatrix(
    [capability],
    ENGINE_NAMES.map((each) =>
      answering(each, each === name ? answer : [["odd"]])
    ),
    {
      namespaceOf: (engine) => `ns_${engine}`,
      signal: new AbortController().signal,
      treeOf: () => Promise.resolve(tree),
    },
  );
  assertEquals(errors, [], capability.id);
  return row!.cells[name];
}

/** Whether an engine runs something of its own for a row. */
function runs(capability: Capability, engine: EngineName): boolean {
  const script = scriptOf(capability, engine);
  return script !== undefined && !isNotOffered(script) &&
    (engine !== "typescript" || typeof script === "function");
}

Deno.test("rows about tables have ids and names of their own, and an engine that runs them", () => {
  for (const key of ["id", "name"] as const) {
    assertEquals(new Set(ALL.map((one) => one[key])).size, ALL.length);
  }
  for (const capability of ALL) {
    assert(/^\w+$/.test(capability.id), capability.id);
    assert(
      ENGINE_NAMES.some((engine) => runs(capability, engine)),
      capability.id,
    );
  }
});

Deno.test("no row works with an engine that answers something else", () =>
  withServer(lax(), async () => {
    for (const capability of ALL) {
      for (const engine of ENGINE_NAMES) {
        if (!runs(capability, engine)) continue;
        const cell = await cellOf(capability, engine, [["odd"]]);
        assertEquals(cell?.verdict, "fails", `${capability.id} ${engine}`);
      }
    }
  }));

Deno.test("no row works with an engine that answers right and writes something else", () =>
  withServer(lax(), async () => {
    const path = await storeParquet();
    for (const capability of ALL.filter(({ shows }) => shows)) {
      for (const engine of ENGINE_NAMES) {
        if (!runs(capability, engine)) continue;
        const { expect, id } = capability;
        // Many commits are what one row asks for.
        const tree = strangeTree(path, id === "replace" ? 1 : 4);
        const cell = await cellOf(capability, engine, expect, tree);
        assertNotEquals(cell?.verdict, "works", `${id} ${engine}`);
      }
    }
  }));

Deno.test("who only reads fails when it reads something else than was written", async () => {
  const reading = ALL.filter(({ read, shows }) => read && !shows);
  for (const capability of reading) {
    for (const reader of ENGINE_NAMES) {
      if (scriptOf(capability, reader) !== undefined) continue;
      const { capabilities: [row] } = await runMatrix(
        [capability],
        ENGINE_NAMES.map((name) =>
          answering(name, name === reader ? [["odd"]] : capability.expect)
        ),
        {
          namespaceOf: (engine) => `ns_${engine}`,
          signal: new AbortController().signal,
          treeOf: () => Promise.resolve(strangeTree("s3://a/b")),
        },
      );
      const cells = row!.cells;
      assertEquals(
        cells[reader]?.verdict,
        "fails",
        `${capability.id} ${reader}`,
      );
    }
  }
});
