/**
 * Sees objects of a table the moment they are written, long before a commit
 * names them.
 *
 * @module
 */

import { catalog } from "../../lib/catalog/config.ts";
import { objectReader, type StoredObject } from "../iceberg/object_store.ts";
import { interruptSignal, withLimit } from "../../lib/core/interrupt.ts";
import { label, type Namespace } from "../../lib/catalog/call.ts";
import { loadTable } from "../../lib/catalog/tables.ts";

const LIST_LIMIT_MS = 60_000;
const PAUSE_MS = 10;

/** Options of {@linkcode ObjectWatch.next}. */
export interface NextObjectOptions {
  /** What its address has to match. @default {any} */
  path?: RegExp;
  /** Longest time to wait, in milliseconds. @default {120_000} */
  limitMs?: number;
  /** Ends the waiting. @default {interruptSignal()} */
  signal?: AbortSignal;
}

/** Waits for objects that were not there when the watch began. */
export interface ObjectWatch {
  /**
   * The first new object that matches.
   *
   * @throws {LakehouseError} When none comes in time.
   * @throws {unknown} The signal's reason.
   */
  next(options?: NextObjectOptions): Promise<StoredObject>;
}

/**
 * Remembers which objects a table has, and waits for the next one: the way to
 * be there in the middle of a write.
 *
 * @throws {CatalogError} With status 404 when there is no such table.
 * @throws {LakehouseError} When the object store cannot be reached.
 * @example Usage
 * ```ts ignore
 * import { ask } from "@lakehouse";
 * import { trials } from "@lakehouse/lab";
 *
 * const watch = await trials.watchObjects("lab", "trips");
 * const write = ask("INSERT INTO lab.trips SELECT * FROM taxi_trips");
 * const { path } = await watch.next({ path: /\.parquet$/ });
 * console.log(path); // written, but not yet committed
 * await write;
 * ```
 */
export async function watchObjects(
  namespace: Namespace,
  table: string,
): Promise<ObjectWatch> {
  const { location } = await loadTable(catalog(), namespace, table);
  const prefix = location.replace(/\/*$/, "/");
  const reader = await objectReader(
    withLimit(interruptSignal(), LIST_LIMIT_MS),
  );
  const known = await reader.list(prefix).finally(() => reader.close());
  const before = new Set(known.map(({ path }) => path));
  return {
    async next(options = {}) {
      const { path = /^/, limitMs = 120_000 } = options;
      const signal = withLimit(
        options.signal ?? interruptSignal(),
        limitMs,
        `Waiting for a new object of ${label(namespace, table)}`,
      );
      const reader = await objectReader(signal);
      try {
        for (;;) {
          const objects = await reader.list(prefix);
          const found = objects.find((object) =>
            !before.has(object.path) && path.test(object.path)
          );
          if (found) return found;
          await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
          signal.throwIfAborted();
        }
      } finally {
        reader.close();
      }
    },
  };
}
