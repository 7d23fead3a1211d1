/**
 * The Python environment: JupyterLab, the kernel's Deno, the supervisor, Spark.
 *
 * One virtual environment per version of `jupyter/requirements.txt`, in the
 * cache that all clones share.
 *
 * @module
 */

import { createHash } from "node:crypto";
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

const REQUIREMENTS = `${PROJECT_DIR}/jupyter/requirements.txt`;
const CONSTRAINTS = `${PROJECT_DIR}/jupyter/build-constraints.txt`;
const OLDEST = [3, 10] as const;

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
      what: `Cannot find "${name}" in ${REQUIREMENTS}`,
    });
  }
  let end = start + 1;
  while (lines[end]?.startsWith("    --hash")) end++;
  return lines.slice(start, end).join("\n").replace(/\\\s*$/, "") + "\n";
}

async function environmentDir(): Promise<string> {
  const requirements = await Deno.readTextFile(REQUIREMENTS);
  const hash = createHash("sha256").update(requirements).digest("hex");
  return `${cacheDir()}/python-${hash.slice(0, 12)}`;
}

/** Stands in an environment whose every package is there. */
const isComplete = (dir: string) =>
  Deno.stat(`${dir}/complete`).then(() => true, () => false);

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

/** The Python environment that is installed, or `undefined`; installs nothing. */
export async function findPython(): Promise<Python | undefined> {
  const dir = await environmentDir();
  return await isComplete(dir) ? await environment(dir) : undefined;
}

async function install(
  dir: string,
  requirements: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const fail = (what: string, text: string, next: string): never => {
    throw new LakehouseError({
      what,
      why: text.trim().split("\n").slice(-5).join("\n"),
      next,
    });
  };
  const base = await systemPython();
  const made = await run(base, ["-m", "venv", "--clear", dir], { signal });
  if (!made.ok) {
    fail(
      `Cannot make a Python environment in ${dir}`,
      made.text,
      "install Python's venv module (on Debian and Ubuntu: apt install python3-venv), then run the command again",
    );
  }
  const uv = `${dir}/uv.txt`;
  await Deno.writeTextFile(uv, requirementOf("uv", requirements));
  const again = "check the network, then run the same command again";
  const first = await run(`${dir}/bin/python`, [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "--no-cache-dir",
    "--require-hashes",
    "-r",
    uv,
  ], { signal });
  if (!first.ok) fail("Cannot install uv", first.text, again);
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
  ];
  if (Deno.stderr.isTerminal()) {
    const status = await new Deno.Command(`${dir}/bin/uv`, {
      args: [...args, REQUIREMENTS],
      env,
      stdout: "inherit",
      stderr: "inherit",
      ...(signal ? { signal } : {}),
    }).output();
    signal?.throwIfAborted();
    if (!status.success) {
      fail("Cannot install the Python packages", "uv says why above", again);
    }
  } else {
    const rest = await run(`${dir}/bin/uv`, [...args, REQUIREMENTS], {
      signal,
      env,
    });
    if (!rest.ok) fail("Cannot install the Python packages", rest.text, again);
  }
}

/**
 * The Python environment, installed first where the cache lacks it.
 *
 * @throws {LakehouseError} When Python is missing or a package cannot be installed.
 */
export async function python(
  options: { signal?: AbortSignal; onInstall?: () => void } = {},
): Promise<Python> {
  const dir = await environmentDir();
  if (!await isComplete(dir)) {
    await Deno.mkdir(cacheDir(), { recursive: true });
    // Two runs may start at once; the second waits and finds it done.
    using lock = await Deno.open(`${dir}.lock`, { create: true, write: true });
    await lock.lock(true);
    if (!await isComplete(dir)) {
      options.onInstall?.();
      const requirements = await Deno.readTextFile(REQUIREMENTS);
      await install(dir, requirements, options.signal);
      await Deno.writeTextFile(`${dir}/complete`, "");
    }
  }
  return await environment(dir);
}
