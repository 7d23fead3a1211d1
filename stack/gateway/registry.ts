/**
 * The gateway's list of warehouses, kept in one JSON file: the reference
 * catalog behind the gateway does not know which warehouses there are.
 *
 * @module
 */

import { dirname } from "node:path";
import { LakehouseError } from "../../lib/core/errors.ts";

/** A warehouse as `GET /v1/warehouses/{name}` shows it. */
export interface WarehouseRecord {
  /** Name, which is also the prefix of its paths. */
  name: string;
  /** Bucket of its tables, of the same name. */
  bucket: string;
  /** Unique id. */
  uuid: string;
  /** Time of creation, ISO 8601. */
  "created-at": string;
  /** Properties; empty here. */
  properties: Record<string, string>;
}

/** The list in memory and the file it is kept in. */
export interface Registry {
  /** The JSON file. */
  readonly path: string;
  /** Warehouses by name; change them with the functions of this module only. */
  readonly warehouses: Map<string, WarehouseRecord>;
}

// A warehouse of one of these names could not be told from the path beside it.
const RESERVED = ["config", "oauth", "warehouses"];

/** Whether AIStor would take the name: 3–63 of `a-z`, `0-9` and inner `-`. */
export function isWarehouseName(name: unknown): name is string {
  return typeof name === "string" &&
    /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(name) && !RESERVED.includes(name);
}

/**
 * Reads the list; a file that is not there stands for an empty one.
 *
 * @throws {LakehouseError} When the file is damaged.
 */
export async function openRegistry(path: string): Promise<Registry> {
  let text = "[]";
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  try {
    const records: WarehouseRecord[] = JSON.parse(text);
    return {
      path,
      warehouses: new Map(records.map((record) => [record.name, record])),
    };
  } catch (cause) {
    throw new LakehouseError({
      what: `Cannot read the list of warehouses in ${path}`,
      why: "the file is damaged",
      next: "restore the file, or deno task down --clean to start afresh",
      cause,
    });
  }
}

async function save(
  registry: Registry,
  warehouses: Map<string, WarehouseRecord>,
): Promise<void> {
  const partial = `${registry.path}.${crypto.randomUUID()}.part`;
  await Deno.mkdir(dirname(registry.path), { recursive: true });
  try {
    await Deno.writeTextFile(
      partial,
      JSON.stringify([...warehouses.values()], null, 2),
    );
    // A rename replaces the whole file at once: whoever is killed here leaves
    // the old list or the new one.
    await Deno.rename(partial, registry.path);
  } catch (error) {
    await Deno.remove(partial).catch(() => {});
    throw error;
  }
}

/** Adds a warehouse whose bucket is there, on disk first. */
export async function addWarehouse(
  registry: Registry,
  name: string,
): Promise<WarehouseRecord> {
  const record: WarehouseRecord = {
    name,
    bucket: name,
    uuid: crypto.randomUUID(),
    "created-at": new Date().toISOString(),
    properties: {},
  };
  await save(registry, new Map(registry.warehouses).set(name, record));
  registry.warehouses.set(name, record);
  return record;
}

/** Takes a warehouse off the list, on disk first. */
export async function removeWarehouse(
  registry: Registry,
  name: string,
): Promise<void> {
  const rest = new Map(registry.warehouses);
  rest.delete(name);
  await save(registry, rest);
  registry.warehouses.delete(name);
}
