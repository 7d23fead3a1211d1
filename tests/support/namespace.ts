/**
 * A namespace for the length of a test.
 *
 * @module
 */

import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { removeScratch, scratchNamespace } from "../../lab/trials/scratch.ts";
import { withEnv } from "./env.ts";

/** Runs `body` with a namespace of its own, and removes all that is in it. */
export async function withNamespace(
  namespace: string,
  body: () => Promise<void>,
): Promise<void> {
  await withEnv({ NAMESPACE: namespace }, async () => {
    await ensureWarehouse(catalog());
    await scratchNamespace(namespace);
    try {
      await body();
    } finally {
      await removeScratch(namespace);
    }
  });
}
