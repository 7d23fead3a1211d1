/**
 * Rows that a snapshot's deletes take out of its data files: by place, by
 * deletion vector, by equality.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { LakehouseError } from "../../../lib/core/errors.ts";
import { stringifyExactJson } from "../../../lib/core/json.ts";
import type { DataFile } from "../files.ts";
import { filesOf, type TableTree } from "../tree.ts";
import type { NameMapping } from "./columns.ts";
import { openParquet, type ParquetFile } from "./file.ts";
import { project, projectBy, readGroup, type Wanted } from "./projection.ts";

/** What reads an object. */
export type ReadObject = (path: string) => Promise<Uint8Array>;

/** Rows that are deleted, by the data file they are in. */
export interface Deletes {
  /** Places of a file's deleted rows, the first is 0; `open` is called when its values matter. */
  rowsOf(
    file: DataFile,
    open: () => Promise<ParquetFile>,
  ): Promise<ReadonlySet<number>>;
}

// Ids that Iceberg keeps for the two columns of files of position deletes.
const PLACES: Wanted[] = [
  { id: 2147483546, name: "file_path", type: "string" },
  { id: 2147483545, name: "pos", type: "long" },
];
const PLACE_NAMES: NameMapping[] = PLACES.map(({ id, name }) => ({
  ...{ "field-id": id, names: [name] },
}));
const VECTOR_MAGIC = 0x6439d3d1;

type Places = [path: string, place: number][];

async function placesIn(path: string, bytes: Uint8Array): Promise<Places> {
  const parquet = await openParquet(path, bytes);
  const columns = projectBy(
    parquet,
    { constants: new Map() },
    PLACES,
    PLACE_NAMES,
  );
  const found: Places = [];
  for (const group of parquet.groups.keys()) {
    const [paths, places] = await readGroup(parquet, columns, group) as [
      string[],
      bigint[],
    ];
    for (const [i, file] of paths.entries()) {
      found.push([file, Number(places[i])]);
    }
  }
  return found;
}

/**
 * Places of a deletion vector's rows: Roaring bitmaps of 32 bits in their
 * portable form, each with the upper half of its places before it.
 *
 * @throws {LakehouseError} When it is damaged.
 */
export async function vectorPlaces(
  path: string,
  bytes: Uint8Array,
): Promise<number[]> {
  const { RoaringBitmap32, roaringLibraryInitialize } = await import(
    "roaring-wasm"
  );
  await roaringLibraryInitialize();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const length = view.getUint32(0);
    const body = bytes.subarray(4, 4 + length);
    if (
      view.getUint32(4, true) !== VECTOR_MAGIC ||
      view.getUint32(4 + length) !== crc32(body)
    ) throw new Error("the vector's checksum is another");
    const places: number[] = [];
    let at = 16;
    for (let rest = view.getBigUint64(8, true); rest > 0n; rest--) {
      const upper = view.getUint32(at, true) * 2 ** 32;
      const bitmap = RoaringBitmap32.deserialize(
        "portable",
        bytes.subarray(at + 4, 4 + length),
      );
      try {
        for (const place of bitmap.toArray()) places.push(upper + place);
        at += 4 + bitmap.getSerializationSizeInBytes("portable");
      } finally {
        bitmap.dispose();
      }
    }
    return places;
  } catch (cause) {
    throw new LakehouseError({
      what: `Cannot read ${path}`,
      why: `it is damaged: ${(cause as Error).message}`,
      next: "restore the object, or look at another snapshot",
      cause,
    });
  }
}

async function keysIn(
  parquet: ParquetFile,
  file: DataFile,
  fields: readonly Wanted[],
  tree: TableTree,
): Promise<string[]> {
  const columns = project(parquet, file, fields, tree.table);
  const keys: string[] = [];
  for (const group of parquet.groups.keys()) {
    const values = await readGroup(parquet, columns, group);
    for (let row = 0; row < parquet.groups[group]!; row++) {
      // A text that no other values have; null is like null here.
      keys.push(stringifyExactJson(values.map((column) => column[row])));
    }
  }
  return keys;
}

interface EqualityDeletes {
  readonly file: DataFile;
  readonly fields: readonly Wanted[];
  readonly keys: ReadonlySet<string>;
}

/** The columns that a file of equality deletes compares, dropped ones too. */
function comparedFields({ schema, metadata }: TableTree, file: DataFile) {
  const all = [schema, ...metadata.schemas.toReversed()];
  return file.equalityIds.map((id) => {
    const field = all.flatMap(({ fields }) => fields)
      .find((each) => each.id === id);
    if (field) return field;
    throw new LakehouseError({
      what: `Cannot read ${file.path} without an engine`,
      why: "it deletes by a column inside another one",
      next: "ask Trino or Spark",
    });
  });
}

/**
 * Whether equality deletes reach a data file: an older one of their partition,
 * or any older one when they are of no partition.
 */
function reaches(
  { metadata }: TableTree,
  deletes: DataFile,
  file: DataFile,
): boolean {
  if (file.sequenceNumber >= deletes.sequenceNumber) return false;
  const spec = metadata.partitionSpecs.find(({ id }) => id === deletes.specId);
  if (spec?.fields.every(({ transform }) => transform === "void")) return true;
  return deletes.specId === file.specId &&
    stringifyExactJson(deletes.partition) ===
      stringifyExactJson(file.partition);
}

/**
 * Reads the deletes of a snapshot.
 *
 * @throws {LakehouseError} When one of their files is missing, damaged, or no Parquet.
 */
export async function deletesOf(
  tree: TableTree,
  read: ReadObject,
): Promise<Deletes> {
  const places = new Map<string, { sequence: bigint; rows: number[] }[]>();
  const add = (path: string, sequence: bigint, rows: number[]) =>
    places.set(path, [...places.get(path) ?? [], { sequence, rows }]);
  const equality: EqualityDeletes[] = [];
  const puffins = new Map<string, Promise<Uint8Array>>();
  for (const file of filesOf(tree)) {
    const { content, path, slice, sequenceNumber: sequence } = file;
    if (content === "data") continue;
    if (slice) {
      // One file holds the vectors of many.
      const whole = puffins.get(path) ?? read(path);
      puffins.set(path, whole);
      const part = (await whole).subarray(
        slice.offset,
        slice.offset + slice.bytes,
      );
      add(file.referencedDataFile!, sequence, await vectorPlaces(path, part));
    } else if (content === "position deletes") {
      const found = await placesIn(path, await read(path));
      for (const [data, rows] of Map.groupBy(found, ([data]) => data)) {
        add(data, sequence, rows.map(([, place]) => place));
      }
    } else {
      const fields = comparedFields(tree, file);
      const parquet = await openParquet(path, await read(path));
      const keys = new Set(await keysIn(parquet, file, fields, tree));
      equality.push({ file, fields, keys });
    }
  }
  return {
    async rowsOf(file, open) {
      const rows = new Set<number>();
      for (const { sequence, rows: found } of places.get(file.path) ?? []) {
        if (sequence < file.sequenceNumber) continue;
        for (const place of found) rows.add(place);
      }
      for (const deletes of equality) {
        if (!reaches(tree, deletes.file, file)) continue;
        const keys = await keysIn(await open(), file, deletes.fields, tree);
        for (const [place, key] of keys.entries()) {
          if (deletes.keys.has(key)) rows.add(place);
        }
      }
      return rows;
    },
  };
}
