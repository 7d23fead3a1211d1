/**
 * A namespace for the length of a test.
 *
 * @module
 */

import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import {
  catalog,
  dropNamespace,
  dropTable,
  ensureNamespace,
  ensureWarehouse,
  listTables,
} from "../lib/catalog.ts";
import { bucketAndKey, objectReader } from "../lib/explorer/store.ts";
import { s3Client } from "../lib/s3.ts";
import { ensureTrinoCatalog } from "../lib/trino_catalog.ts";
import { withEnv } from "./env.ts";

/** Removes what no metadata names any more, which a purge does not. */
async function removeObjects(namespace: string): Promise<void> {
  const client = s3Client();
  const reader = objectReader(AbortSignal.timeout(60_000));
  const prefix = `s3://${catalog().warehouse}/${namespace}/`;
  for (const { path } of await reader.list(prefix)) {
    const { bucket, key } = bucketAndKey(path);
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  }
  reader.close();
  client.destroy();
}

/** Runs `body` with a namespace of its own, and removes all that is in it. */
export async function withNamespace(
  namespace: string,
  body: () => Promise<void>,
): Promise<void> {
  await withEnv({ NAMESPACE: namespace }, async () => {
    await ensureWarehouse(catalog());
    await ensureTrinoCatalog();
    await ensureNamespace(catalog(), namespace);
    try {
      await body();
    } finally {
      for (const { name } of await listTables(catalog(), namespace)) {
        await dropTable(catalog(), namespace, name);
      }
      await dropNamespace(catalog(), namespace);
      await removeObjects(namespace);
    }
  });
}
