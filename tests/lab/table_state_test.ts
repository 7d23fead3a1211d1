// What a table consists of, and what asking it costs, on the running stack.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { query } from "../../lib/trino/client.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { queryCost, queryCosts } from "../../lab/trials/query_cost.ts";
import { tableState } from "../../lab/iceberg/table_state.ts";
import { withNamespace } from "../namespace.ts";

const LAB = "table_state_test";

Deno.test("a table's state counts its files, deletes, manifests and snapshots", () =>
  withNamespace(LAB, async () => {
    await query(`CREATE TABLE ${LAB}.t AS SELECT 1 AS n`);
    await query(`INSERT INTO ${LAB}.t VALUES 2, 3`);
    const two = await tableState(LAB, "t");
    assertEquals(
      [two.dataFiles, two.rows, two.deleteFiles, two.manifests, two.snapshots],
      [2, 3, 0, 2, 2],
    );
    await query(`DELETE FROM ${LAB}.t WHERE n = 3`);
    const after = await tableState(LAB, "t");
    assertEquals([after.deleteFiles, after.orphans], [1, 0]);
    // One file of deletes, its manifest, a manifest list and a metadata file.
    assert(after.objects >= two.objects + 4, `${after.objects} objects`);
  }));

Deno.test("a question's cost is that of one round", () =>
  withNamespace(LAB, async () => {
    await query(
      `CREATE TABLE ${LAB}.t AS SELECT * FROM UNNEST(sequence(1, 10000)) AS s(n)`,
    );
    const { dataBytes } = await tableState(LAB, "t");
    const { ms, bytesRead, result } = await queryCost(
      `SELECT sum(n) AS total FROM ${LAB}.t`,
    );
    assertEquals(result.first.total, 50_005_000n);
    assert(ms > 0 && bytesRead > 0 && bytesRead <= dataBytes, `${bytesRead}`);
    await assertRejects(
      () => queryCost("SELECT 1", { rounds: 0 }),
      LakehouseError,
    );
  }));

Deno.test("questions to several tables can be compared", () =>
  withNamespace(LAB, async () => {
    for (const [name, last] of [["a", 10], ["b", 11]] as const) {
      await query(
        `CREATE TABLE ${LAB}.${name} AS SELECT * FROM UNNEST(sequence(1, ${last})) AS s(n)`,
      );
    }
    const costs = await queryCosts(
      { ten: `${LAB}.a`, eleven: `${LAB}.b` },
      {
        least: (table) => `SELECT min(n) AS n FROM ${table}`,
        most: (table) => `SELECT max(n) AS n FROM ${table}`,
      },
      { rounds: 1 },
    );
    assertEquals(
      costs.map(({ question, table, answer }) => [question, table, answer]),
      [
        ["least", "ten", '[{"n":1}]'],
        ["least", "eleven", '[{"n":1}]'],
        ["most", "ten", '[{"n":10}]'],
        ["most", "eleven", '[{"n":11}]'],
      ],
    );
  }));
