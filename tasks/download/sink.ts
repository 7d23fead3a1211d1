/**
 * Where the portal's pages go: each is kept as it comes, and so many of them
 * become a Parquet file.
 *
 * @module
 */

import { join } from "node:path";
import { LakehouseError } from "../../lib/core/errors.ts";
import { abortable, withLimit } from "../../lib/core/interrupt.ts";
import { areWhole } from "../../lib/trips/folder.ts";
import { type ParquetWriter, parquetWriter } from "../../lib/trips/parquet.ts";
import type { Claim } from "./folder.ts";
import type {
  Cursor,
  DownloadedFile,
  DownloadRecord,
  Resume,
} from "./record.ts";
import { ORDER, writePage } from "./rows.ts";
import type { SodaRow } from "./soda.ts";

/** Far beyond what a file takes, should polars hang. */
const FILE_LIMIT_MS = 5 * 60_000;

/** Files of trips in the making; see {@linkcode tripSink}. */
export interface TripSink extends Disposable {
  /** Trips kept so far, those of earlier runs included. */
  readonly rows: number;
  /** Bytes of the files written so far. */
  readonly bytes: number;
  /** The files written so far. */
  readonly files: readonly DownloadedFile[];
  /** The last trip kept, after which to go on. */
  readonly cursor: Cursor | undefined;
  /** Trips that still go into the file under way. */
  readonly room: number;
  /**
   * Keeps a page: from here on an interrupted download goes on after it.
   *
   * @throws {CellError} When a value is not of its column's type.
   */
  add(rows: readonly SodaRow[]): Promise<void>;
  /** Writes the file under way if it is full, as one may be after a kill. */
  settle(): Promise<void>;
  /** Writes what is left as the last file, and records that all is there. */
  end(): Promise<void>;
}

/** The trip's place in the order of the portal's answers. */
export function cursorOf(row: SodaRow): Cursor {
  return { time: String(row[ORDER.time]), key: String(row[ORDER.key]) };
}

const sum = (files: readonly DownloadedFile[], of: "bytes" | "rows") =>
  files.reduce((total, file) => total + (file[of] ?? 0), 0);

/** What of an earlier run can be built upon. */
function restored({ dir, work, record }: Claim): Resume {
  if (!areWhole(dir, record.files)) {
    throw new LakehouseError({
      what: `Cannot go on with the download in ${dir}`,
      why: "files that were complete are missing or have changed",
      next: "--replace to download them all again",
    });
  }
  const resume = record.resume ??
    { start: undefined, cursor: undefined, pages: [] };
  return areWhole(work, resume.pages)
    ? resume
    : { start: resume.start, cursor: resume.start, pages: [] };
}

/**
 * Opens the sink on what an earlier run has left.
 *
 * @param rowsPerFile Trips per Parquet file.
 * @throws {LakehouseError} When complete files of the earlier run are missing.
 */
export function tripSink(claim: Claim, rowsPerFile: number): TripSink {
  const { dir, work, record } = claim;
  let { start, cursor, pages } = restored(claim);
  let files = record.files;
  let parquet: ParquetWriter | undefined;
  const room = () => rowsPerFile - sum(pages, "rows");
  const name = () => `portal-${String(files.length).padStart(5, "0")}`;
  const save = (changes: Partial<DownloadRecord> = {}) =>
    claim.save({
      arguments: record.arguments,
      complete: false,
      // The file under way is named before it is there, so that the next run
      // knows it as the download's own.
      files: [...files, { name: `${name()}.parquet`, bytes: 0 }],
      resume: { start, cursor, pages },
      ...changes,
    });

  async function writeFile(): Promise<void> {
    const part = join(work, `${name()}.part`);
    parquet ??= parquetWriter();
    // Not ended by a signal: polars cannot be stopped in the middle.
    await abortable(
      parquet.write(pages.map(({ name }) => join(work, name)), part),
      withLimit(undefined, FILE_LIMIT_MS, "Writing a Parquet file"),
    );
    const file = {
      name: `${name()}.parquet`,
      bytes: Deno.statSync(part).size,
      rows: sum(pages, "rows"),
    };
    Deno.renameSync(part, join(dir, file.name));
    const written = pages;
    [files, pages, start] = [[...files, file], [], cursor];
    save();
    for (const { name } of written) Deno.removeSync(join(work, name));
  }

  const settle = async () => {
    if (room() <= 0) await writeFile();
  };

  return {
    get rows() {
      return sum(files, "rows") + sum(pages, "rows");
    },
    get bytes() {
      return sum(files, "bytes");
    },
    get files() {
      return files;
    },
    get cursor() {
      return cursor;
    },
    get room() {
      return room();
    },
    async add(rows) {
      claim.begin();
      const page = `${name()}-${String(pages.length).padStart(4, "0")}.arrow`;
      const bytes = writePage(join(work, page), rows);
      pages = [...pages, { name: page, bytes, rows: rows.length }];
      cursor = cursorOf(rows.at(-1)!);
      save();
      await settle();
    },
    settle,
    async end() {
      if (pages.length > 0) await writeFile();
      claim.save({
        arguments: record.arguments,
        complete: true,
        files,
      });
    },
    [Symbol.dispose]: () => parquet?.[Symbol.dispose](),
  };
}
