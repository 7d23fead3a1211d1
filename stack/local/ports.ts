/**
 * Ports of the local stack.
 *
 * @module
 */

import { LakehouseError } from "../../lib/core/errors.ts";
import { writeWhole } from "../../lib/core/files.ts";
import { readIfThere } from "../../lib/core/running_stack.ts";
import { dockerEnv } from "../../lib/core/settings.ts";

/** Ports of the local stack, all on 127.0.0.1. */
export interface LocalPorts {
  /** S3. @default {9000} */
  S3_PORT: number;
  /** Signed Iceberg REST catalog. @default {9002} */
  CATALOG_PORT: number;
  /** The catalog behind the gateway. @default {9003} */
  CATALOG_BACKEND_PORT: number;
  /** Trino. @default {9999} */
  TRINO_PORT: number;
}

const DEFAULT_PORTS: LocalPorts = {
  S3_PORT: 9000,
  CATALOG_PORT: 9002,
  CATALOG_BACKEND_PORT: 9003,
  TRINO_PORT: 9999,
};

/**
 * Ports from the environment, `docker/.env`, or the defaults.
 *
 * @throws {LakehouseError} When one is no port; names the variable.
 */
export function localPorts(): LocalPorts {
  const ports = { ...DEFAULT_PORTS };
  const written = dockerEnv();
  for (const name of Object.keys(ports) as (keyof LocalPorts)[]) {
    const text = Deno.env.get(name) || written[name];
    if (!text) continue;
    const port = Number(text);
    if (!Number.isInteger(port) || port < 1024 || port > 65535) {
      throw new LakehouseError({
        what: `Cannot use ${name} "${text}"`,
        why: "a port is a whole number from 1024 to 65535",
        next: `set ${name} to one, for example ${DEFAULT_PORTS[name]}`,
      });
    }
    ports[name] = port;
  }
  return ports;
}

const fileOf = (dir: string) => `${dir}/ports.json`;

/** Notes with which ports the services of that folder were started. */
export async function notePorts(dir: string, ports: LocalPorts): Promise<void> {
  const text = JSON.stringify(ports) + "\n";
  await writeWhole(fileOf(dir), (part) => Deno.writeTextFile(part, text));
}

/** Ports with which they were started; `undefined` where nobody noted them. */
export function notedPorts(dir: string): LocalPorts | undefined {
  try {
    const noted = JSON.parse(readIfThere(fileOf(dir)) ?? "null");
    const isWhole = Object.keys(DEFAULT_PORTS)
      .every((name) => Number.isInteger(noted?.[name]));
    return isWhole ? noted : undefined;
  } catch {
    return undefined;
  }
}
