/**
 * Parquet files of tables: opened, and read a row group at a time, with values as
 * they are stored.
 *
 * @module
 */

import {
  brotliDecompressSync,
  gunzipSync,
  zstdDecompressSync,
} from "node:zlib";
import type {
  CompressionCodec,
  FileMetaData,
  SchemaElement,
  SchemaTree,
} from "hyparquet";
import { LakehouseError } from "../../../lib/core/errors.ts";

/** A Parquet file. */
export interface ParquetFile {
  /** Its address. */
  readonly path: string;
  /** Its columns, as the file describes them. */
  readonly schema: SchemaTree;
  /** Rows of each row group. */
  readonly groups: readonly number[];
  /**
   * Values of top-level columns in one row group, by their names there: structs
   * as objects, lists as arrays, maps as the structs that they are underneath;
   * numbers, times and bytes as stored, but for texts and the 96 bits of old
   * timestamps, which are nanoseconds.
   */
  read(
    names: readonly string[],
    group: number,
  ): Promise<ReadonlyMap<string, unknown[]>>;
}

/** Whole bytes as the file that hyparquet reads. */
const asFile = (bytes: Uint8Array) => ({
  byteLength: bytes.byteLength,
  slice: (from: number, to?: number) =>
    bytes.slice(from, to).buffer as ArrayBuffer,
});

const ENCRYPTED = new TextEncoder().encode("PARE");
const KNOWN: ReadonlySet<CompressionCodec> = new Set([
  ...["UNCOMPRESSED", "SNAPPY", "GZIP", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW"],
] as CompressionCodec[]);

function beyond(path: string, why: string, cause?: unknown): LakehouseError {
  return new LakehouseError({
    what: `Cannot read ${path} without an engine`,
    why,
    next: "ask Trino or Spark",
    cause,
  });
}

/** What `read` reads of a file, or an error that names the file. */
async function decoded<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof LakehouseError) throw cause;
    const { message } = cause as Error;
    // What hyparquet does not know is no fault of the file.
    if (/unsupported|not supported/i.test(message)) {
      throw beyond(path, `this reader does not know what it has: ${message}`);
    }
    throw new LakehouseError({
      what: `Cannot read ${path}`,
      why: `it is damaged: ${message}`,
      next: "restore the object, or look at another snapshot",
      cause,
    });
  }
}

/** Whether the file says that it is text. */
export const isText = ({ type, converted_type, logical_type }: SchemaElement) =>
  type === "BYTE_ARRAY" &&
  (converted_type === "UTF8" || logical_type?.type === "STRING");

/** Whether it is a list: writers say so in one way, in the other, or in both. */
export function isList({ element, children }: SchemaTree): boolean {
  const { converted_type, logical_type } = element;
  return children.length === 1 &&
    (converted_type === "LIST" || logical_type?.type === "LIST");
}

/**
 * The column without what hyparquet would make of its values: decimals become
 * numbers there, times dates of milliseconds, and maps objects.
 */
function asStored(tree: SchemaTree): SchemaElement[] {
  const { element, children } = tree;
  const { converted_type: _, logical_type: __, ...bare } = element;
  const own: SchemaElement = isText(element)
    ? element
    : isList(tree)
    ? { ...bare, converted_type: "LIST" }
    : bare;
  return [own, ...children.flatMap(asStored)];
}

function checkCodecs(path: string, { row_groups }: FileMetaData): void {
  for (const { columns } of row_groups) {
    const codec = columns.find(({ meta_data }) =>
      meta_data && !KNOWN.has(meta_data.codec)
    )?.meta_data?.codec;
    if (codec) throw beyond(path, `it is compressed with ${codec}`);
  }
}

// Writers end a page after some megabytes; a header may say two gigabytes.
const LARGEST_PAGE = 256 * 1024 * 1024;

// Naught is no limit that zlib takes.
const atMost = (length: number) => ({ maxOutputLength: Math.max(1, length) });

/**
 * What a page is unpacked with; each is given the size that the page's header
 * states, and makes no more of it.
 */
export async function decompressors() {
  const { LZ4, LZ4_RAW } = (await import("hyparquet-compressors")).compressors;
  const { snappyUncompress } = await import("hyparquet");
  const all = {
    ...LZ4 && { LZ4 },
    ...LZ4_RAW && { LZ4_RAW },
    SNAPPY(input: Uint8Array, length: number) {
      const page = new Uint8Array(length);
      snappyUncompress(input, page);
      return page;
    },
    // Those of the runtime are native.
    ZSTD: (input: Uint8Array, length: number) =>
      zstdDecompressSync(input, atMost(length)),
    GZIP: (input: Uint8Array, length: number) =>
      gunzipSync(input, atMost(length)),
    BROTLI: (input: Uint8Array, length: number) =>
      brotliDecompressSync(input, atMost(length)),
  };
  const bounded = <A extends Uint8Array>(
    unpack: (input: Uint8Array, length: number) => A,
  ) =>
  (input: Uint8Array, length: number) => {
    if (length > LARGEST_PAGE) {
      throw new Error(`a page of it is larger than ${LARGEST_PAGE} bytes`);
    }
    return unpack(input, length);
  };
  return Object.fromEntries(
    Object.entries(all).map(([codec, unpack]) => [codec, bounded(unpack)]),
  ) as Record<
    keyof typeof all,
    (input: Uint8Array, length: number) => Uint8Array
  >;
}

/**
 * Opens a file of which all bytes are here.
 *
 * @throws {LakehouseError} When it is damaged, encrypted, or compressed in a way that is not known.
 */
export async function openParquet(
  path: string,
  bytes: Uint8Array,
): Promise<ParquetFile> {
  if (bytes.subarray(-4).every((byte, i) => byte === ENCRYPTED[i])) {
    throw beyond(path, "it is encrypted");
  }
  // Loaded when it is wanted, which for most notebooks is never.
  const { parquetMetadata, parquetRead, parquetSchema } = await import(
    "hyparquet"
  );
  const { found, schema, stored } = await decoded(path, () => {
    const found = parquetMetadata(bytes.slice().buffer);
    const schema = parquetSchema(found);
    return Promise.resolve({ found, schema, stored: asStored(schema) });
  });
  checkCodecs(path, found);
  const metadata = { ...found, schema: stored };
  const groups = found.row_groups.map(({ num_rows }) => Number(num_rows));
  const options = {
    ...{ file: asFile(bytes), metadata, utf8: false },
    compressors: await decompressors(),
    parsers: { timestampFromNanoseconds: (nanos: bigint) => nanos },
  };
  return {
    ...{ path, schema, groups },
    async read(names, group) {
      const values = new Map<string, unknown[]>();
      if (names.length === 0) return values;
      const start = groups.slice(0, group).reduce((sum, n) => sum + n, 0);
      await decoded(path, () =>
        parquetRead({
          ...options,
          ...{ rowStart: start, rowEnd: start + groups[group]! },
          columns: [...names],
          onChunk({ columnName, columnData, rowStart }) {
            const column = values.get(columnName) ?? [];
            values.set(columnName, column);
            for (let i = 0; i < columnData.length; i++) {
              column[rowStart - start + i] = columnData[i];
            }
          },
        }));
      return values;
    },
  };
}
