/**
 * The cache folder.
 *
 * @module
 */

import { resolve } from "node:path";
import { PROJECT_DIR } from "../../lib/core/files.ts";

/**
 * Folder for downloads that all clones share, absolute: `LAKEHOUSE_CACHE`, or
 * `aistor-tables-analysis` in the user's cache folder.
 */
export function cacheDir(): string {
  const base = Deno.env.get("XDG_CACHE_HOME") ||
    `${Deno.env.get("HOME") ?? "/tmp"}/.cache`;
  return resolve(
    PROJECT_DIR,
    Deno.env.get("LAKEHOUSE_CACHE") || `${base}/aistor-tables-analysis`,
  );
}
