/**
 * s5cmd, built from the Go modules that `bench/peers/s5cmd/go.sum` pins.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { cacheDir, PROJECT_DIR } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { once, output } from "./once.ts";

const MODULE = `${PROJECT_DIR}/bench/peers/s5cmd`;

async function build(path: string): Promise<void> {
  const args = ["build", "-trimpath", "-o", path, "github.com/peak/s5cmd/v2"];
  const { ok, text } = await output("go", args, { cwd: MODULE }).catch(
    (error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      return { ok: false, text: "Go is not installed" };
    },
  );
  if (ok) return;
  throw new LakehouseError({ what: "s5cmd cannot be built", why: text });
}

/**
 * The program and its version; built first where the cache lacks it.
 *
 * @throws {LakehouseError} When there is no Go, or it cannot build it.
 */
export async function s5cmd(): Promise<{ command: string; version: string }> {
  const [mod, sum] = await Promise.all(
    ["go.mod", "go.sum"].map((name) => Deno.readTextFile(`${MODULE}/${name}`)),
  );
  const hash = createHash("sha256").update(mod! + sum!).digest("hex");
  const command = `${cacheDir()}/bench/s5cmd-${hash.slice(0, 12)}`;
  await once(command, "Building s5cmd", build);
  const version = mod!.match(/peak\/s5cmd\/v2 v(\S+)/)?.[1] ?? "unknown";
  return { command, version };
}
