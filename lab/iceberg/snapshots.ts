/**
 * Snapshots of tables, read from the object store: one as a tree, its files, and
 * what lies between two.
 *
 * @module
 */

import type { Catalog } from "../../lib/catalog/call.ts";
import { catalog as defaultCatalog } from "../../lib/catalog/config.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { interruptSignal, withLimit } from "../../lib/core/interrupt.ts";
import { DISPLAY, type MediaBundle } from "../../lib/core/kernel.ts";
import { label, type Namespace } from "../../lib/catalog/call.ts";
import {
  loadTable,
  type Snapshot,
  type Table,
} from "../../lib/catalog/tables.ts";
import { damaged, readRecords } from "./encoding/avro.ts";
import { treeChart } from "./charts/tree.ts";
import {
  countsOf,
  type DataFile,
  type ManifestFile,
  tableLayout,
  toDataFile,
  toManifestFile,
} from "./files.ts";
import {
  type Schema,
  schemaOf,
  type TableMetadata,
  tableMetadata,
} from "./metadata.ts";
import { inParallel, type ObjectReader, objectReader } from "./object_store.ts";
import { filesOf, type Manifest, type TableTree } from "./tree.ts";

const DEFAULT_LIMIT_MS = 5 * 60_000;

/** Options of what reads metadata of tables. */
export interface ReadOptions {
  /** The catalog that has the table. @default {catalog()} */
  catalog?: Catalog;
  /** Ends the reading. @default {interruptSignal()} */
  signal?: AbortSignal;
  /** Longest time it may take, in milliseconds. @default {300_000} */
  limitMs?: number;
}

/** Options of {@linkcode tableTree}. */
export interface TreeOptions extends ReadOptions {
  /** Snapshot by its id, or by the name of a branch or tag. @default {the current one} */
  at?: bigint | string;
}

/** Manifests read so far, by schema and address: snapshots share them, and they never change. */
type Known = Map<string, Promise<Manifest>>;

/** What reads the trees of one table. */
export interface TreeReader {
  /** The table. */
  table: Table;
  /** Its metadata. */
  metadata: TableMetadata;
  /** Objects of its bucket. */
  objects: ObjectReader;
  /** The tree of one of its snapshots. */
  tree(view: SnapshotView): Promise<TableTree>;
}

/** A snapshot with the schema it is seen through. */
export interface SnapshotView {
  /** The snapshot. */
  snapshot: Snapshot | undefined;
  /** The schema. */
  schema: Schema;
}

async function readTree(
  table: Table,
  metadata: TableMetadata,
  objects: ObjectReader,
  { snapshot, schema }: SnapshotView,
  known: Known,
): Promise<TableTree> {
  const layout = tableLayout(metadata, schema.id);
  const manifest = async (file: ManifestFile): Promise<Manifest> => {
    const found = await readRecords(objects, file.path);
    const { added, existing, deleted } = file.fileCounts;
    const counted = added + existing + deleted;
    const isCounted = counted > 0;
    if (isCounted && counted !== found.records.length) {
      throw damaged(
        file.path,
        `it lists ${found.records.length} files, not ${counted}`,
      );
    }
    const files = found.records.map((each) => toDataFile(layout, file, each));
    return {
      ...file,
      ...isCounted ? {} : countsOf(files),
      files: files.filter(({ status }) => status !== "deleted"),
      removed: files.filter(({ status }) => status === "deleted"),
    };
  };
  const once = (file: ManifestFile) => {
    const key = `${schema.id} ${file.path}`;
    const reading = known.get(key) ?? manifest(file);
    known.set(key, reading);
    return reading;
  };
  const path = snapshot?.manifestList;
  if (snapshot && path === undefined) {
    throw new LakehouseError({
      what: `Cannot read snapshot ${snapshot.id} of ${
        label(table.namespace, table.name)
      }`,
      why:
        "it names its manifests itself, as the first writers of the format did, instead of a list of them",
      next:
        "ask Spark, and commit to the table by it: its snapshots have lists",
    });
  }
  const list = path === undefined
    ? undefined
    : await readRecords(objects, path);
  const manifests = (list?.records ?? []).map((each) =>
    toManifestFile(layout, each)
  );
  const tree: TableTree = {
    table,
    metadata,
    snapshot,
    schema,
    manifestList: path && list ? { path, bytes: list.bytes } : undefined,
    manifests: await inParallel(manifests, once),
    [DISPLAY]: (): MediaBundle => treeChart(tree)[DISPLAY](),
  };
  return tree;
}

/** Loads the table, and runs `body` with what reads its trees. */
export async function withTable<T>(
  namespace: Namespace,
  name: string,
  options: ReadOptions,
  body: (reader: TreeReader) => Promise<T>,
): Promise<T> {
  const signal = withLimit(
    options.signal ?? interruptSignal(),
    options.limitMs ?? DEFAULT_LIMIT_MS,
    "Reading the table's metadata",
  );
  const from = options.catalog ?? defaultCatalog();
  const table = await loadTable(from, namespace, name, { signal });
  const metadata = tableMetadata(table);
  const objects = await objectReader(signal);
  const known: Known = new Map();
  try {
    return await body({
      table,
      metadata,
      objects,
      tree: (view) => readTree(table, metadata, objects, view, known),
    });
  } finally {
    objects.close();
  }
}

