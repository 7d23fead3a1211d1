/**
 * What the doctor looks at: a stack, and the settings that lead to it.
 *
 * @module
 */

import type { Settings, StackName } from "../../lib/core/settings.ts";
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

/** The services whose processes or containers can be seen; none on a remote stack. */
export const STACK_SERVICES: Readonly<Record<StackName, Services>> = {
  local: {
    names: ["s3", "catalog", "gateway", "trino"],
    store: ["s3"],
    catalog: ["catalog", "gateway"],
    trino: ["trino"],
    spark: [],
  },
  docker: {
    names: ["minio", "trino", "spark"],
    store: ["minio"],
    catalog: ["minio"],
    trino: ["trino"],
    spark: ["spark"],
  },
  remote: { names: [], store: [], catalog: [], trino: [], spark: [] },
};

/** Name of the check of a service. */
export const serviceCheck = (name: string): string => `service ${name}`;

/** Names of the checks of the services that a part of the stack needs. */
export function needsOf(
  stack: StackName,
  part: "store" | "catalog" | "trino" | "spark",
): string[] {
  return STACK_SERVICES[stack][part].map(serviceCheck);
}

/** Name of the check whether the server serves S3 at all, where there is one. */
export function servingNeeds(stack: StackName): string[] {
  return stack === "docker" ? ["licensed"] : [];
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
