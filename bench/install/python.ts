/**
 * The Python environment of the peers: boto3, numpy, pyarrow, PyIceberg.
 *
 * One virtual environment per version of `bench/requirements.txt`, in the cache
 * that all clones share, beside the product's own.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { cacheDir } from "../../stack/install/cache.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { python, systemPython } from "../../stack/install/python.ts";
import { once, output } from "./once.ts";

// What is pinned for this Python, which requirements.txt does not tell alone.
const VERSIONS = `import importlib.metadata as m, json
print(json.dumps({d.name: d.version for d in m.distributions()}))`;
const REQUIREMENTS = `${PROJECT_DIR}/bench/requirements.txt`;

/** Where the peers' Python is, and what it has. */
export interface PeerPython {
  /** The interpreter, absolute. */
  command: string;
  /** Versions of its packages by name. */
  versions: Record<string, string>;
}

async function install(dir: string): Promise<void> {
  // The product's environment carries uv, pinned by its hash.
  const uv = `${(await python()).bin}/uv`;
  const steps = [
    ["venv", "--quiet", "--clear", "--python", await systemPython(), dir],
    // Wheels only: nothing of a package runs before it is asked to.
    ["pip", "install", "--quiet", "--no-cache", "--require-hashes"]
      .concat("--only-binary", ":all:", "-r", REQUIREMENTS),
  ];
  for (const args of steps) {
    const { ok, text } = await output(uv, args, { env: { VIRTUAL_ENV: dir } });
    if (ok) continue;
    throw new LakehouseError({
      what: "the Python packages of bench/requirements.txt cannot be installed",
      why: text,
    });
  }
}

/**
 * The peers' Python, installed first where the cache lacks it.
 *
 * @throws {LakehouseError} When it cannot be installed.
 */
export async function peerPython(): Promise<PeerPython> {
  const requirements = await Deno.readTextFile(REQUIREMENTS);
  const hash = createHash("sha256").update(requirements).digest("hex");
  const dir = `${cacheDir()}/bench/python-${hash.slice(0, 12)}`;
  await once(dir, "Installing boto3, numpy, pyarrow and PyIceberg", install);
  const command = `${dir}/bin/python`;
  const { text } = await output(command, ["-c", VERSIONS]);
  return { command, versions: JSON.parse(text) };
}
