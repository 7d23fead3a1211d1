/**
 * The record of a download, beside its files: which they are, what decides
 * them, and how far an interrupted download is.
 *
 * @module
 */

import { join } from "node:path";
import { LakehouseError } from "../../lib/core/errors.ts";

/** Name of the record. */
export const MANIFEST = "_downloaded.json";

/** A downloaded file. */
export interface DownloadedFile {
  /** Its name in the folder. */
  readonly name: string;
  /** Its size; 0 while it is not whole. */
  readonly bytes: number;
  /** Trips in it, where the download has counted them. */
  readonly rows?: number;
  /** Key of the object it is a copy of. */
  readonly key?: string;
  /** Entity tag of the same object. */
  readonly etag?: string;
}

/** A trip's place in the order of the portal's answers. */
export interface Cursor {
  /** When the trip started, as SODA writes it. */
  readonly time: string;
  /** The trip's key. */
  readonly key: string;
}

/** How far the file under way is. */
export interface Resume {
  /** The last trip before the file. */
  readonly start: Cursor | undefined;
  /** The last trip in the pages. */
  readonly cursor: Cursor | undefined;
  /** Pages of the file, in order, in the folder of files in the making. */
  readonly pages: readonly DownloadedFile[];
}

/** What decides the files of a download, its source included. */
export type DownloadArguments = Readonly<Record<string, string | number>>;

/** What {@linkcode MANIFEST} holds. */
export interface Manifest {
  /** What decides the files. */
  readonly arguments: DownloadArguments;
  /** Whether the download has come to its end. */
  readonly complete: boolean;
  /** The download's files. */
  readonly files: readonly DownloadedFile[];
  /** Where to go on, from the portal. */
  readonly resume?: Resume;
}

/** Bytes of a file, or `undefined` when there is none. */
export function sizeOf(path: string): number | undefined {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Whether every file is there with every byte. */
export function areWhole(
  dir: string,
  files: readonly DownloadedFile[],
): boolean {
  return files.every(({ name, bytes }) => sizeOf(join(dir, name)) === bytes);
}

/** Whether a downloaded file may have this name: a mere name, and not a hidden one. */
export function isFileName(name: string): boolean {
  return /^[\w=][\w.=-]*\.parquet$/.test(name);
}

/**
 * The folder's record, or `undefined` when it has none.
 *
 * @throws {LakehouseError} When the record cannot be understood.
 */
export function readManifest(dir: string): Manifest | undefined {
  const path = join(dir, MANIFEST);
  if (sizeOf(path) === undefined) return undefined;
  try {
    const manifest = JSON.parse(Deno.readTextFileSync(path)) as Manifest;
    const pages = manifest.resume?.pages ?? [];
    if (
      manifest.files.every(({ name }) => isFileName(name)) &&
      pages.every(({ name }) => /^[\w-]+\.arrow$/.test(name))
    ) return manifest;
    throw new TypeError("A file's name is not one a download gives");
  } catch (cause) {
    throw new LakehouseError({
      what: `Cannot read ${path}`,
      why: "the file is damaged, so nobody knows which files are downloaded",
      next: `remove the Parquet files you do not need and ${path}`,
      cause,
    });
  }
}

/** Writes the folder's record, in one step. */
export function writeManifest(dir: string, manifest: Manifest): void {
  const path = join(dir, MANIFEST);
  Deno.writeTextFileSync(
    `${path}.part`,
    `${JSON.stringify(manifest, null, 2)}\n`,
  );
  Deno.renameSync(`${path}.part`, path);
}

/** Whether anything has come; a download that failed at once claims nothing. */
export function hasContent({ files, resume }: Manifest): boolean {
  return files.some(({ bytes }) => bytes > 0) ||
    (resume?.pages.length ?? 0) > 0;
}

/** Whether both downloads have the same files. */
export const sameArguments = (a: DownloadArguments, b: DownloadArguments) =>
  JSON.stringify(a) === JSON.stringify(b);
