/**
 * The object stores with a catalog that the Compose file has.
 *
 * @module
 */

import { LakehouseError } from "../../lib/core/errors.ts";
import { runningStack } from "../../lib/core/running_stack.ts";
import { composeVariable } from "./compose.ts";

/** Names of the stores; the first is taken when none is asked for. */
export const STORE_NAMES = ["aistor", "seaweedfs"] as const;

/** Name of a store: a value of `STORE`. */
export type StoreName = typeof STORE_NAMES[number];

/** An object store with its catalog, as the Compose file has it. */
export interface Store {
  /** What it is called. */
  title: string;
  /** Its service in the Compose file. */
  service: "minio" | "seaweedfs";
  /** Whether it serves with a licence only. */
  isLicensed: boolean;
  /** Port in its container of S3, where containers find it. */
  s3Port: number;
  /** Port in its container of the catalog. */
  catalogPort: number;
  /** Path of the catalog there. */
  catalogPath: string;
  /** Path at which its S3 tells, unsigned, whether it is well. */
  healthPath: string;
}

const STORES: Readonly<Record<StoreName, Store>> = {
  aistor: {
    title: "MinIO AIStor",
    service: "minio",
    isLicensed: true,
    s3Port: 9000,
    catalogPort: 9000,
    catalogPath: "/_iceberg",
    healthPath: "/minio/health/live",
  },
  seaweedfs: {
    title: "SeaweedFS",
    service: "seaweedfs",
    isLicensed: false,
    s3Port: 8333,
    catalogPort: 8181,
    catalogPath: "",
    healthPath: "/healthz",
  },
};

/** The store of that name. */
export const storeOf = (name: StoreName): Store => STORES[name];

function storeName(text: string): StoreName {
  const name = STORE_NAMES.find((name) => name === text);
  if (name) return name;
  throw new LakehouseError({
    what: `Cannot use the store "${text}"`,
    why: `there are ${STORE_NAMES.join(" and ")}`,
    next: "set STORE or --store to one of them, or leave it out",
  });
}

/** The store of the Docker stack that is recorded, if one is. */
function recorded(): string | undefined {
  const running = runningStack();
  return running?.stack === "docker" ? running.settings.STORE : undefined;
}

/** The store that is set, or `undefined`: the environment, then `docker/.env`. */
export function givenStore(): StoreName | undefined {
  const text = composeVariable("STORE");
  return text === undefined ? undefined : storeName(text);
}

/**
 * The store that `up` is to start: the one asked for, set or running, else
 * MinIO AIStor.
 *
 * @param asked Its name, as `--store` gives it.
 * @throws {LakehouseError} When there is none of that name.
 */
export function wantedStore(asked?: string): StoreName {
  if (asked) return storeName(asked);
  return givenStore() ?? storeName(recorded() ?? STORE_NAMES[0]);
}

/** The store that runs, or else the one that would. */
export function currentStore(): StoreName {
  const name = recorded();
  return name ? storeName(name) : wantedStore();
}

/**
 * Addresses of a store and its catalog, by the settings that hold them.
 *
 * @param ports Ports of this machine that lead to both.
 */
export function storeEndpoints(
  store: Store,
  ports: { s3: number; catalog: number },
): Record<string, string> {
  const { service, s3Port, catalogPort, catalogPath } = store;
  return {
    MINIO_HOST: `http://localhost:${ports.s3}`,
    CATALOG_URI: `http://localhost:${ports.catalog}${catalogPath}`,
    // The name of the service, by which containers find it.
    ENGINE_MINIO_HOST: `http://${service}:${s3Port}`,
    ENGINE_CATALOG_URI: `http://${service}:${catalogPort}${catalogPath}`,
  };
}
