/**
 * Ports of the local stack.
 *
 * @module
 */

import { LakehouseError } from "../../lib/core/errors.ts";

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
 * Ports from the environment, or the defaults.
 *
 * @throws {LakehouseError} When one is no port; names the variable.
 */
export function localPorts(): LocalPorts {
  const ports = { ...DEFAULT_PORTS };
  for (const name of Object.keys(ports) as (keyof LocalPorts)[]) {
    const text = Deno.env.get(name);
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