/** The snapshot meant by an id or by the name of a branch or tag. */
export function snapshotView(
  { table, metadata }: Pick<TreeReader, "table" | "metadata">,
  at: bigint | string | undefined,
): SnapshotView {
  const current = schemaOf(table, metadata, undefined);
  if (at === undefined) {
    return { snapshot: table.currentSnapshot, schema: current };
  }
  const ref = metadata.refs.find(({ name }) => name === at);
  const wanted = typeof at === "bigint" ? at : ref?.snapshotId;
  const snapshot = table.snapshots.find(({ id }) => id === wanted);
  if (snapshot) {
    const schema = ref?.type === "branch"
      ? current
      : schemaOf(table, metadata, snapshot);
    return { snapshot, schema };
  }
  const names = metadata.refs.map(({ name }) => name).join(", ");
  throw new LakehouseError({
    what: `Cannot find ${
      typeof at === "bigint" ? `snapshot ${at}` : `"${at}"`
    } of ${label(table.namespace, table.name)}`,
    why: typeof at === "bigint"
      ? `it never was, or has expired; ${table.snapshots.length} are there`
      : `its branches and tags are: ${names || "none"}`,
    next: "list them: (await loadTable(catalog(), namespace, name)).snapshots",
  });
}

/**
 * A table at one snapshot: metadata, manifest list, manifests and files, read
 * from the object store as the engines read them.
 *
 * @throws {CatalogError} With status 404 when there is no such table.
 * @throws {LakehouseError} When there is no such snapshot, or one of its files is missing or damaged.
 * @example Usage
 * ```ts ignore
 * import { iceberg } from "@lakehouse/lab";
 *
 * const tree = await iceberg.tableTree("chicago", "taxi_trips");
 * for (const { path, files } of tree.manifests) console.log(path, files.length);
 * ```
 */
export async function tableTree(
  namespace: Namespace,
  table: string,
  options: TreeOptions = {},
): Promise<TableTree> {
  return await withTable(
    namespace,
    table,
    options,
    (reader) => reader.tree(snapshotView(reader, options.at)),
  );
}

/**
 * Files of a snapshot: data files and files of deletes, with sizes, partitions
 * and column statistics.
 *
 * @throws {CatalogError} With status 404 when there is no such table.
 * @throws {LakehouseError} When there is no such snapshot, or one of its files is missing or damaged.
 * @example Usage
 * ```ts ignore
 * import { iceberg } from "@lakehouse/lab";
 *
 * for (const file of await iceberg.snapshotFiles("chicago", "taxi_trips")) {
 *   const start = file.columns.find(({ name }) => name === "trip_start_timestamp");
 *   console.log(file.path, file.rows, start?.lower, start?.upper);
 * }
 * ```
 */
export async function snapshotFiles(
  namespace: Namespace,
  table: string,
  options: TreeOptions = {},
): Promise<DataFile[]> {
  return filesOf(await tableTree(namespace, table, options));
}

/** What lies between two snapshots. */
export interface SnapshotComparison {
  /** The first snapshot. */
  from: Snapshot | undefined;
  /** The second one. */
  to: Snapshot | undefined;
  /** Files that only the second has. */
  added: DataFile[];
  /** Files that only the first has. */
  removed: DataFile[];
  /** Files that both have. */
  kept: DataFile[];
}

// A file of deletion vectors holds several, each a file of its own here.
const keyOf = ({ path, slice }: DataFile) => `${slice?.offset ?? ""} ${path}`;

/**
 * Which files differ between two snapshots, each given by id or by the name of a
 * branch or tag.
 *
 * @throws {CatalogError} With status 404 when there is no such table.
 * @throws {LakehouseError} When there is no such snapshot, or one of its files is missing or damaged.
 * @example Usage
 * ```ts ignore
 * import { catalog, loadTable } from "@lakehouse";
 * import { iceberg } from "@lakehouse/lab";
 *
 * const { snapshots } = await loadTable(catalog(), "chicago", "taxi_trips");
 * const [first, last] = [snapshots[0]!.id, snapshots.at(-1)!.id];
 * const { added, removed } = await iceberg.compareSnapshots("chicago", "taxi_trips", first, last);
 * console.log(added.length, removed.length);
 * ```
 */
export async function compareSnapshots(
  namespace: Namespace,
  table: string,
  from: bigint | string,
  to: bigint | string,
  options: ReadOptions = {},
): Promise<SnapshotComparison> {
  return await withTable(namespace, table, options, async (reader) => {
    const [before, after] = await Promise.all(
      [from, to].map((at) => reader.tree(snapshotView(reader, at))),
    ) as [TableTree, TableTree];
    const [old, now] = [filesOf(before), filesOf(after)];
    const [had, has] = [old, now].map((files) => new Set(files.map(keyOf)));
    return {
      from: before.snapshot,
      to: after.snapshot,
      added: now.filter((file) => !had!.has(keyOf(file))),
      removed: old.filter((file) => !has!.has(keyOf(file))),
      kept: now.filter((file) => had!.has(keyOf(file))),
    };
  });
}
