/**
 * Which stack is meant.
 *
 * @module
 */

import { CatalogError } from "../lib/catalog/call.ts";
import { catalog } from "../lib/catalog/config.ts";
import { getWarehouse } from "../lib/catalog/warehouses.ts";
import { runningStack } from "../lib/core/running_stack.ts";
import { settings, type StackName, stateDir } from "../lib/core/settings.ts";
import { LakehouseError } from "../lib/core/errors.ts";
import { takeLock } from "../lib/core/lock.ts";
import { ensureTrinoCatalog } from "../lib/trino/catalog.ts";
import { findEngine } from "./docker/engine.ts";
import { licence } from "./docker/licence.ts";
import { dockerStack } from "./docker/docker.ts";
import { givenStore, storeOf } from "./docker/store.ts";
import { localStack } from "./local/local.ts";
import { remoteStack } from "./remote/remote.ts";
import type { Stack, UpOptions } from "./stack.ts";

const STACKS: Record<StackName, Stack> = {
  docker: dockerStack,
  local: localStack,
  remote: remoteStack,
};

const TELL_LIMIT_MS = 120_000;

/**
 * Tells the Trino that was started of the warehouse's catalog, which it forgets
 * when it stops. The stack is up without it, too: a failure is told, not thrown.
 */
async function tellTrino(stack: StackName, options: UpOptions = {}) {
  const { stack: meant, trinoCatalog } = settings();
  // Others' Trinos keep their catalogs, and are told nothing that nobody asked for.
  if (stack === "remote" || meant !== stack) return;
  const limits = [AbortSignal.timeout(TELL_LIMIT_MS)];
  if (options.signal) limits.push(options.signal);
  const signal = AbortSignal.any(limits);
  try {
    await getWarehouse(catalog(), { signal });
    if (await ensureTrinoCatalog({ signal, isNew: true })) {
      options.onStep?.(`Trino knows the catalog ${trinoCatalog}`);
    }
  } catch (error) {
    options.signal?.throwIfAborted();
    // Before the first notebook there is no warehouse, and nothing to know;
    // stores say that in their own ways.
    if (error instanceof CatalogError) return;
    const { message } = error as Error;
    options.onStep?.(
      `Trino does not know the catalog ${trinoCatalog} (notebook 01 tells it): ${message}`,
    );
  }
}

/** Starts and stops hold a lock, so that none undoes what another does. */
function oneAtATime(stack: Stack): Stack {
  const take = (verb: string, doing: string) =>
    takeLock(
      `${stateDir()}/up-or-down.lock`,
      `Cannot ${verb} the ${stack.name} stack`,
      doing,
    );
  return {
    ...stack,
    async up(options) {
      using _lock = take("start", "a start of the stack");
      await stack.up(options);
      await tellTrino(stack.name, options);
    },
    async down(options) {
      using _lock = take("stop", "a stop of the stack");
      await stack.down(options);
    },
  };
}

/** The stack of that name. */
export function stackOf(name: string): Stack {
  const stack = STACKS[name as StackName] as Stack | undefined;
  if (stack) return oneAtATime(stack);
  throw new LakehouseError({
    what: `Cannot use the stack "${name}"`,
    why: `there are ${Object.keys(STACKS).join(", ")}`,
    next: "leave --stack out, or name one of them",
  });
}

/** Why a stack is taken that nobody has asked for at this moment. */
async function reasonFor(stack: StackName): Promise<string> {
  if (runningStack()?.stack !== stack) return `STACK is ${stack}`;
  const isDockerPossible = stack === "local" &&
    await licence().catch(() => undefined);
  return isDockerPossible
    ? "it is running; for MinIO AIStor: deno task down, then deno task up"
    : "it is running";
}

/** The Docker stack, which alone has several stores, and workers; others refuse. */
function dockerAlone(option: "store" | "workers", name = "docker"): Stack {
  if (name === "docker") return stackOf(name);
  throw new LakehouseError({
    what: `Cannot choose ${
      option === "store" ? "a store" : "the workers"
    } of the ${stackOf(name).name} stack`,
    why: "only the docker stack has a choice",
    next: `leave --${option} out, or take --stack docker`,
  });
}

/** Why Docker's containers could be the ones that are meant, or why not. */
async function dockerReason(): Promise<{ reason: string; isMeant: boolean }> {
  const store = givenStore();
  if (store && !storeOf(store).isLicensed) {
    return { reason: `STORE is ${store}`, isMeant: true };
  }
  return await licence() ? { reason: "a licence is set", isMeant: true } : {
    reason:
      "MINIO_LICENSE is not set, which MinIO AIStor needs; a real store without one, with Docker: --store seaweedfs",
    isMeant: false,
  };
}

/**
 * The stack asked for, the one that runs, or else the one that fits: Docker's
 * when a store is set there or a licence, and the engine answers, the local one
 * otherwise.
 *
 * @param name The stack asked for.
 * @param store The object store asked for, which only the Docker stack has.
 * @param workers How many workers are asked for, which only the Docker stack has.
 */
export async function chooseStack(
  name?: string,
  store?: string,
  workers?: number,
): Promise<{ stack: Stack; reason: string }> {
  if (store) return { stack: dockerAlone("store", name), reason: "asked for" };
  if (workers !== undefined) {
    return { stack: dockerAlone("workers", name), reason: "asked for" };
  }
  if (name) return { stack: stackOf(name), reason: "asked for" };
  const { stack } = settings();
  if (stack) return { stack: stackOf(stack), reason: await reasonFor(stack) };
  const { reason, isMeant } = await dockerReason();
  if (!isMeant) return { stack: stackOf("local"), reason };
  try {
    const { version } = await findEngine();
    return {
      stack: stackOf("docker"),
      reason: `${reason} and Docker ${version} answers`,
    };
  } catch (error) {
    if (!(error instanceof LakehouseError)) throw error;
    const { what, why } = error;
    return {
      stack: stackOf("local"),
      reason:
        `${reason}, but: ${what}: ${why}; deno task doctor --stack docker`,
    };
  }
}

/** The stack asked for, else the one that runs, else the local one. */
export function currentStack(name?: string): Stack {
  return stackOf(name ?? settings().stack ?? "local");
}

/**
 * The stack that is running.
 *
 * @throws {LakehouseError} When none is.
 */
export function runningStackOf(): Stack {
  const { stack } = settings();
  if (stack) return stackOf(stack);
  throw new LakehouseError({
    what: "Cannot find a running stack",
    why: "none was started, or it was stopped",
    next: "deno task up",
  });
}
