/**
 * The folder downloaded files lie in: which of its files a download wrote, what
 * of an interrupted one is there already, and whether another may go there.
 *
 * As with generated files, a record beside the files names them: nothing else
 * is ever removed or overwritten, and downloaded and generated files never lie
 * in one folder.
 *
 * @module
 */

import { join } from "node:path";
import { LakehouseError } from "../../lib/core/errors.ts";
import {
  areWhole,
  type FolderRecord,
  lockFolder,
  readGenerated,
  refuseForeignFiles,
  removeGenerated,
  removeIfThere,
  sameArguments,
  sizeOf,
  workFolder as generatorFolder,
  writeRecord,
} from "../../lib/trips/folder.ts";
import {
  type DownloadRecord,
  hasContent,
  readDownloaded,
  recordPath,
} from "./record.ts";

type DownloadArguments = FolderRecord["arguments"];

/** Holds files in the making, and is removed at the end of a download. */
const WORK = ".downloading";

/** A folder that one download has for itself until it is disposed of. */
export interface Claim extends Disposable {
  /** The folder. */
  readonly dir: string;
  /** Folder for files in the making. */
  readonly work: string;
  /** What is there of the same download. */
  readonly record: DownloadRecord;
  /** Removes what the download replaces; to be called before anything is written. */
  begin(): void;
  /** Records how far the download is, in one step. */
  save(record: DownloadRecord): void;
}

function refusal(dir: string, why: string, next: string): LakehouseError {
  return new LakehouseError({
    what: `Cannot download into ${dir}`,
    why,
    next,
  });
}

const some = (count: number, singular: string, plural: string) =>
  count === 1 ? singular : `${count} ${plural}`;

const REPLACE =
  "--replace to remove them first, or --dir for another folder (in a notebook replace: true, or dir)";

/** What a folder holds of downloads and of the generator; see {@linkcode inspect}. */
interface Contents {
  /** The record of a download. */
  readonly downloaded: DownloadRecord | undefined;
  /** Names of generated files, or `undefined` when the generator has no claim. */
  readonly generated: readonly string[] | undefined;
}

function inspect(dir: string): Contents {
  const generated = readGenerated(dir)?.files.map(({ name }) => name);
  // A record whose files were moved away claims nothing any more.
  const isClaimed = sizeOf(generatorFolder(dir)) !== undefined ||
    generated?.some((name) => sizeOf(join(dir, name)) !== undefined);
  return {
    downloaded: readDownloaded(dir),
    generated: isClaimed ? generated ?? [] : undefined,
  };
}

/**
 * Makes sure that a download with these arguments may use the folder; writes
 * and removes nothing.
 *
 * @returns The record of the same download, if the folder has one.
 * @throws {LakehouseError} When the folder holds anything else and it may not be replaced, or files nobody has a record of.
 */
export function checkFolder(
  dir: string,
  wanted: DownloadArguments,
  replace: boolean,
): DownloadRecord | undefined {
  const { downloaded, generated } = inspect(dir);
  refuseForeignFiles(dir, "download", [
    ...downloaded?.files.map(({ name }) => name) ?? [],
    ...generated ?? [],
  ]);
  if (generated && !replace) {
    throw refusal(
      dir,
      `it holds ${
        some(generated.length, "a generated file", "generated files")
      }, and real trips must not mix with synthetic ones`,
      REPLACE,
    );
  }
  if (!downloaded || sameArguments(downloaded.arguments, wanted)) {
    return downloaded;
  }
  if (replace || !hasContent(downloaded)) return undefined;
  const { version: _, ...told } = downloaded.arguments;
  throw refusal(
    dir,
    `it holds ${downloaded.complete ? "another" : "an unfinished"} download (${
      Object.entries(told).map(([name, value]) => `${name} ${value}`).join(", ")
    })`,
    REPLACE,
  );
}

/** Removes what a download replaces, and names what it keeps. */
function clear(
  dir: string,
  work: string,
  contents: Contents,
  next: DownloadRecord,
) {
  const { downloaded, generated } = contents;
  const dropped = (downloaded?.files ?? [])
    .filter(({ name }) => !next.files.some((file) => file.name === name));
  // Named until it is gone, so that a run which is killed here leaves nothing
  // that the next one would take for somebody else's.
  writeRecord(recordPath(dir), {
    ...next,
    files: [...next.files, ...dropped.map((file) => ({ ...file, bytes: 0 }))],
  });
  if (generated) removeGenerated(dir, generated);
  for (const { name } of dropped) removeIfThere(join(dir, name));
  if (!sameArguments(downloaded?.arguments ?? {}, next.arguments)) {
    for (const { name } of Deno.readDirSync(work)) {
      removeIfThere(join(work, name));
    }
  }
  writeRecord(recordPath(dir), next);
}

/**
 * Takes the folder for a download. What the download replaces is removed when
 * it begins to write, not before: a source that does not answer costs nothing.
 *
 * @throws {LakehouseError} As {@linkcode checkFolder}, and when another download runs into the same folder.
 */
export function claimFolder(
  dir: string,
  wanted: DownloadArguments,
  replace: boolean,
): Claim {
  checkFolder(dir, wanted, replace);
  using held = new DisposableStack();
  held.use(lockFolder(dir, "download"));
  const work = join(dir, WORK);
  Deno.mkdirSync(work, { recursive: true });
  const contents = inspect(dir);
  const { downloaded } = contents;
  const whole = downloaded?.files.filter(({ bytes }) => bytes > 0) ?? [];
  // With `replace` damaged files are replaced, a download under way is not:
  // the same command goes on with it.
  const isSame = downloaded && sameArguments(downloaded.arguments, wanted) &&
    (!replace || areWhole(dir, whole));
  const record: DownloadRecord = {
    ...(isSame ? downloaded : {}),
    arguments: wanted,
    complete: false,
    files: isSame ? whole : [],
  };
  let current = downloaded;
  let hasBegun = false;
  const lock = held.move();
  return {
    dir,
    work,
    record,
    begin() {
      if (hasBegun) return;
      hasBegun = true;
      clear(dir, work, contents, record);
      current = record;
    },
    save(next) {
      current = next;
      writeRecord(recordPath(dir), next);
      if (next.complete) removeIfThere(work);
    },
    [Symbol.dispose]() {
      using _ = lock;
      const isLeft = sizeOf(work) !== undefined &&
        !Deno.readDirSync(work)[Symbol.iterator]().next().done;
      if (isLeft) return;
      removeIfThere(work);
      if (current && !hasContent(current)) removeIfThere(recordPath(dir));
    },
  };
}
