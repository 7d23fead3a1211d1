/**
 * Python environments: the product's own with JupyterLab, the kernel's Deno, the
 * supervisor and Spark; and others, which are installed when they are asked for.
 *
 * One virtual environment per version of a list of pinned packages, in the cache
 * that all clones share.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { statfsSync } from "node:fs";
import { formatBytes } from "../../lib/core/format.ts";
import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { cacheDir } from "./cache.ts";
import { LakehouseError } from "../../lib/core/errors.ts";

/** A ready environment. */
export interface Python {
  /** Folder of its programs, absolute. */
  bin: string;
  /** Variables under which its programs find each other. */
  env: Record<string, string>;
  /** Folder of its packages, absolute. */
  sitePackages: string;
}

/** Lists of pinned packages, each with an environment of its own. */
export const PACKAGES = {
  /** JupyterLab, the kernel's Deno, the supervisor, Spark 3.5, uv. */
  jupyter: `${PROJECT_DIR}/jupyter/requirements.txt`,
  /** Spark 4.1. */
  "spark-4.1": `${PROJECT_DIR}/spark/requirements-4.1.txt`,
  /** DuckDB with its extensions, PyIceberg, and what `connect` is tried with. */
  compat: `${PROJECT_DIR}/lab/compat/engines/requirements.txt`,
} as const;

/** One of {@linkcode PACKAGES}. */
export type PackageList = keyof typeof PACKAGES;

const CONSTRAINTS = `${PROJECT_DIR}/jupyter/build-constraints.txt`;
const OLDEST = [3, 10] as const;

/**
 * spark-submit has Python look for PySpark in its archive first, where it would
 * compile it at each start; this lets what is installed, and compiled, come first.
 */
const PATH_FILE =
  `import sys; sys.path.sort(key=lambda path: path.endswith(".zip"))\n`;

