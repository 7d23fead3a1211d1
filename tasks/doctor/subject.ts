/**
 * What the doctor looks at: a stack, and the settings that lead to it.
 *
 * @module
 */

import type { Settings, StackName } from "../../lib/core/settings.ts";
import { currentStore, type Store, storeOf } from "../../stack/docker/store.ts";
import { isGiven, sourceOf } from "./source.ts";

/** A stack and the settings that lead to it. */
export interface CheckedStack {
  /** Which stack it is. */
  stack: StackName;
  /** The settings, as they stand now. */
  given: Settings;
}

/** What a stack's services are called, by the part they have. */
export interface Services {
  /** All of them, in the order they are shown. */
  names: readonly string[];
  /** Those the object store needs. */
  store: string[];
  /** Those the catalog needs. */
  catalog: string[];
  /** Those Trino needs. */
  trino: string[];
  /** Those Spark needs. */
  spark: string[];
}

/** The services whose processes can be seen. */
export const LOCAL_SERVICES: Services = {
  names: ["s3", "catalog", "gateway", "trino"],
  store: ["s3"],
  catalog: ["catalog", "gateway"],
  trino: ["trino"],
  spark: [],
};

const REMOTE_SERVICES: Services = {
  names: [],
  store: [],
  catalog: [],
  trino: [],
  spark: [],
};

/** The services whose processes or containers can be seen; none on a remote stack. */
function servicesOf(stack: StackName): Services {
  if (stack === "local") return LOCAL_SERVICES;
  if (stack === "remote") return REMOTE_SERVICES;
  const { service } = dockerStore();
  return {
    names: [service, "trino", "spark"],
    store: [service],
    catalog: [service],
    trino: ["trino"],
    spark: ["spark"],
  };
}

/** The Docker stack's object store. */
export const dockerStore = (): Store => storeOf(currentStore());

/** Name of the check of a service. */
export const serviceCheck = (name: string): string => `service ${name}`;

/** Names of the checks of the services that a part of the stack needs. */
export function needsOf(
  stack: StackName,
  part: "store" | "catalog" | "trino" | "spark",
): string[] {
  return servicesOf(stack)[part].map(serviceCheck);
}

/** Name of the check whether the server serves S3 at all, where there is one. */
export function servingNeeds(stack: StackName): string[] {
  return stack === "docker" && dockerStore().isLicensed ? ["licensed"] : [];
}

/** The command that starts the stack. */
export function upCommand(stack: StackName): string {
  return stack === "local" ? "deno task up" : `deno task up --stack ${stack}`;
}

/** What mends an address at which nothing answers. */
export function addressAdvice(stack: StackName, setting: string): string {
  const source = sourceOf(setting);
  if (stack === "remote") {
    return `start it, or set ${setting} to its address (${setting}: ${source})`;
  }
  return upCommand(stack) +
    (isGiven(setting) ? `, or unset ${setting} (${setting}: ${source})` : "");
}
