/**
 * Files of any kind as Parquet that every engine reads: DuckDB finds their
 * columns and types.
 *
 * @module
 */

import { LakehouseError } from "../../lib/core/errors.ts";
import { openViews } from "../engines/duckdb/instance.ts";
import { literal } from "../../lib/trino/literal.ts";
import { identifier } from "../../lib/trino/literal.ts";

/** How DuckDB reads files of each kind, by the ending of their names. */
const READERS: { ending: RegExp; read: (files: string) => string }[] = [
  {
    ending: /\.parquet$/i,
    read: (files) => `read_parquet(${files}, union_by_name = true)`,
  },
  {
    ending: /\.[ct]sv(\.gz)?$/i,
    // Types by all rows: a sample may not hold the one that is no number.
    read: (files) =>
      `read_csv(${files}, union_by_name = true, sample_size = -1)`,
  },
  {
    ending: /\.(json|jsonl|ndjson)(\.gz)?$/i,
    read: (files) =>
      `read_json(${files}, union_by_name = true, sample_size = -1)`,
  },
];

/** What was made of files. */
export interface Converted {
  /** Files that were read. */
  files: string[];
  /** Files that were not, and why. */
  passedOver: { path: string; why: string }[];
  /** Rows in all. */
  rows: number;
  /** Columns with DuckDB's types, and the type they became where it is another. */
  columns: { name: string; type: string; stored: string }[];
}

/** Files below the paths, in order; a path that is not there is refused. */
async function filesBelow(
  paths: readonly string[],
  seen = new Set<string>(),
): Promise<string[]> {
  const found: string[] = [];
  for (const given of paths) {
    const path = given.replace(/^~(?=\/|$)/, Deno.env.get("HOME") ?? "~");
    const { isDirectory } = await Deno.stat(path).catch((cause) => {
      throw new LakehouseError({
        what: `Cannot load ${path}`,
        why: cause instanceof Deno.errors.NotFound
          ? "it is not there"
          : (cause as Error).message,
        next: "name a file or a folder of Parquet, CSV or JSON lines",
        cause,
      });
    });
    // Links may lead round.
    const real = await Deno.realPath(path);
    if (seen.has(real)) continue;
    seen.add(real);
    if (!isDirectory) found.push(path);
    else {
      const names = await Array.fromAsync(Deno.readDir(path));
      const below = names.map(({ name }) => `${path}/${name}`).sort();
      found.push(...await filesBelow(below, seen));
    }
  }
  return found;
}

