/**
 * Where the probes of an engine work: a namespace of its own and what they make
 * beside it, all of it removed.
 *
 * @module
 */

import { catalog } from "../../lib/catalog/config.ts";
import { interruptSignal, withLimit } from "../../lib/core/interrupt.ts";
import { deleteObjects, listObjects, s3Client } from "../../lib/store/s3.ts";
import {
  dropNamespace,
  listNamespaces,
  loadNamespace,
} from "../catalog/namespaces.ts";
import { dropTable, listTables } from "../catalog/tables.ts";
import { dropView, listViews } from "../catalog/views.ts";
import { MARK, removeScratch, scratchNamespace } from "../trials/scratch.ts";
import { firstLine } from "./engine.ts";

const LIMIT_MS = 120_000;

/** Namespaces and folders that probes make beside an engine's namespace. */
const beside = (namespace: string) => `${namespace}_t_`;

/** Drops what the namespace holds, and then itself. */
async function drop(namespace: string[], signal: AbortSignal): Promise<void> {
  const lake = catalog();
  const options = { signal };
  for (const { name } of await listViews(lake, namespace, options)) {
    await dropView(lake, namespace, name, options);
  }
  for (const { name } of await listTables(lake, namespace, options)) {
    await dropTable(lake, namespace, name, { ...options, purge: true });
  }
  await dropNamespace(lake, namespace, options);
}

/** Files that lie where only the probes' tables have lain. */
async function deleteFiles(
  namespace: string,
  bucket: string,
  signal: AbortSignal,
): Promise<void> {
  const client = await s3Client();
  try {
    for (const prefix of [`${namespace}/`, beside(namespace)]) {
      const left = await Array.fromAsync(
        listObjects(client, bucket, prefix, signal),
      );
      await deleteObjects(client, bucket, left.map(({ key }) => key), signal);
    }
  } finally {
    client.destroy();
  }
}

/**
 * Removes an engine's namespace, what its probes made within and beside it, and
 * the files that are left of it in the warehouse's bucket.
 *
 * @returns What is left behind, a sentence each.
 */
export async function removeWorkspace(
  namespace: string,
  bucket: string,
): Promise<string[]> {
  const signal = withLimit(interruptSignal(), LIMIT_MS, "The clean-up");
  const lake = catalog();
  const left: string[] = [];
  const attempt = async (what: string, removing: () => Promise<unknown>) => {
    try {
      await removing();
    } catch (error) {
      left.push(`${what} is left behind: ${firstLine(error)}`);
    }
  };
  const properties = await loadNamespace(lake, namespace, { signal })
    .catch(() => undefined);
  // What was never ours has nothing of ours beside it.
  if (properties?.["created-by"] !== MARK["created-by"]) return [];
  const list = (parent?: string) =>
    listNamespaces(lake, { signal, ...parent !== undefined && { parent } })
      .catch(() => []);
  const made = (await list()).filter(([first = ""]) =>
    first.startsWith(beside(namespace))
  );
  for (const levels of [...await list(namespace), ...made]) {
    await attempt(levels.join("."), () => drop(levels, signal));
  }
  await attempt(namespace, () => removeScratch(namespace));
  if (left.length === 0) {
    await attempt(
      `what lies under ${bucket}/${namespace}`,
      () => deleteFiles(namespace, bucket, signal),
    );
  }
  return left;
}

/**
 * Makes an engine's namespace, new and empty, whatever a run that was killed
 * left of it.
 *
 * @throws {LakehouseError} When the catalog refuses it, or the namespace is somebody else's.
 */
export async function openWorkspace(
  namespace: string,
  bucket: string,
): Promise<void> {
  await removeWorkspace(namespace, bucket);
  await scratchNamespace(namespace, { inTrino: false });
}
