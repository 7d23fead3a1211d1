/**
 * The record of a download, beside its files: which they are, what decides
 * them, and how far an interrupted download is.
 *
 * @module
 */

import { join } from "node:path";
import {
  type FolderRecord,
  readRecord,
  type RecordedFile,
} from "../../lib/trips/folder.ts";

/** A downloaded file. */
export interface DownloadedFile extends RecordedFile {
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

/** What the record of a download says. */
export interface DownloadRecord extends FolderRecord<DownloadedFile> {
  /** Where to go on, from the portal. */
  readonly resume?: Resume;
}

/** Path of the folder's record. */
export function recordPath(dir: string): string {
  return join(dir, "_downloaded.json");
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
export function readDownloaded(dir: string): DownloadRecord | undefined {
  return readRecord<DownloadRecord>(
    recordPath(dir),
    ({ files, resume }) =>
      files.every(({ name }) => isFileName(name)) &&
      (resume?.pages ?? []).every(({ name }) => /^[\w-]+\.arrow$/.test(name)),
  );
}

/** Whether anything has come; a download that failed at once claims nothing. */
export function hasContent({ files, resume }: DownloadRecord): boolean {
  return files.some(({ bytes }) => bytes > 0) ||
    (resume?.pages.length ?? 0) > 0;
}
