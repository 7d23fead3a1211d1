/**
 * Memory of the tests' own process, which is the client, and of the gateway.
 *
 * @module
 */

import { memoryOf } from "../../bench/measure/proc.ts";
import { stateDir } from "../../lib/core/settings.ts";

/** Resident memory in bytes. */
export interface Memory {
  /** This process. */
  client: number;
  /** The gateway of the local stack. */
  gateway: number;
}

/** The process of the gateway that this stack runs. */
export async function gatewayPid(): Promise<number> {
  const dir = `${stateDir()}/local`;
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const command = await Deno.readTextFile(`/proc/${name}/cmdline`)
      .catch(() => "");
    if (!command.includes("/gateway/gateway.ts\0")) continue;
    // Its rights name the folder that it may write to.
    if (command.includes(`--allow-write=${dir}/gateway\0`)) return Number(name);
  }
  throw new Error(`No gateway runs for ${dir}`);
}

/** What both hold now. */
export async function memory(): Promise<Memory> {
  return {
    client: Deno.memoryUsage().rss,
    gateway: memoryOf(await gatewayPid()).now,
  };
}
