/**
 * Checks of the machine: settings, disk, memory, ports.
 *
 * @module
 */

import type { RunningStack } from "../../../lib/core/running_stack.ts";
import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { dockerEnv, type StackName } from "../../../lib/core/settings.ts";
import { formatBytes } from "../../../lib/core/format.ts";
import type { LocalPorts } from "../../../stack/local/ports.ts";
import type { Check, Outcome } from "../check.ts";
import { type Listeners, listeners } from "./listener.ts";
import { isGiven, sourceOf } from "../source.ts";
import { leftAside } from "../../terminal/cli.ts";

const GROUP = "machine";
const LOW_DISK = 5e9;
const NO_DISK = 1e9;
const LOW_MEMORY = 3e9;

/** Folders on one file system, and the bytes that are free there. */
export interface Disk {
  /** What the folders hold, such as `data`. */
  uses: string[];
  /** Bytes a user may still write. */
  free: number;
}

const MORE_ROOM =
  "free some space, or move LAKEHOUSE_CACHE, LAKEHOUSE_STATE or PARQUET_DIR to a larger disk";

/** Whether the disks have room for a run; `next` is how to get more. */
export function diskVerdict(disks: Disk[], next = MORE_ROOM): Outcome {
  const text = disks.map(({ uses, free }) =>
    `${formatBytes(free)} free for ${uses.join(", ")}`
  ).join("; ");
  const least = Math.min(...disks.map(({ free }) => free));
  if (least < NO_DISK) return { status: "failed", text, next };
  return least < LOW_DISK
    ? { status: "warning", text: `${text}; a run may need 5 GB`, next }
    : { status: "passed", text };
}

/** Whether Spark and Trino find enough memory. */
export function memoryVerdict(available: number): Outcome {
  const text = `${formatBytes(available)} available`;
  return available >= LOW_MEMORY ? { status: "passed", text } : {
    status: "warning",
    text: `${text}; the engines together take up to 3 GB`,
    next: "close other programs",
  };
}

/** Who listens on a port of the stack. */
export interface PortUse {
  /** The setting that changes it. */
  setting: string;
  /** The port. */
  port: number;
  /** `free`, `ours`, or the program that has it. */
  owner: string;
  /** A port that is free. */
  instead: number;
}

const list = (uses: PortUse[]) => uses.map(({ port }) => port).join(", ");

/** Whether the stack has its ports, or could have them; `up` starts it. */
export function portsVerdict(uses: PortUse[], up = "deno task up"): Outcome {
  const free = uses.filter(({ owner }) => owner === "free");
  const taken = uses.filter(({ owner }) =>
    owner !== "free" && owner !== "ours"
  );
  if (taken.length > 0) {
    const changes = taken.map(({ setting, instead }) =>
      `${setting}=${instead}`
    );
    return {
      status: "failed",
      text: taken.map(({ port, owner }) => `${port} is taken by ${owner}`)
        .join("; "),
      next: `${changes.join(" ")} ${up}, or end that program`,
    };
  }
  if (free.length === 0) {
    return { status: "passed", text: `${list(uses)} are the stack's` };
  }
  return {
    status: "passed",
    text: free.length === uses.length
      ? `${list(free)} are free`
      : `${list(free)} free, the others are the stack's`,
  };
}

/** The folder itself, or the nearest one above it that is there. */
function existing(path: string): string {
  for (let there = path;; there = dirname(there)) {
    try {
      if (Deno.statSync(there).isDirectory) return there;
    } catch {
      // Not there, or not to be seen: its parent then.
    }
    if (there === dirname(there)) return there;
  }
}

/** The folders by file system. */
export function disksOf(folders: Record<string, string>): Disk[] {
  const disks = new Map<number, Disk>();
  for (const [use, path] of Object.entries(folders)) {
    const there = existing(path);
    const { dev } = Deno.statSync(there);
    const { bavail, bsize } = statfsSync(there);
    const disk = disks.get(dev) ?? { uses: [], free: bavail * bsize };
    disk.uses.push(use);
    disks.set(dev, disk);
  }
  return [...disks.values()];
}

