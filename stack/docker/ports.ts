/**
 * Ports of this machine that lead to the containers.
 *
 * @module
 */

import { settings } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { localPorts } from "../local/ports.ts";
import { composeVariable } from "./compose.ts";
import type { StoreName } from "./store.ts";

/** Ports of this machine that lead to the containers. */
export interface DockerPorts {
  /** S3, and AIStor's catalog. @default {9000} */
  S3_PORT: number;
  /** AIStor's console. @default {9001} */
  CONSOLE_PORT?: number;
  /** SeaweedFS's catalog. @default {9002} */
  CATALOG_PORT?: number;
  /** Trino. @default {9999} */
  TRINO_PORT: number;
}

/** Ports by the store; the settings that change them, and the defaults. */
const PORTS: Readonly<Record<StoreName, DockerPorts>> = {
  aistor: { S3_PORT: 9000, CONSOLE_PORT: 9001, TRINO_PORT: 9999 },
  seaweedfs: { S3_PORT: 9000, CATALOG_PORT: 9002, TRINO_PORT: 9999 },
};

/**
 * Ports of the stack with this store from the environment or `docker/.env`, or
 * the defaults.
 *
 * @throws {LakehouseError} When one is no port; names the variable.
 */
export function dockerPorts(store: StoreName): DockerPorts {
  const ports = { ...PORTS[store] };
  for (const name of Object.keys(ports) as (keyof DockerPorts)[]) {
    const text = composeVariable(name);
    if (text === undefined) continue;
    const port = Number(text);
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      throw new LakehouseError({
        what: `Cannot use ${name} "${text}"`,
        why: "a port is a whole number from 1 to 65535",
        next: `set ${name} in docker/.env to one, for example ${ports[name]}`,
      });
    }
    ports[name] = port;
  }
  return ports;
}

/**
 * Fails when a program has a port that the containers are to get.
 *
 * @param ports Ports the containers are to get, by the settings that change them.
 * @param held Ports that the project's own containers have.
 * @throws {LakehouseError} Names the port and the variable that changes it.
 */
export function checkPorts(ports: DockerPorts, held: number[]): void {
  for (const [setting, port] of Object.entries(ports)) {
    if (held.includes(port)) continue;
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
    } catch (cause) {
      if (!(cause instanceof Deno.errors.AddrInUse)) continue;
      const isLocal = settings().stack === "local" &&
        Object.values(localPorts()).includes(port);
      throw new LakehouseError({
        what: `Cannot start on port ${port}`,
        why: isLocal
          ? "the local stack listens there"
          : "another program listens there",
        next: isLocal
          ? "deno task down --stack local, then deno task up --stack docker"
          : `end that program, or set ${setting} in docker/.env to a free port`,
        cause,
      });
    }
  }
}
