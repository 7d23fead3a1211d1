/**
 * A table's metadata file: schemas, partitioning, order, branches and tags,
 * and the files it names.
 *
 * @module
 */

import type { Field, Snapshot, Table } from "../../lib/catalog/tables.ts";

/** A state of the columns. */
export interface Schema {
  /** Id; snapshots name the schema they were written with. */
  id: number;
  /** Columns. */
  fields: Field[];
}

/** A part of a partition: a column and what is made of its values. */
export interface PartitionField {
  /** Name. */
  name: string;
  /** Id of the column. */
  sourceId: number;
  /** Id of the field, unique over all partitionings of the table. */
  fieldId: number;
  /** `identity`, `year`, `month`, `day`, `hour`, `bucket[16]`, `truncate[4]`, `void`. */
  transform: string;
}

/** A way of partitioning; a table keeps those of before. */
export interface PartitionSpec {
  /** Id; each data file names the one it was written with. */
  id: number;
  /** Its parts; none when the table is unpartitioned. */
  fields: PartitionField[];
}

/** An order in which files hold rows. */
export interface SortOrder {
  /** Id; 0 is no order. */
  id: number;
  /** The columns, most significant first. */
  fields: {
    /** Id of the column. */
    sourceId: number;
    /** What is made of its values before they are compared. */
    transform: string;
    /** `asc` or `desc`. */
    direction: string;
    /** `nulls-first` or `nulls-last`. */
    nullOrder: string;
  }[];
}

/** A branch or a tag: a name for a snapshot. */
export interface Ref {
  /** Name. */
  name: string;
  /** Whether commits move it. */
  type: "branch" | "tag";
  /** The snapshot it names. */
  snapshotId: bigint;
  /** Milliseconds after which the name may be removed, if ever. */
  maxRefAgeMs: number | undefined;
  /** Milliseconds after which snapshots of a branch may be removed. */
  maxSnapshotAgeMs: number | undefined;
  /** Snapshots of a branch that stay whatever their age. */
  minSnapshotsToKeep: number | undefined;
}

/** A file of statistics about a snapshot. */
export interface StatisticsFile {
  /** The snapshot it is about. */
  snapshotId: bigint;
  /** Its address. */
  path: string;
  /** Its size in bytes. */
  bytes: number;
}

/** What a table's metadata file says, besides what `Table` has. */
export interface TableMetadata {
  /** Schemas, oldest first. */
  schemas: Schema[];
  /** Id of the current schema. */
  currentSchemaId: number;
  /** Partitionings, oldest first. */
  partitionSpecs: PartitionSpec[];
  /** Id of the partitioning of new files. */
  defaultSpecId: number;
  /** Sort orders. */
  sortOrders: SortOrder[];
  /** Id of the order of new files. */
  defaultSortOrderId: number;
  /** Branches and tags, `main` among them once there is a snapshot. */
  refs: Ref[];
  /** When which snapshot became the current one, oldest first. */
  snapshotLog: { snapshotId: bigint; timestamp: Date }[];
  /** The metadata files before this one, oldest first, as far as they are kept. */
  metadataLog: { path: string; timestamp: Date }[];
  /** Files of statistics, in the Puffin format. */
  statistics: StatisticsFile[];
  /** Files of statistics by partition. */
  partitionStatistics: StatisticsFile[];
}

// deno-lint-ignore no-explicit-any
type Json = any;

const time = (value: unknown) => new Date(Number(value));

function toSpec(json: Json): PartitionSpec {
  return {
    id: json["spec-id"],
    fields: json.fields.map((field: Json, index: number) => ({
      name: field.name,
      sourceId: field["source-id"] ?? field["source-ids"]?.[0],
      // The format's first version had no ids here; they count from 1000.
      fieldId: field["field-id"] ?? 1000 + index,
      transform: field.transform,
    })),
  };
}

function toOrder(json: Json): SortOrder {
  return {
    id: json["order-id"],
    fields: json.fields.map((field: Json) => ({
      sourceId: field["source-id"] ?? field["source-ids"]?.[0],
      transform: field.transform,
      direction: field.direction,
      nullOrder: field["null-order"],
    })),
  };
}

function toRef([name, json]: [string, Json]): Ref {
  const optional = (value: unknown) =>
    value === undefined || value === null ? undefined : Number(value);
  return {
    name,
    type: json.type,
    snapshotId: BigInt(json["snapshot-id"]),
    maxRefAgeMs: optional(json["max-ref-age-ms"]),
    maxSnapshotAgeMs: optional(json["max-snapshot-age-ms"]),
    minSnapshotsToKeep: optional(json["min-snapshots-to-keep"]),
  };
}

function toStatistics(json: Json): StatisticsFile {
  return {
    snapshotId: BigInt(json["snapshot-id"]),
    path: json["statistics-path"],
    bytes: Number(json["file-size-in-bytes"]),
  };
}

/**
 * What a loaded table's metadata says of schemas, partitions, order, branches
 * and tags, and history.
 *
 * @example Usage
 * ```ts ignore
 * import { catalog, loadTable } from "@lakehouse";
 * import { iceberg } from "@lakehouse/lab";
 *
 * const table = await loadTable(catalog(), "chicago", "taxi_trips");
 * for (const { name, type, snapshotId } of iceberg.tableMetadata(table).refs) {
 *   console.log(type, name, snapshotId);
 * }
 * ```
 */
export function tableMetadata(table: Table): TableMetadata {
  const json = table.metadata as Json;
  const list = (name: string): Json[] => json[name] ?? [];
  // The format's first version had one schema and one partitioning.
  const schemas = json.schemas ?? [json.schema];
  const specs = json["partition-specs"] ??
    [{ "spec-id": 0, fields: json["partition-spec"] ?? [] }];
  return {
    schemas: schemas.map((schema: Json) => ({
      id: schema["schema-id"] ?? 0,
      fields: schema.fields,
    })),
    currentSchemaId: json["current-schema-id"] ?? 0,
    partitionSpecs: specs.map(toSpec),
    defaultSpecId: json["default-spec-id"] ?? 0,
    sortOrders: list("sort-orders").map(toOrder),
    defaultSortOrderId: json["default-sort-order-id"] ?? 0,
    refs: Object.entries(json.refs ?? {}).map(toRef),
    snapshotLog: list("snapshot-log").map((entry) => ({
      snapshotId: BigInt(entry["snapshot-id"]),
      timestamp: time(entry["timestamp-ms"]),
    })),
    metadataLog: list("metadata-log").map((entry) => ({
      path: entry["metadata-file"],
      timestamp: time(entry["timestamp-ms"]),
    })),
    statistics: list("statistics").map(toStatistics),
    partitionStatistics: list("partition-statistics").map(toStatistics),
  };
}

/** The schema a snapshot was written with; the current one for none. */
export function schemaOf(
  table: Table,
  metadata: TableMetadata,
  snapshot: Snapshot | undefined,
): Schema {
  const json = ((table.metadata as Json).snapshots ?? []).find((each: Json) =>
    BigInt(each["snapshot-id"]) === snapshot?.id
  );
  const wanted = json?.["schema-id"] ?? metadata.currentSchemaId;
  return metadata.schemas.find(({ id }) => id === wanted) ??
    { id: metadata.currentSchemaId, fields: table.fields };
}