async function run(
  command: string,
  args: string[],
  options: { signal?: AbortSignal | undefined; env?: Record<string, string> },
): Promise<{ ok: boolean; text: string }> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args,
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.env ? { env: options.env } : {}),
  }).output();
  options.signal?.throwIfAborted();
  const decoder = new TextDecoder();
  return { ok: success, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

/**
 * The machine's Python 3.10 or newer: `PYTHON`, or the first one on the PATH.
 *
 * @throws {LakehouseError} When there is none.
 */
export async function systemPython(): Promise<string> {
  const names = [
    ...(Deno.env.get("PYTHON") ? [Deno.env.get("PYTHON")!] : []),
    "python3",
    "python3.13",
    "python3.12",
    "python3.11",
    "python3.10",
    "python",
  ];
  for (const name of names) {
    try {
      const { ok, text } = await run(name, [
        "-c",
        "import sys; print('%d %d' % sys.version_info[:2])",
      ], {});
      const [major = 0, minor = 0] = text.trim().split(" ").map(Number);
      if (ok && major === OLDEST[0] && minor >= OLDEST[1]) return name;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new LakehouseError({
    what: "Cannot find Python 3.10 or newer",
    why: "no python3 on the PATH is that new",
    next: "install Python, or set PYTHON to one, then run the command again",
  });
}

/** The hashed requirement of one package, cut out of `requirements.txt`. */
export function requirementOf(name: string, requirements: string): string {
  const lines = requirements.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`${name}==`));
  if (start < 0) {
    throw new LakehouseError({
      what: `Cannot find "${name}" in ${PACKAGES.jupyter}`,
    });
  }
  let end = start + 1;
  while (lines[end]?.startsWith("    --hash")) end++;
  return lines.slice(start, end).join("\n").replace(/\\\s*$/, "") + "\n";
}

async function environmentDir(list: PackageList): Promise<string> {
  const requirements = await Deno.readTextFile(PACKAGES[list]);
  const hash = createHash("sha256").update(requirements).update(PATH_FILE)
    .digest("hex");
  return `${cacheDir()}/python-${hash.slice(0, 12)}`;
}

/**
 * Whether every package is there, and the interpreter too: a link to the
 * system's, which leads nowhere once that was replaced.
 */
const isComplete = (dir: string) =>
  Promise.all([`${dir}/complete`, `${dir}/bin/python`].map((p) => Deno.stat(p)))
    .then(() => true, () => false);

async function environment(dir: string): Promise<Python> {
  let sitePackages = "";
  for await (const entry of Deno.readDir(`${dir}/lib`)) {
    if (entry.name.startsWith("python3")) {
      sitePackages = `${dir}/lib/${entry.name}/site-packages`;
    }
  }
  return {
    bin: `${dir}/bin`,
    sitePackages,
    env: {
      PATH: `${dir}/bin:${Deno.env.get("PATH") ?? ""}`,
      VIRTUAL_ENV: dir,
      JUPYTER_PATH: `${PROJECT_DIR}/jupyter`,
    },
  };
}

/** A Python environment that is installed, or `undefined`; installs nothing. */
export async function findPython(
  list: PackageList = "jupyter",
): Promise<Python | undefined> {
  const dir = await environmentDir(list);
  return await isComplete(dir) ? await environment(dir) : undefined;
}

const AGAIN = "check the network, then run the same command again";

/** Below this much nothing can be installed, whatever the tools say of it. */
const FULL_BYTES = 64 * 2 ** 20;

function fail(what: string, text: string, next: string): never {
  const { bavail, bsize } = statfsSync(cacheDir());
  if (bavail * bsize < FULL_BYTES) {
    throw new LakehouseError({
      what,
      why: `the disk is full: ${formatBytes(bavail * bsize)} are free`,
      next:
        "free some space, or set LAKEHOUSE_CACHE to a folder on a larger disk, then run the same command again",
      cause: new Error(text),
    });
  }
  throw new LakehouseError({
    what,
    why: text.trim().split("\n").slice(-5).join("\n"),
    next,
  });
}

/** uv of the environment in `dir`, pinned by its hash and installed by pip. */
async function installUv(
  dir: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const list = `${dir}/uv.txt`;
  const requirements = await Deno.readTextFile(PACKAGES.jupyter);
  await Deno.writeTextFile(list, requirementOf("uv", requirements));
  const { ok, text } = await run(`${dir}/bin/python`, [
    ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check"],
    ...["--no-cache-dir", "--require-hashes", "-r", list],
  ], { signal });
  if (!ok) fail("Cannot install uv", text, AGAIN);
  return `${dir}/bin/uv`;
}

async function install(
  dir: string,
  list: PackageList,
  signal: AbortSignal | undefined,
): Promise<void> {
  const base = await systemPython();
  const made = await run(base, ["-m", "venv", "--clear", dir], { signal });
  if (!made.ok) {
    fail(
      `Cannot make a Python environment in ${dir}`,
      made.text,
      "install Python's venv module (on Debian and Ubuntu: apt install python3-venv), then run the command again",
    );
  }
  const uv = list === "jupyter"
    ? await installUv(dir, signal)
    : `${(await python(signal ? { signal } : {})).bin}/uv`;
  const env = { VIRTUAL_ENV: dir };
  const args = [
    "pip",
    "install",
    "--no-cache",
    "--require-hashes",
    // PySpark comes as source; what builds it is pinned too.
    "--build-constraints",
    CONSTRAINTS,
    "--require-build-hashes",
    "-r",
    PACKAGES[list],
  ];
  if (Deno.stderr.isTerminal()) {
    const status = await new Deno.Command(uv, {
      args,
      env,
      stdout: "inherit",
      stderr: "inherit",
      ...(signal ? { signal } : {}),
    }).output();
    signal?.throwIfAborted();
    if (!status.success) {
      fail("Cannot install the Python packages", "uv says why above", AGAIN);
    }
  } else {
    const rest = await run(uv, args, { signal, env });
    if (!rest.ok) fail("Cannot install the Python packages", rest.text, AGAIN);
  }
}

/** Options of {@linkcode python}. */
export interface PythonOptions {
  /** Which packages it has. @default {"jupyter"} */
  packages?: PackageList;
  /** Ends the installation. */
  signal?: AbortSignal;
  /** Called before an installation. */
  onInstall?: () => void;
}

/**
 * A Python environment, installed first where the cache lacks it.
 *
 * @throws {LakehouseError} When Python is missing or a package cannot be installed.
 */
export async function python(options: PythonOptions = {}): Promise<Python> {
  const { packages = "jupyter" } = options;
  const dir = await environmentDir(packages);
  if (!await isComplete(dir)) {
    await Deno.mkdir(cacheDir(), { recursive: true });
    // Two runs may start at once; the second waits and finds it done.
    using lock = await Deno.open(`${dir}.lock`, { create: true, write: true });
    await lock.lock(true);
    if (!await isComplete(dir)) {
      // One that is made anew is not whole until it is.
      await Deno.remove(`${dir}/complete`).catch(() => {});
      options.onInstall?.();
      await install(dir, packages, options.signal);
      const { sitePackages } = await environment(dir);
      await Deno.writeTextFile(`${sitePackages}/path.pth`, PATH_FILE);
      await Deno.writeTextFile(`${dir}/complete`, "");
    }
  }
  return await environment(dir);
}
