/**
 * Java homes for the engines: found on the machine, else fetched.
 *
 * @module
 */

import { cacheDir } from "./cache.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { python } from "./python.ts";

/** What a program needs of a Java home. */
export interface JavaNeed {
  /** Feature versions that serve, best first. */
  versions: number[];
  /** Modules that must be there. */
  modules: string[];
  /** What needs it, for messages. */
  of: string;
  /** Environment variable that names a home to use instead of searching. */
  variable: string;
}

/** Trino 483, and the services that run beside it. */
export const TRINO_JAVA: JavaNeed = {
  versions: [25],
  modules: ["jdk.incubator.vector", "jdk.compiler"],
  of: "Trino",
  variable: "TRINO_JAVA_HOME",
};

/** Spark 3.5 and 4.1. */
export const SPARK_JAVA: JavaNeed = {
  versions: [17, 21],
  modules: ["java.se"],
  of: "Spark",
  variable: "SPARK_JAVA_HOME",
};

/** Trino's CLI, which runs on whichever of the two is there. */
export const CLI_JAVA: JavaNeed = {
  versions: [25, 21, 17],
  modules: ["java.se"],
  of: "Trino's CLI",
  variable: "TRINO_JAVA_HOME",
};

async function* entries(dir: string): AsyncGenerator<string> {
  try {
    for await (const entry of Deno.readDir(dir)) yield `${dir}/${entry.name}`;
  } catch (error) {
    if (
      !(error instanceof Deno.errors.NotFound) &&
      !(error instanceof Deno.errors.PermissionDenied)
    ) throw error;
  }
}

async function* candidates(): AsyncGenerator<string> {
  const home = Deno.env.get("HOME") ?? "";
  const set = Deno.env.get("JAVA_HOME");
  if (set) yield set;
  for (const dir of (Deno.env.get("PATH") ?? "").split(":")) {
    const real = await Deno.realPath(`${dir}/java`).catch(() => undefined);
    if (real) yield real.replace(/\/bin\/java$/, "");
  }
  yield* entries("/usr/lib/jvm");
  yield* entries("/opt/java");
  yield* entries(`${home}/.sdkman/candidates/java`);
  yield* entries(`${home}/.jdks`);
  yield* entries(`${home}/.jdk`);
  yield* entries(`${cacheDir()}/java`);
}

/** Feature version and modules that a home's `release` file states. */
export function parseRelease(
  text: string,
): { version: number; modules: string[] } {
  const field = (name: string) =>
    text.match(new RegExp(`^${name}="?([^"\\n]*)`, "m"))?.[1] ?? "";
  return {
    version: parseInt(field("JAVA_VERSION")),
    modules: field("MODULES").split(" "),
  };
}

async function suits(home: string, need: JavaNeed): Promise<boolean> {
  try {
    const release = parseRelease(await Deno.readTextFile(`${home}/release`));
    await Deno.stat(`${home}/bin/java`);
    return need.versions.includes(release.version) &&
      need.modules.every((module) => release.modules.includes(module));
  } catch {
    return false;
  }
}

/** A home on this machine that serves, or `undefined`. */
export async function findJava(need: JavaNeed): Promise<string | undefined> {
  const set = Deno.env.get(need.variable);
  if (set) {
    if (await suits(set, need)) return set;
    throw new LakehouseError({
      what: `Cannot use ${need.variable} "${set}"`,
      why: `${need.of} needs Java ${need.versions.join(" or ")} with ${
        need.modules.join(" and ")
      }`,
      next: `unset ${need.variable}, and a fitting Java is found or fetched`,
    });
  }
  for await (const home of candidates()) {
    if (await suits(home, need)) return home;
  }
}

/**
 * A Java home that serves: one of this machine, else Eclipse Temurin, fetched
 * into the cache and checked against its published sha256.
 *
 * @throws {LakehouseError} When none is there and none can be fetched.
 */
export async function java(
  need: JavaNeed,
  signal?: AbortSignal,
): Promise<string> {
  const found = await findJava(need);
  if (found) return found;
  const version = need.versions[0]!;
  console.error(`Java ${version} for ${need.of}: downloading Eclipse Temurin`);
  const { bin, env } = await python(signal ? { signal } : {});
  const script = new URL("./install_java.py", import.meta.url).pathname;
  const { success } = await new Deno.Command(`${bin}/python`, {
    args: [script, String(version), `${cacheDir()}/java`],
    env,
    stdout: "inherit",
    stderr: "inherit",
    ...(signal ? { signal } : {}),
  }).output();
  signal?.throwIfAborted();
  const installed = success ? await findJava(need) : undefined;
  if (installed) return installed;
  throw new LakehouseError({
    what: `Cannot get Java ${version} for ${need.of}`,
    why: "none is on this machine, and the download did not succeed",
    next:
      `install a JDK ${version}, or point ${need.variable} at one, then run the same command again`,
  });
}
