/**
 * A snapshot as the tree that it is: metadata, manifest list, manifests, files.
 *
 * @module
 */

import type { Catalog } from "../../lib/catalog/call.ts";
import { catalog as defaultCatalog } from "../../lib/catalog/config.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { interruptSignal, withLimit } from "../../lib/core/interrupt.ts";
import {
  DISPLAY,
  type Displayable,
  type MediaBundle,
} from "../../lib/core/kernel.ts";
import { label, type Namespace } from "../../lib/catalog/namespaces.ts";
import {
  loadTable,
  type Snapshot,
  type Table,
} from "../../lib/catalog/tables.ts";
import { readAvro } from "./avro.ts";
import { treeChart } from "./drawing.ts";
import {
  type DataFile,
  fileReader,
  type ManifestFile,
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

const DEFAULT_LIMIT_MS = 5 * 60_000;

/** Options of the explorer's functions. */
export interface ExplorerOptions {
  /** The catalog that has the table. @default {catalog()} */
  catalog?: Catalog;
  /** Ends the reading. @default {interruptSignal()} */
  signal?: AbortSignal;
  /** Longest time it may take, in milliseconds. @default {300_000} */
  limitMs?: number;
}

/** Options of {@linkcode tableTree}. */
export interface TreeOptions extends ExplorerOptions {
  /** Snapshot by its id, or by the name of a branch or tag. @default {the current one} */
  at?: bigint | string;
}

/** A manifest with the files it lists. */
export interface Manifest extends ManifestFile {
  /** Files that belong to the snapshot. */
  files: DataFile[];
  /** Files that the manifest's commit removed; they belong to earlier snapshots. */
  removed: DataFile[];
}

/** A table at one snapshot. In a notebook it shows itself as a drawing. */
export interface TableTree extends Displayable {
  /** The table as the catalog has it. */
  table: Table;
  /** Schemas, partitionings, branches and tags, history. */
  metadata: TableMetadata;
  /** The snapshot, or `undefined` when the table has none. */
  snapshot: Snapshot | undefined;
  /**
   * The columns as a reader sees them: the current ones for the table and its
   * branches, those of the time for a snapshot by id or tag.
   */
  schema: Schema;
  /** Its manifest list. */
  manifestList: { path: string; bytes: number } | undefined;
  /** Its manifests. */
  manifests: Manifest[];
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
  tree(view: View): Promise<TableTree>;
}

/** A snapshot with the schema it is seen through. */
export interface View {
  /** The snapshot. */
  snapshot: Snapshot | undefined;
  /** The schema. */
  schema: Schema;
}

function damaged(path: string, why: string, cause?: unknown): LakehouseError {
  return new LakehouseError({
    what: `Cannot read ${path}`,
    why,
    next: "restore the object, or look at another snapshot",
    cause,
  });
}

async function records(
  objects: ObjectReader,
  path: string,
): Promise<{ records: Record<string, unknown>[]; bytes: number }> {
  const bytes = await objects.read(path);
  try {
    const { records } = await readAvro(bytes);
    return { records, bytes: bytes.length };
  } catch (cause) {
    throw damaged(path, `it is damaged: ${(cause as Error).message}`, cause);
  }
}

async function readTree(
  table: Table,
  metadata: TableMetadata,
  objects: ObjectReader,
  { snapshot, schema }: View,
  known: Known,
): Promise<TableTree> {
  const reader = fileReader(metadata, schema.id);
  const manifest = async (file: ManifestFile): Promise<Manifest> => {
    const found = await records(objects, file.path);
    const { added, existing, deleted } = file.fileCounts;
    const counted = added + existing + deleted;
    if (counted !== found.records.length) {
      throw damaged(
        file.path,
        `it lists ${found.records.length} files, not ${counted}`,
      );
    }
    const files = found.records.map((each) => toDataFile(reader, file, each));
    return {
      ...file,
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
  const list = path === undefined ? undefined : await records(objects, path);
  const manifests = (list?.records ?? []).map((each) =>
    toManifestFile(reader, each)
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
  options: ExplorerOptions,
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
  const objects = objectReader(signal);
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
export function viewAt(
  { table, metadata }: Pick<TreeReader, "table" | "metadata">,
  at: bigint | string | undefined,
): View {
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
    (reader) => reader.tree(viewAt(reader, options.at)),
  );
}