/** What of the user's shell is kept from the programs started here. */
export function shellVerdict(leftAside: readonly string[]): Outcome {
  return {
    status: "passed",
    text: leftAside.length === 0
      ? "no variable of the shell's is in the way"
      : `${leftAside.join(", ")} ${
        leftAside.length === 1 ? "is" : "are"
      } kept from Java, Python and Spark`,
  };
}

/** Checks of the machine; `folders` by what they hold. */
export function machineChecks(folders: Record<string, string>): Check[] {
  return [
    {
      name: "shell",
      group: GROUP,
      run: () => Promise.resolve(shellVerdict(leftAside)),
    },
    {
      name: "disk",
      group: GROUP,
      run: () => Promise.resolve(diskVerdict(disksOf(folders))),
    },
    {
      name: "memory",
      group: GROUP,
      run: () =>
        Promise.resolve(memoryVerdict(Deno.systemMemoryInfo().available)),
    },
  ];
}

/** A free port near this one, in steps of a hundred; the port itself when none is. */
function freePortNear(port: number): number {
  const near = [1, 2, 3, 4, 5, 6, 7, 8].map((step) =>
    port + step * (port < 60_000 ? 100 : -100)
  );
  const owners = listeners(near);
  return near.find((one) => owners.get(one) === "free") ?? port;
}

/** Who has each of the ports; `ports` by the setting that changes it. */
export function portUses(
  ports: Record<string, number>,
  owners: Listeners,
): PortUse[] {
  return Object.entries(ports).map(([setting, port]) => {
    const owner = owners.get(port) ?? "free";
    const isTaken = owner !== "free" && owner !== "ours";
    const instead = isTaken ? freePortNear(port) : port;
    return { setting, port, owner, instead };
  });
}

/** Check of the local stack's ports. */
export function portsCheck(
  ports: LocalPorts,
  supervisorPid: () => Promise<number | undefined>,
): Check {
  return {
    name: "ports",
    group: GROUP,
    run: async () => {
      const pid = await supervisorPid();
      const owners = listeners(Object.values(ports), pid);
      return portsVerdict(portUses({ ...ports }, owners));
    },
  };
}

/**
 * Whether the settings belong to the stack that is looked at.
 *
 * @param stack The stack that is looked at.
 * @param running What the running stack has recorded.
 * @param ports The local stack's ports, as the settings have them.
 */
export function settingsVerdict(
  stack: StackName,
  running: Pick<RunningStack, "stack" | "ports"> | undefined,
  ports: Record<string, number>,
): Outcome {
  if (running && running.stack !== stack) {
    return {
      status: "warning",
      text: `the ${running.stack} stack is running, and its addresses count`,
      next: `leave --stack out, or deno task down --stack ${running.stack}`,
    };
  }
  const missing = stack === "remote"
    ? ["TRINO_URI", "MINIO_HOST"].filter((name) => !isGiven(name))
    : [];
  if (missing.length > 0) {
    return {
      status: "failed",
      text: `${missing.join(" and ")} ${
        missing.length > 1 ? "are" : "is"
      } not set, which the remote stack needs`,
      next: `set ${
        missing.join(", ")
      } and the keys, in the environment or in docker/.env`,
    };
  }
  for (const [setting, port] of Object.entries(running?.ports ?? {})) {
    if (ports[setting] === undefined || ports[setting] === port) continue;
    return {
      status: "warning",
      text: `${setting} is ${
        ports[setting]
      }, and the stack was started with ${port}`,
      next: `set ${setting}=${port}, or deno task down, then deno task up`,
    };
  }
  const profile = Deno.env.get("MINIO_PROFILE") || dockerEnv().MINIO_PROFILE;
  if (stack === "remote" && profile) {
    return { status: "passed", text: `the keys: of the profile ${profile}` };
  }
  const keys = ["MINIO_ACCESS_KEY", "MINIO_SECRET_KEY"].map(sourceOf);
  return {
    status: "passed",
    text: keys[0] === keys[1]
      ? `the keys: ${keys[0]}`
      : `MINIO_ACCESS_KEY: ${keys[0]}, MINIO_SECRET_KEY: ${keys[1]}`,
  };
}

/** Check of the settings, which were read before. */
export function settingsCheck(verdict: Outcome): Check {
  return {
    name: "settings",
    group: GROUP,
    run: () => Promise.resolve(verdict),
  };
}
