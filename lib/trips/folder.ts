/**
 * The folder generated files lie in: which of its files are the generator's own,
 * and whether there is room for more.
 *
 * @module
 */

import { statfsSync } from "node:fs";
import { dirname, join } from "node:path";
import { LakehouseError } from "../core/errors.ts";
import { formatBytes } from "../core/format.ts";

/** Records what was generated, beside the files. */
export const MANIFEST = "_generated.json";
/** Holds files in the making, and is removed at the end of a run. */
const WORK = ".generating";

/** A generated file. */
export interface GeneratedFile {
  /** Its name in the folder. */
  readonly name: string;
  /** Its size; 0 while it is only planned. */
  readonly bytes: number;
}

/** What {@linkcode MANIFEST} holds. */
export interface Manifest {
  /** What decided the rows and the files, the generator's version included. */
  readonly arguments: Readonly<Record<string, number>>;
  /** Whether all files were written. */
  readonly complete: boolean;
  /** The generator's files, those of an unfinished run included. */
  readonly files: readonly GeneratedFile[];
}

/** The folder for files in the making. */
export function workFolder(dir: string): string {
  return join(dir, WORK);
}

function ifThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * The folder's manifest, or `undefined` when it has none.
 *
 * @throws {LakehouseError} When the manifest cannot be understood.
 */
export function readManifest(dir: string): Manifest | undefined {
  const path = join(dir, MANIFEST);
  const text = ifThere(() => Deno.readTextFileSync(path));
  if (text === undefined) return undefined;
  try {
    const manifest = JSON.parse(text) as Manifest;
    // A name is a name: a manifest cannot point out of its folder.
    if (manifest.files.every(({ name }) => /^[\w-]+\.parquet$/.test(name))) {
      return manifest;
    }
    throw new TypeError("A file's name is not one the generator gives");
  } catch (cause) {
    throw new LakehouseError({
      what: `Cannot read ${path}`,
      why: "the file is damaged, so nobody knows which files are generated",
      next: `remove the Parquet files you do not need and ${path}`,
      cause,
    });
  }
}

/** Writes the manifest in one step, so that it is never half there. */
export function writeManifest(dir: string, manifest: Manifest): void {
  const path = join(dir, MANIFEST);
  Deno.writeTextFileSync(
    `${path}.part`,
    `${JSON.stringify(manifest, null, 2)}\n`,
  );
  Deno.renameSync(`${path}.part`, path);
}

/** Whether the folder holds the complete files of the same arguments. */
export function isIntact(
  dir: string,
  manifest: Manifest | undefined,
  wanted: Manifest["arguments"],
): manifest is Manifest {
  return manifest !== undefined && manifest.complete &&
    JSON.stringify(manifest.arguments) === JSON.stringify(wanted) &&
    manifest.files.every(({ name, bytes }) =>
      ifThere(() => Deno.statSync(join(dir, name)))?.size === bytes
    );
}

/**
 * Makes sure that all Parquet files of the folder are the generator's own.
 *
 * @throws {LakehouseError} When there is another one.
 */
export function refuseForeignFiles(
  dir: string,
  manifest: Manifest | undefined,
): void {
  const own = new Set(manifest?.files.map(({ name }) => name));
  const foreign = (ifThere(() => [...Deno.readDirSync(dir)]) ?? [])
    .map(({ name }) => name)
    .filter((name) => name.endsWith(".parquet") && !own.has(name))
    .sort();
  if (foreign.length === 0) return;
  throw new LakehouseError({
    what: `Cannot generate into ${dir}`,
    why: `it holds ${
      foreign.length === 1
        ? "a Parquet file"
        : `${foreign.length} Parquet files`
    } that the generator did not write, such as "${foreign[0]}"`,
    next: "choose another folder, or move these files away",
  });
}

/**
 * Makes sure that `bytes` fit the disk once the old generated files are gone.
 *
 * @param action What cannot be done otherwise.
 * @throws {LakehouseError} When they do not fit.
 */
export function refuseFullDisk(
  dir: string,
  bytes: number,
  manifest: Manifest | undefined,
  action = "generate",
): void {
  let there = dir;
  while (
    ifThere(() => Deno.statSync(there)) === undefined &&
    there !== dirname(there)
  ) {
    there = dirname(there);
  }
  const { bavail, bsize } = statfsSync(there);
  const old = (manifest?.files ?? []).reduce(
    (sum, { name }) =>
      sum + (ifThere(() => Deno.statSync(join(dir, name)))?.size ?? 0),
    0,
  );
  const free = bavail * bsize + old;
  if (bytes <= free) return;
  throw new LakehouseError({
    what: `Cannot ${action} into ${dir}`,
    why: `about ${formatBytes(bytes)} are needed and ${
      formatBytes(free)
    } are free`,
    next: "ask for fewer rows, or choose a folder on a larger disk",
  });
}

/** Removes the generator's own files, the manifest last. */
export function removeGenerated(dir: string, names: Iterable<string>): void {
  ifThere(() => Deno.removeSync(workFolder(dir), { recursive: true }));
  for (const name of names) ifThere(() => Deno.removeSync(join(dir, name)));
  ifThere(() => Deno.removeSync(join(dir, MANIFEST)));
}

/**
 * Makes room for a run: the files of an earlier one are removed, and from here
 * on the manifest names the new ones. At every moment it names all files of the
 * generator, so the next run recognises what a run that failed or was killed
 * has left.
 */
export function claimFolder(
  dir: string,
  old: Manifest | undefined,
  planned: Manifest,
): void {
  Deno.mkdirSync(dir, { recursive: true });
  writeManifest(dir, {
    ...planned,
    files: [...old?.files ?? [], ...planned.files],
  });
  for (const { name } of old?.files ?? []) {
    ifThere(() => Deno.removeSync(join(dir, name)));
  }
  ifThere(() => Deno.removeSync(workFolder(dir), { recursive: true }));
  Deno.mkdirSync(workFolder(dir));
  writeManifest(dir, planned);
}
