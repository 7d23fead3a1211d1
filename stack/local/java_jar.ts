/**
 * The few Java sources of this project, compiled once into the cache.
 *
 * A jar starts a second sooner than a source file, which Java compiles at each
 * start, and its classes can be archived; see `class_archive.ts`.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { cacheDir } from "../install/cache.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { run } from "../../lib/core/process.ts";

/** What {@linkcode javaJar} compiles with. */
export interface JavaBuild {
  /** Home of a JDK. */
  javaHome: string;
  /** Jars that the source needs. */
  classPath: string[];
}

async function runTool(command: string, args: string[]): Promise<void> {
  const said: string[] = [];
  const code = await run({ command, args, onLine: (line) => said.push(line) });
  if (code !== 0) throw new Error(said.join("\n"));
}

/** The sources of a program: its own, and those named after it. */
async function sources(dir: string, name: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name: file } of Deno.readDir(dir)) {
    if (file.startsWith(name)) found.push(`${dir}/${file}`);
  }
  return found.sort();
}

const classesDir = () => `${cacheDir()}/classes`;

/** Has every jar compiled anew, as after a damage was seen. */
export async function forgetJavaJars(): Promise<void> {
  await Deno.remove(classesDir(), { recursive: true }).catch(() => {});
}

/**
 * The jar made of `java/NAME.java` and of the sources whose names begin with
 * that, absolute; compiled when the cache lacks it.
 *
 * @throws {LakehouseError} When it cannot be compiled.
 */
export async function javaJar(
  name: string,
  { javaHome, classPath }: JavaBuild,
): Promise<string> {
  const dir = fileURLToPath(new URL("java", import.meta.url));
  const files = await sources(dir, name);
  const texts = await Promise.all(
    [...files, `${javaHome}/release`].map((file) => Deno.readTextFile(file)),
  );
  const id = createHash("sha256").update(texts.join(""))
    .update(classPath.join(":")).digest("hex").slice(0, 12);
  const jar = `${classesDir()}/${name}-${id}.jar`;
  if (await Deno.stat(jar).then(() => true, () => false)) return jar;
  await Deno.mkdir(classesDir(), { recursive: true });
  const made = await Deno.makeTempDir({ dir: classesDir() });
  try {
    await runTool(`${javaHome}/bin/javac`, [
      ...["-proc:none", "-d", `${made}/classes`, "-cp", classPath.join(":")],
      ...files,
    ]);
    await runTool(
      `${javaHome}/bin/jar`,
      ["--create", "--file", `${made}/${name}.jar`, "-C", `${made}/classes`]
        .concat("."),
    );
    // Two that compile at once put the same file in the same place.
    await Deno.rename(`${made}/${name}.jar`, jar);
    return jar;
  } catch (cause) {
    throw new LakehouseError({
      what: `Cannot compile ${name}.java`,
      why: `the compiler of ${javaHome} failed`,
      next: "check that it is a whole JDK, or set TRINO_JAVA_HOME to one",
      cause,
    });
  } finally {
    await Deno.remove(made, { recursive: true }).catch(() => {});
  }
}
