/**
 * Tables of a warehouse and their snapshots.
 *
 * @module
 */

import type { CallOptions, Catalog } from "./call.ts";
import { callWarehouse } from "./config.ts";
import { label, levels, type Namespace } from "./call.ts";

/** A table or a view by its namespace's levels and its name. */
export interface Identifier {
  /** Levels of the namespace. */
  namespace: string[];
  /** Name. */
  name: string;
}

/** A column of a table. */
export interface Field {
  /** Id, which stays when the column is renamed. */
  id: number;
  /** Name. */
  name: string;
  /** Type: its name, or an object for lists, maps and structs. */
  type: unknown;
  /** Whether every row has a value. */
  required: boolean;
}

/** One state of a table. */
export interface Snapshot {
  /** Id. */
  id: bigint;
  /** Id of the snapshot before it, or `undefined` for the first. */
  parentId: bigint | undefined;
  /** Place in the order of commits. */
  sequenceNumber: bigint;
  /** Time of the commit. */
  timestamp: Date;
  /** `append`, `replace`, `overwrite` or `delete`. */
  operation: string | undefined;
  /** The commit's summary, as texts: `added-records`, `total-data-files`, … */
  summary: Record<string, string>;
  /** Address of the manifest list. */
  manifestList: string | undefined;
}

/** A table and its history. */
export interface Table extends Identifier {
  /** Unique id. */
  uuid: string;
  /** Where its files are. */
  location: string;
  /** Address of the metadata file that this was read from. */
  metadataLocation: string | undefined;
  /** Version of the table format. */
  formatVersion: number;
  /** Columns of the current schema. */
  fields: Field[];
  /** Properties. */
  properties: Record<string, string>;
  /** All snapshots, in the order of their commits. */
  snapshots: Snapshot[];
  /** The snapshot that a reader sees, or `undefined` when the table is empty. */
  currentSnapshot: Snapshot | undefined;
  /** The whole metadata file; integers beyond the safe range are `bigint`. */
  metadata: Record<string, unknown>;
}

interface SnapshotJson {
  "snapshot-id": number | bigint;
  "parent-snapshot-id"?: number | bigint | null;
  "sequence-number"?: number | bigint;
  "timestamp-ms": number | bigint;
  summary?: Record<string, string>;
  "manifest-list"?: string;
}

interface TableJson {
  "metadata-location"?: string | null;
  metadata: {
    "table-uuid": string;
    location: string;
    "format-version": number;
    "current-schema-id"?: number;
    schemas?: { "schema-id": number; fields: Field[] }[];
    /** The one schema of the format's first version. */
    schema?: { fields: Field[] };
    properties?: Record<string, string>;
    snapshots?: SnapshotJson[];
    "current-snapshot-id"?: number | bigint | null;
  };
}

function toSnapshot(json: SnapshotJson): Snapshot {
  const parent = json["parent-snapshot-id"];
  const { operation, ...summary } = json.summary ?? {};
  return {
    id: BigInt(json["snapshot-id"]),
    parentId: parent ? BigInt(parent) : undefined,
    // The first version of the format had no sequence numbers.
    sequenceNumber: BigInt(json["sequence-number"] ?? 0),
    timestamp: new Date(Number(json["timestamp-ms"])),
    operation,
    summary,
    manifestList: json["manifest-list"],
  };
}

/**
 * Snapshots in the order of their commits, whatever clocks said. The format's
 * first version did not number commits: there, each comes after its parent.
 */
function inOrder(snapshots: Snapshot[]): Snapshot[] {
  const byId = new Map(snapshots.map((each) => [each.id, each]));
  const ordered = new Set<Snapshot>();
  const byClock = snapshots.toSorted((a, b) =>
    a.timestamp.getTime() - b.timestamp.getTime()
  );
  for (let each of byClock as (Snapshot | undefined)[]) {
    const line = new Set<Snapshot>();
    while (each && !ordered.has(each) && !line.has(each)) {
      line.add(each);
      each = byId.get(each.parentId ?? -1n);
    }
    for (const next of [...line].reverse()) ordered.add(next);
  }
  return [...ordered].sort((a, b) =>
    Number(a.sequenceNumber - b.sequenceNumber)
  );
}

/** A table from the answer of the catalog, parsed by `parseExactJson()`. */
export function toTable(
  namespace: Namespace,
  name: string,
  answer: unknown,
): Table {
  const { metadata, ...rest } = answer as TableJson;
  const snapshots = inOrder((metadata.snapshots ?? []).map(toSnapshot));
  // An empty table has -1, or null, or nothing here.
  const current = BigInt(metadata["current-snapshot-id"] ?? -1);
  const schema =
    metadata.schemas?.find((schema) =>
      schema["schema-id"] === metadata["current-schema-id"]
    ) ?? metadata.schema;
  return {
    namespace: levels(namespace),
    name,
    uuid: metadata["table-uuid"],
    location: metadata.location,
    metadataLocation: rest["metadata-location"] ?? undefined,
    formatVersion: metadata["format-version"],
    fields: schema?.fields ?? [],
    properties: metadata.properties ?? {},
    snapshots,
    currentSnapshot: snapshots.find(({ id }) => id === current),
    metadata,
  };
}

/**
 * Loads a table: columns, snapshots, and the metadata they come from.
 *
 * @throws {CatalogError} With status 404 when there is no such table.
 * @example Usage
 * ```ts ignore
 * import { catalog, loadTable } from "@lakehouse";
 *
 * const { currentSnapshot } = await loadTable(catalog(), "chicago", "taxi_trips");
 * console.log(currentSnapshot?.id, currentSnapshot?.summary["total-records"]);
 * ```
 */
export async function loadTable(
  catalog: Catalog,
  namespace: Namespace,
  name: string,
  options: CallOptions = {},
): Promise<Table> {
  const answer = await callWarehouse(catalog, {
    endpoint: "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}",
    values: { namespace, table: name },
    what: `Cannot load the table ${label(namespace, name)}`,
  }, options);
  return toTable(namespace, name, answer);
}
