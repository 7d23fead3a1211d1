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

/** What {@linkcode javaJar} compiles with. */
export interface JavaBuild {
  /** Home of a JDK. */
  javaHome: string;
  /** Jars that the source needs. */
  classPath: string[];
}

async function runTool(command: string, args: string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args })
    .output();
  if (success) return;
  const decoder = new TextDecoder();
  throw new Error((decoder.decode(stderr) + decoder.decode(stdout)).trim());
}

/**
 * The jar made of `java/NAME.java`, absolute; compiled when the cache lacks it.
 *
 * @throws {LakehouseError} When it cannot be compiled.
 */
export async function javaJar(
  name: string,
  { javaHome, classPath }: JavaBuild,
): Promise<string> {
  const source = fileURLToPath(new URL(`java/${name}.java`, import.meta.url));
  const id = createHash("sha256").update(await Deno.readTextFile(source))
    .update(await Deno.readTextFile(`${javaHome}/release`))
    .update(classPath.join(":")).digest("hex").slice(0, 12);
  const jar = `${cacheDir()}/classes/${name}-${id}.jar`;
  if (await Deno.stat(jar).then(() => true, () => false)) return jar;
  await Deno.mkdir(`${cacheDir()}/classes`, { recursive: true });
  const dir = await Deno.makeTempDir({ dir: `${cacheDir()}/classes` });
  try {
    await runTool(`${javaHome}/bin/javac`, [
      ...["-proc:none", "-d", `${dir}/classes`, "-cp", classPath.join(":")],
      source,
    ]);
    const made = `${dir}/${name}.jar`;
    await runTool(
      `${javaHome}/bin/jar`,
      ["--create", "--file", made, "-C", `${dir}/classes`, "."],
    );
    // Two that compile at once put the same file in the same place.
    await Deno.rename(made, jar);
    return jar;
  } catch (cause) {
    throw new LakehouseError({
      what: `Cannot compile ${name}.java`,
      why: `the compiler of ${javaHome} failed`,
      next: "check that it is a whole JDK, or set TRINO_JAVA_HOME to one",
      cause,
    });
  } finally {
    await Deno.remove(dir, { recursive: true }).catch(() => {});
  }
}