/** The type that Spark, Iceberg and Trino all have for one of DuckDB's. */
export function storedType(type: string): string {
  if (/[([]|^(STRUCT|MAP)/.test(type) && !/^(DECIMAL|ENUM)/.test(type)) {
    // Nested: as it is, when all within it can stay.
    const inner =
      /HUGEINT|UBIGINT|UINTEGER|USMALLINT|UTINYINT|\bTIME\b|TIMETZ|UUID|INTERVAL|ENUM|BIT|JSON|TIMESTAMP_/;
    return inner.test(type) || /\[\d+\]/.test(type) ? "JSON" : type;
  }
  const [name = ""] = type.split("(");
  const others: Record<string, string> = {
    ...{ TINYINT: "INTEGER", SMALLINT: "INTEGER", UTINYINT: "INTEGER" },
    ...{ USMALLINT: "INTEGER", UINTEGER: "BIGINT", UBIGINT: "DECIMAL(20,0)" },
    ...{ HUGEINT: "DECIMAL(38,0)", UHUGEINT: "DECIMAL(38,0)" },
    ...{ TIMESTAMP_S: "TIMESTAMP", TIMESTAMP_MS: "TIMESTAMP" },
    ...{ TIMESTAMP_NS: "TIMESTAMP", UUID: "VARCHAR", INTERVAL: "VARCHAR" },
    ...{ "TIME WITH TIME ZONE": "VARCHAR", TIME: "VARCHAR", BIT: "VARCHAR" },
    ...{ ENUM: "VARCHAR", JSON: "VARCHAR", '"NULL"': "VARCHAR" },
  };
  return others[name] ?? type;
}

/** The column as it is stored; a value that would change is an error of DuckDB's. */
function stored(name: string, type: string): string {
  const column = identifier(name);
  const wanted = storedType(type);
  if (wanted === type) return column;
  // What is finer than microseconds would be cut without a word.
  const exact = type === "TIMESTAMP_NS"
    ? `CASE WHEN epoch_ns(${column}) % 1000 <> 0 THEN error(${
      literal(`the column "${name}" has nanoseconds`)
    }) ELSE CAST(${column} AS TIMESTAMP) END`
    : `CAST(${column} AS ${wanted})`;
  return `${
    wanted === "JSON" ? `CAST(${exact} AS VARCHAR)` : exact
  } AS ${column}`;
}

/**
 * What DuckDB may hold, in bytes: half of what is free. Of its own it takes most
 * of the machine's, where Spark and Trino are at work too.
 */
const memoryLimit = () =>
  Math.max(512e6, Math.floor(Deno.systemMemoryInfo().available / 2));

const list = (files: readonly string[]) =>
  // Brackets and stars of a name are a pattern to DuckDB.
  `[${
    files.map((file) => literal(file.replace(/[[*?]/g, "[$&]"))).join(", ")
  }]`;

/**
 * Writes what the files hold into Parquet files in `dir`, in bounded memory.
 *
 * Files of several kinds, and with different columns, become one table: by the
 * columns' names, with null where a file has no such column.
 *
 * @param dir An empty folder.
 * @param memory What DuckDB may hold, in bytes. @default {half of what is free}
 * @throws {LakehouseError} When a path is not there, no file is of a known kind, DuckDB cannot read one, a value has no type that all engines know, or the disk is full.
 * @throws {unknown} The signal's reason.
 */
export async function toParquet(
  paths: readonly string[],
  dir: string,
  signal?: AbortSignal,
  memory: number = memoryLimit(),
): Promise<Converted> {
  const passedOver: Converted["passedOver"] = [];
  const files: string[] = [];
  const kinds = new Map<typeof READERS[number], string[]>();
  for (const path of await filesBelow(paths)) {
    const kind = READERS.find(({ ending }) => ending.test(path));
    const why = !kind
      ? "it is no Parquet, CSV or JSON"
      : (await Deno.stat(path)).size === 0
      ? "it is empty"
      : undefined;
    if (why) passedOver.push({ path, why });
    else {
      files.push(path);
      kinds.set(kind!, [...kinds.get(kind!) ?? [], path]);
    }
  }
  if (files.length === 0) {
    const [first] = passedOver;
    throw new LakehouseError({
      what: `Cannot load ${paths.join(", ")}`,
      why: first
        ? `none of ${passedOver.length} files can be read: ${first.path}: ${first.why}`
        : "there is no file",
      next: "name a file or a folder of Parquet, CSV or JSON lines",
    });
  }
  const all = [...kinds].map(([{ read }, files]) =>
    `SELECT * FROM ${read(list(files))}`
  ).join(" UNION ALL BY NAME ");
  const db = await openViews(dir, [
    "SET GLOBAL preserve_insertion_order = false",
    `SET GLOBAL memory_limit = '${memory} B'`,
  ]);
  const options = signal ? { signal } : {};
  try {
    const { rows: described } = await db.run(`DESCRIBE ${all}`, options);
    const columns = described.map(({ column_name, column_type }) => ({
      name: String(column_name),
      type: String(column_type),
      stored: storedType(String(column_type)).replace("JSON", "VARCHAR"),
    }));
    const selected = columns.map(({ name, type }) => stored(name, type));
    const { first } = await db.run(
      `COPY (SELECT ${selected.join(", ")} FROM (${all})) TO ${
        literal(`${dir}/parts`)
      } (FORMAT parquet, COMPRESSION zstd, FILE_SIZE_BYTES '256MB')`,
      options,
    );
    return { files, passedOver, rows: Number(first["Count"]), columns };
  } catch (cause) {
    if (!/No space left on device/.test(String(cause))) throw cause;
    throw new LakehouseError({
      what: `Cannot load ${paths.join(", ")}`,
      why: `the disk is full on which they are made ready, that of ${dir}`,
      next: "free some space, or set TMPDIR to a folder on a larger disk",
      cause,
    });
  } finally {
    await db.close();
  }
}
