/**
 * Manifest lists and manifests as objects: which files a snapshot consists of.
 *
 * @module
 */

import { type ColumnName, columnsById } from "./columns.ts";
import type { PartitionSpec, TableMetadata } from "./metadata.ts";
import {
  bigEndian,
  decodeBound,
  partitionValue,
  resultType,
  type Transform,
} from "./encoding/bounds.ts";

/** What a file holds. */
export type FileContent = "data" | "position deletes" | "equality deletes";

/** What a file says of a column. */
export interface ColumnStats {
  /** Id of the column. */
  id: number;
  /** Its name, with those around it: `address.street`. */
  name: string;
  /** Its type. */
  type: string;
  /** Bytes it takes in the file. */
  bytes: number | undefined;
  /** How many values it has, nulls included. */
  values: number | undefined;
  /** How many of them are null. */
  nulls: number | undefined;
  /** How many of them are no numbers. */
  nans: number | undefined;
  /** No value is lower; the exact value, but for long texts. */
  lower: unknown;
  /** No value is higher. */
  upper: unknown;
}

/** A data file or a file of deletes. */
export interface DataFile {
  /** Its address. */
  path: string;
  /** What it holds. */
  content: FileContent;
  /** `parquet`, `avro`, `orc`; `puffin` for a deletion vector. */
  format: string;
  /** Rows or deletes in it. */
  rows: number;
  /** Its size in bytes. */
  bytes: number;
  /** Values of its partition by field, as people write them: `{ day: "2024-01-05" }`. */
  partition: Record<string, unknown>;
  /**
   * Values of the columns that its partition is of as they are, by the columns'
   * ids and as Parquet has values; the file itself may be without them.
   */
  constants: ReadonlyMap<number, unknown>;
  /** Id of the partitioning it was written with. */
  specId: number;
  /** Id of the order of its rows; 0 is none. */
  sortOrderId: number;
  /** What its manifest says of each column. */
  columns: ColumnStats[];
  /** What its manifest says of it. */
  status: "added" | "existing" | "deleted";
  /** The snapshot that added it, or that removed it when it is `deleted`. */
  snapshotId: bigint;
  /** Place of its rows in the order of commits; deletes reach files of lower ones. */
  sequenceNumber: bigint;
  /** The one data file that a file of position deletes is about, if it says so. */
  referencedDataFile: string | undefined;
  /** Where a deletion vector lies in its file: offset and length in bytes. */
  slice: { offset: number; bytes: number } | undefined;
  /** Ids of the columns that equality deletes compare. */
  equalityIds: number[];
}

/** How the values of one partition field range over a manifest's files. */
export interface PartitionRange {
  /** Name of the field. */
  name: string;
  /** Whether a file has none. */
  containsNull: boolean;
  /** The lowest. */
  lower: unknown;
  /** The highest. */
  upper: unknown;
}

/** A manifest, as the manifest list names it. */
export interface ManifestFile {
  /** Its address. */
  path: string;
  /** Its size in bytes. */
  bytes: number;
  /** Whether it lists data files or files of deletes. */
  content: "data" | "deletes";
  /** Id of the partitioning of all its files. */
  specId: number;
  /** Place of the commit that wrote it in the order of commits. */
  sequenceNumber: bigint;
  /** The snapshot that wrote it. */
  snapshotId: bigint;
  /** Files it adds, keeps and removes. */
  fileCounts: { added: number; existing: number; deleted: number };
  /** Rows of these files. */
  rowCounts: { added: number; existing: number; deleted: number };
  /** How the partitions of its files range. */
  partitions: PartitionRange[];
}

// deno-lint-ignore no-explicit-any
type Json = any;

const optional = (value: unknown): number | undefined =>
  value === null || value === undefined ? undefined : Number(value);

/** A field of a partitioning with the type of its column. */
interface SpecField {
  name: string;
  sourceId: number;
  fieldId: number;
  transform: Transform;
  type: string;
}

/** How the files of one table are laid out: its columns and partitionings. */
export interface TableLayout {
  /** Columns by id. */
  columns: Map<number, ColumnName>;
  /** Fields of each partitioning. */
  specs: Map<number, SpecField[]>;
}

/** Makes what {@linkcode toManifestFile} and {@linkcode toDataFile} need to know. */
export function tableLayout(
  metadata: TableMetadata,
  schemaId: number,
): TableLayout {
  const columns = columnsById(metadata, schemaId);
  const fieldsOf = (spec: PartitionSpec) =>
    spec.fields.map(({ name, fieldId, sourceId, transform }) => ({
      ...{ name, sourceId, fieldId, transform },
      type: columns.get(sourceId)?.type ?? "unknown",
    }));
  return {
    columns,
    specs: new Map(
      metadata.partitionSpecs.map((spec) => [spec.id, fieldsOf(spec)]),
    ),
  };
}

function bound(field: SpecField, bytes: Uint8Array | null): unknown {
  if (!bytes) return null;
  const { transform, type } = field;
  const result = resultType(transform, type);
  // Days, like months and hours, are counts here.
  return /^(year|month|day|hour)$/.test(transform)
    ? partitionValue(transform, type, decodeBound("int", bytes))
    : decodeBound(result, bytes);
}

