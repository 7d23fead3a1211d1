/**
 * A table with thousands of snapshots: all of them show what the first shows.
 *
 * @module
 */

import { callWarehouse, catalog } from "../../lib/catalog/config.ts";
import { loadTable } from "../../lib/catalog/tables.ts";

const AT_ONCE = 500;

/** Adds snapshots to a table that has one, until there are so many. */
export async function addSnapshots(
  namespace: string,
  name: string,
  total: number,
): Promise<void> {
  const lake = catalog();
  for (;;) {
    const { snapshots, uuid } = await loadTable(lake, namespace, name);
    const last = snapshots.at(-1)!;
    const count = Math.min(AT_ONCE, total - snapshots.length);
    if (count === 0) return;
    const added = Array.from({ length: count }, (_, n) => ({
      "snapshot-id": last.id + BigInt(n + 1),
      "parent-snapshot-id": last.id + BigInt(n),
      "sequence-number": last.sequenceNumber + BigInt(n + 1),
      "timestamp-ms": last.timestamp.getTime() + n + 1,
      "summary": { operation: "append", ...last.summary },
      "manifest-list": last.manifestList,
      "schema-id": 0,
    }));
    await callWarehouse(lake, {
      endpoint: "POST /v1/{prefix}/namespaces/{namespace}/tables/{table}",
      values: { namespace, table: name },
      body: {
        requirements: [{ type: "assert-table-uuid", uuid }],
        updates: [
          ...added.map((snapshot) => ({ action: "add-snapshot", snapshot })),
          {
            "action": "set-snapshot-ref",
            "ref-name": "main",
            "type": "branch",
            "snapshot-id": added.at(-1)!["snapshot-id"],
          },
        ],
      },
      what: "Cannot add snapshots",
    }, {});
  }
}
