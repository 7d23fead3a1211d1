// What a table consists of, on the running stack.
import { assert, assertEquals } from "@std/assert";
import { query } from "../../lib/trino/client.ts";
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
