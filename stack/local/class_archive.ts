/**
 * Archives of loaded classes, by which a Java program starts sooner.
 *
 * Java 24 and newer keep linked classes and profiles in an AOT cache, older
 * ones in a class data sharing archive. An archive belongs to one Java, one
 * class path and one set of options; one that does not fit is ignored.
 * `deno task train` makes them.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { cacheDir } from "../install/cache.ts";
import { parseRelease } from "../install/java.ts";

/** A Java program, as far as its archive depends on it. */
export interface JavaProgram {
  /** Its name, for the file. */
  name: string;
  /** Java home that runs it. */
  javaHome: string;
  /** Options of the Java virtual machine. */
  options: string[];
  /** Jars on its class path, in order. */
  classPath: string[];
}

const FIRST_WITH_AOT = 24;
const RECORDING = "LAKEHOUSE_RECORD_CLASSES";

/** Whether programs that start now record their classes; for `train` only. */
export const isRecording = (): boolean => Deno.env.get(RECORDING) === "1";

/** Variables for a process whose Java programs record their classes. */
export const recordingEnv = (): Record<string, string> => ({
  [RECORDING]: "1",
});

/** Folder of the archives. */
export const archiveDir = (): string => `${cacheDir()}/class-archives`;

/** An archive while it is recorded; {@linkcode publishArchives} takes the suffix off. */
const PART = ".part";

/** Where the program's archive is, or will be. */
export async function archivePath(program: JavaProgram): Promise<string> {
  const { name, javaHome, options, classPath } = program;
  const release = await Deno.readTextFile(`${javaHome}/release`);
  const id = createHash("sha256").update(release)
    .update([...options, ...classPath].join("\n")).digest("hex").slice(0, 12);
  const kind = parseRelease(release).version >= FIRST_WITH_AOT ? "aot" : "jsa";
  return `${archiveDir()}/${name}-${id}.${kind}`;
}

const isAotCache = (path: string) => path.endsWith(".aot");

/** Options of the Java virtual machine that use the archive at this path. */
export function archiveUse(path: string): string[] {
  // What it thinks of an archive that does not fit belongs in no log.
  return isAotCache(path)
    ? [`-XX:AOTCache=${path}`, "-Xlog:aot=off"]
    : [`-XX:SharedArchiveFile=${path}`, "-Xlog:cds=off"];
}

/** Options of the Java virtual machine that use the program's archive, or record it. */
export async function archiveOptions(program: JavaProgram): Promise<string[]> {
  const path = await archivePath(program);
  const isThere = await Deno.stat(path).then(() => true, () => false);
  if (isRecording() && !isThere) {
    await Deno.mkdir(archiveDir(), { recursive: true });
    return [
      `-XX:${
        isAotCache(path) ? "AOTCacheOutput" : "ArchiveClassesAtExit"
      }=${path}${PART}`,
    ];
  }
  if (!isThere) return [];
  return archiveUse(path);
}

/** Removes what a recording that was killed has left. */
export async function discardRecordings(): Promise<void> {
  await Deno.mkdir(archiveDir(), { recursive: true });
  for await (const { name } of Deno.readDir(archiveDir())) {
    if (name.includes(PART)) await Deno.remove(`${archiveDir()}/${name}`);
  }
}

/**
 * Puts recorded archives in place, and removes what else a recording left.
 *
 * @returns Their names.
 */
export async function publishArchives(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(archiveDir())) {
    const [done, rest] = name.split(PART);
    if (rest === undefined) continue;
    const path = `${archiveDir()}/${name}`;
    if (rest !== "") {
      await Deno.remove(path);
    } else {
      await Deno.rename(path, `${archiveDir()}/${done}`);
      names.push(done!);
    }
  }
  return names.sort();
}
