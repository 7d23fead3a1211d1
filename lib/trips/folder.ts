/**
 * The folder that files of trips lie in. A record beside them says whose they
 * are, so that nothing else is ever removed or overwritten.
 *
 * @module
 */

import { statfsSync } from "node:fs";
import { dirname, join } from "node:path";
import { LakehouseError } from "../core/errors.ts";
import { ifThere } from "../core/files.ts";
import { formatBytes } from "../core/format.ts";
import { takeLock } from "../core/lock.ts";

/** The record of generated files. */
const GENERATED = "_generated.json";
/** Holds files in the making, and is removed at the end of a run. */
const WORK = ".generating";
/** Held while files are written. */
const LOCK = ".lock";
/** Who writes into such a folder, by what cannot be done otherwise. */
const WRITERS = { generate: "the generator", download: "a download" } as const;
type Action = keyof typeof WRITERS;

/** A file that a record names. */
export interface RecordedFile {
  /** Its name in the folder. */
  readonly name: string;
  /** Its size; 0 while it is not whole. */
  readonly bytes: number;
}

/** What a record beside files says. */
export interface FolderRecord<File extends RecordedFile = RecordedFile> {
  /** What decides the files. */
  readonly arguments: Readonly<Record<string, string | number>>;
  /** Whether all files are there. */
  readonly complete: boolean;
  /** The files, those of an unfinished run included. */
  readonly files: readonly File[];
}

/** Bytes of a file, or `undefined` when there is none. */
export function sizeOf(path: string): number | undefined {
  return ifThere(() => Deno.statSync(path).size);
}

/** Removes a file, or a folder with all that is in it. */
export function removeIfThere(path: string): void {
  ifThere(() => Deno.removeSync(path, { recursive: true }));
}

/**
 * The record at `path`, or `undefined` when there is none.
 *
 * @param isSound Whether every name in it is one that its writer gives; none may lead out of the folder.
 * @throws {LakehouseError} When the record cannot be understood.
 */
export function readRecord<Found extends FolderRecord>(
  path: string,
  isSound: (record: Found) => boolean,
): Found | undefined {
  const text = ifThere(() => Deno.readTextFileSync(path));
  if (text === undefined) return undefined;
  try {
    const record = JSON.parse(text) as Found;
    if (isSound(record)) return record;
    throw new TypeError("A file's name is not one that its writer gives");
  } catch (cause) {
    throw new LakehouseError({
      what: `Cannot read ${path}`,
      why:
        "it is damaged, so nobody knows which of the files beside it are its",
      next: `remove the Parquet files you do not need and ${path}`,
      cause,
    });
  }
}

/** Writes a record in one step, so that it is never half there. */
export function writeRecord(path: string, record: FolderRecord): void {
  Deno.writeTextFileSync(
    `${path}.part`,
    `${JSON.stringify(record, null, 2)}\n`,
  );
  Deno.renameSync(`${path}.part`, path);
}

/** Whether every file is there with every byte. */
export function areWhole(dir: string, files: readonly RecordedFile[]): boolean {
  return files.every(({ name, bytes }) => sizeOf(join(dir, name)) === bytes);
}

/** Whether both decide the same files. */
export function sameArguments(
  a: FolderRecord["arguments"],
  b: FolderRecord["arguments"],
): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * Makes sure that a record names every Parquet file of the folder.
 *
 * @param action What cannot be done otherwise.
 * @param own Names of the files that records name.
 * @throws {LakehouseError} When there is another one.
 */
export function refuseForeignFiles(
  dir: string,
  action: Action,
  own: readonly string[],
): void {
  const foreign = (ifThere(() => [...Deno.readDirSync(dir)]) ?? [])
    .map(({ name }) => name)
    .filter((name) => name.endsWith(".parquet") && !own.includes(name))
    .sort();
  if (foreign.length === 0) return;
  const [one, ...more] = foreign;
  const count = more.length ? foreign.length : "a";
  const files = `${count} Parquet file${more.length ? "s" : ""}`;
  const writer = WRITERS[action];
  throw new LakehouseError({
    what: `Cannot ${action} into ${dir}`,
    why: `it holds ${files} that ${writer} did not write, such as "${one}"`,
    next: "choose another folder, or move these files away",
  });
}

/**
 * Makes sure that `bytes` fit the disk once the replaced files are gone.
 *
 * @param action What cannot be done otherwise.
 * @throws {LakehouseError} When they do not fit.
 */
export function refuseFullDisk(
  dir: string,
  action: Action,
  bytes: number,
  replaced: readonly RecordedFile[] = [],
): void {
  let there = dir;
  while (sizeOf(there) === undefined && there !== dirname(there)) {
    there = dirname(there);
  }
  const { bavail, bsize } = statfsSync(there);
  const free = replaced.reduce(
    (sum, { name }) => sum + (sizeOf(join(dir, name)) ?? 0),
    bavail * bsize,
  );
  if (bytes <= free) return;
  const [needed, left] = [bytes, free].map(formatBytes);
  throw new LakehouseError({
    what: `Cannot ${action} into ${dir}`,
    why: `about ${needed} are needed and ${left} are free`,
    next: "ask for fewer rows, or choose a folder on a larger disk",
  });
}

/**
 * Takes the folder for one writer; makes it where there is none.
 *
 * @throws {LakehouseError} When another one writes into it.
 */
export function lockFolder(dir: string, action: Action): Disposable {
  return takeLock(
    join(dir, LOCK),
    `Cannot ${action} into ${dir}`,
    WRITERS[action],
  );
}

/** The generator's folder for files in the making. */
export function workFolder(dir: string): string {
  return join(dir, WORK);
}

/**
 * The record of the folder's generated files, or `undefined`.
 *
 * @throws {LakehouseError} When it cannot be understood.
 */
export function readGenerated(dir: string): FolderRecord | undefined {
  return readRecord(
    join(dir, GENERATED),
    ({ files }) => files.every(({ name }) => /^[\w-]+\.parquet$/.test(name)),
  );
}

/** Writes the record of the folder's generated files. */
export function writeGenerated(dir: string, record: FolderRecord): void {
  writeRecord(join(dir, GENERATED), record);
}

/** Removes generated files, their record last. */
export function removeGenerated(dir: string, names: Iterable<string>): void {
  removeIfThere(workFolder(dir));
  for (const name of names) removeIfThere(join(dir, name));
  removeIfThere(join(dir, GENERATED));
}

/**
 * Makes room for a run of the generator: the files of an earlier one are
 * removed, and from here on the record names the new ones. At every moment it
 * names all files of the generator, so the next run recognises what a run that
 * failed or was killed has left.
 */
export function makeRoom(
  dir: string,
  old: readonly RecordedFile[],
  planned: FolderRecord,
): void {
  Deno.mkdirSync(dir, { recursive: true });
  writeGenerated(dir, { ...planned, files: [...old, ...planned.files] });
  for (const { name } of old) removeIfThere(join(dir, name));
  removeIfThere(workFolder(dir));
  Deno.mkdirSync(workFolder(dir));
  writeGenerated(dir, planned);
}
