/**
 * A Chromium for the browser lane: the one that `CHROMIUM` names or `PATH` has,
 * or with `CI=true` and as root Debian's.
 *
 * @module
 */

import { findChromium } from "../../tasks/report/chromium.ts";
import { run } from "../../lib/core/process.ts";

/** A browser the lane may use, or why there is none. */
export type Found = { path: string } | { skipped: string };

const mayInstall = () => Deno.env.get("CI") === "true" && Deno.uid() === 0;

async function aptGet(...args: string[]): Promise<string | undefined> {
  const lines: string[] = [];
  const code = await run({
    command: "apt-get",
    args,
    env: { DEBIAN_FRONTEND: "noninteractive" },
    onLine: (line) => lines.push(line),
  });
  return code === 0 ? undefined : lines.at(-1) ?? `code ${code}`;
}

async function install(): Promise<Found> {
  console.log("Installing chromium");
  const problem = await aptGet("update", "-qq") ??
    await aptGet("install", "-y", "-qq", "--no-install-recommends", "chromium");
  if (problem) throw new Error(`Cannot install chromium: ${problem}`);
  const path = await findChromium();
  if (!path) throw new Error("The installed chromium is not on PATH");
  return { path };
}

/**
 * The browser to test with.
 *
 * @throws {Error} When `CHROMIUM` names no program, or the installation fails.
 */
export async function laneChromium(): Promise<Found> {
  const path = await findChromium();
  if (path) return { path };
  if (mayInstall()) return await install();
  return {
    skipped: "no Chromium or Chrome is on the PATH, and CHROMIUM names none " +
      "(with CI=true and as root the lane installs Debian's)",
  };
}
