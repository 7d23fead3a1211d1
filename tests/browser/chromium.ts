/**
 * A Chromium for the browser lane: the one that `CHROMIUM` names or `PATH` has,
 * or with `CI=true` and as root Debian's.
 *
 * @module
 */

import { run } from "../../lib/stack/process.ts";

const NAMES = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
];

/** A browser the lane may use, or why there is none. */
export type Found = { path: string } | { skipped: string };

const mayInstall = () => Deno.env.get("CI") === "true" && Deno.uid() === 0;

async function whereIs(name: string): Promise<string | undefined> {
  const { success, stdout } = await new Deno.Command("sh", {
    args: ["-c", 'command -v "$1"', "sh", name],
    stderr: "null",
  }).output();
  return success ? new TextDecoder().decode(stdout).trim() : undefined;
}

async function onPath(): Promise<string | undefined> {
  for (const name of NAMES) {
    const path = await whereIs(name);
    if (path) return path;
  }
}

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
  if (!await whereIs("apt-get")) {
    return { skipped: "no Chromium, and no apt-get to install it with" };
  }
  console.log("Installing chromium");
  const problem = await aptGet("update", "-qq") ??
    await aptGet("install", "-y", "-qq", "--no-install-recommends", "chromium");
  if (problem) throw new Error(`Cannot install chromium: ${problem}`);
  const path = await onPath();
  if (!path) throw new Error("Installed chromium is not on PATH");
  return { path };
}

/**
 * The browser to test with.
 *
 * @throws {Error} When `CHROMIUM` names no program, or the installation fails.
 */
export async function laneChromium(): Promise<Found> {
  const named = Deno.env.get("CHROMIUM");
  if (named) {
    const path = await whereIs(named);
    if (!path) throw new Error(`Cannot find the browser CHROMIUM="${named}"`);
    return { path };
  }
  const path = await onPath();
  if (path) return { path };
  if (mayInstall()) return await install();
  return {
    skipped:
      "no chromium on PATH; CHROMIUM=… names one (with CI=true and as root the lane installs it)",
  };
}