/** A record of a manifest list. */
export function toManifestFile(
  layout: TableLayout,
  record: Record<string, unknown>,
): ManifestFile {
  const json = record as Json;
  const fields = layout.specs.get(json.partition_spec_id) ?? [];
  const count = (...names: string[]) =>
    Number(
      names.map((name) => json[name]).find((value) => value ?? false) ?? 0,
    );
  return {
    path: json.manifest_path,
    bytes: Number(json.manifest_length),
    content: json.content === 1 ? "deletes" : "data",
    specId: json.partition_spec_id,
    sequenceNumber: BigInt(json.sequence_number ?? 0),
    snapshotId: BigInt(json.added_snapshot_id),
    // The second names are those of the format's first writers.
    fileCounts: {
      added: count("added_files_count", "added_data_files_count"),
      existing: count("existing_files_count", "existing_data_files_count"),
      deleted: count("deleted_files_count", "deleted_data_files_count"),
    },
    rowCounts: {
      added: count("added_rows_count"),
      existing: count("existing_rows_count"),
      deleted: count("deleted_rows_count"),
    },
    partitions: (json.partitions ?? []).map((range: Json, index: number) => ({
      name: fields[index]?.name ?? `field${index}`,
      containsNull: range.contains_null,
      lower: fields[index] && bound(fields[index], range.lower_bound),
      upper: fields[index] && bound(fields[index], range.upper_bound),
    })),
  };
}

/** Counts of a manifest by its files; the format's first version lets lists leave them out. */
export function countsOf(
  files: readonly DataFile[],
): Pick<ManifestFile, "fileCounts" | "rowCounts"> {
  const fileCounts = { added: 0, existing: 0, deleted: 0 };
  const rowCounts = { ...fileCounts };
  for (const { status, rows } of files) {
    fileCounts[status]++;
    rowCounts[status] += rows;
  }
  return { fileCounts, rowCounts };
}

type Entries<T> = { key: number; value: T }[] | null | undefined;

const asMap = <T>(entries: Entries<T>) =>
  new Map((entries ?? []).map(({ key, value }) => [key, value]));

function toColumns(layout: TableLayout, file: Json): ColumnStats[] {
  const sizes = asMap<bigint>(file.column_sizes);
  const values = asMap<bigint>(file.value_counts);
  const nulls = asMap<bigint>(file.null_value_counts);
  const nans = asMap<bigint>(file.nan_value_counts);
  const lower = asMap<Uint8Array>(file.lower_bounds);
  const upper = asMap<Uint8Array>(file.upper_bounds);
  const ids = new Set(
    [sizes, values, nulls, nans, lower, upper].flatMap((
      map,
    ) => [...map.keys()]),
  );
  return [...ids].sort((a, b) => a - b).map((id) => {
    // Columns of Iceberg's own, such as those of delete files, are in no schema.
    const { name, type } = layout.columns.get(id) ?? RESERVED.get(id) ??
      { name: `column ${id}`, type: "binary" };
    const decoded = (bounds: Map<number, Uint8Array>) => {
      const bytes = bounds.get(id);
      return bytes === undefined ? null : decodeBound(type, bytes);
    };
    return {
      ...{ id, name, type },
      bytes: optional(sizes.get(id)),
      values: optional(values.get(id)),
      nulls: optional(nulls.get(id)),
      nans: optional(nans.get(id)),
      lower: decoded(lower),
      upper: decoded(upper),
    };
  });
}

const RESERVED = new Map<number, ColumnName>([
  [2147483546, { name: "file_path", type: "string" }],
  [2147483545, { name: "pos", type: "long" }],
]);

const CONTENTS = ["data", "position deletes", "equality deletes"] as const;
const STATUSES = ["existing", "added", "deleted"] as const;

/** A value as Avro has it, as Parquet has it. */
function constant(type: string, raw: unknown): unknown {
  if (raw === null || raw === undefined) return null;
  // The column may have been widened since.
  if (type === "long") return BigInt(raw as number | bigint);
  return type.startsWith("decimal") ? bigEndian(raw as Uint8Array) : raw;
}

/** A record of a manifest. */
export function toDataFile(
  layout: TableLayout,
  manifest: ManifestFile,
  record: Record<string, unknown>,
): DataFile {
  const { data_file: file, ...entry } = record as Json;
  const fields = layout.specs.get(manifest.specId) ?? [];
  const values = Object.values(file.partition ?? {});
  return {
    path: file.file_path,
    content: CONTENTS[file.content as number] ?? "data",
    format: file.file_format.toLowerCase(),
    rows: Number(file.record_count),
    bytes: Number(file.file_size_in_bytes),
    partition: Object.fromEntries(
      // In the order of the fields; their names are cut to what Avro allows.
      fields.map(({ name, transform, type }, index) => [
        name,
        partitionValue(transform, type, values[index]),
      ]),
    ),
    constants: new Map(
      fields.flatMap(({ sourceId, transform, type }, index) =>
        transform === "identity"
          ? [[sourceId, constant(type, values[index])]]
          : []
      ),
    ),
    specId: manifest.specId,
    sortOrderId: file.sort_order_id ?? 0,
    columns: toColumns(layout, file),
    status: STATUSES[entry.status as number] ?? "existing",
    // What a new manifest leaves out is that of the manifest.
    snapshotId: BigInt(entry.snapshot_id ?? manifest.snapshotId),
    sequenceNumber: BigInt(entry.sequence_number ?? manifest.sequenceNumber),
    referencedDataFile: file.referenced_data_file ?? undefined,
    slice: file.content_offset === null || file.content_offset === undefined
      ? undefined
      : {
        offset: Number(file.content_offset),
        bytes: Number(file.content_size_in_bytes),
      },
    equalityIds: file.equality_ids ?? [],
  };
}
