/**
 * What the bench uses of a running lakehouse: a bucket, a namespace and a folder
 * of its own, all removed at its end.
 *
 * @module
 */

import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  type S3,
} from "@aws-sdk/client-s3";
import { catalog } from "../../lib/catalog/config.ts";
import { loadTable } from "../../lib/catalog/tables.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { PROJECT_DIR, settings, stateDir } from "../../lib/core/settings.ts";
import { keyVariables } from "../../lib/spark/submit.ts";
import { deleteObjects, listObjects } from "../../lib/store/s3.ts";
import { s3Client, s3Error } from "../../lib/store/s3.ts";
import { dropTable } from "../../lab/catalog/tables.ts";
import { removeScratch, scratchNamespace } from "../../lab/trials/scratch.ts";

/** Bucket of the bench. */
export const BUCKET = "lakehouse-bench";
/** Namespace of the bench. */
export const NAMESPACE = "bench";
/** The product's table, and the folder of its staged files in the bucket. */
export const TABLE = "trips";
/** Where the same files lie once more, as a delivery that came later. */
export const MORE = `${TABLE}_more`;

/** Variables under which the product works on what is the bench's. */
export const BENCH_ENV: Readonly<Record<string, string>> = {
  STAGING_BUCKET: BUCKET,
  NAMESPACE,
  TABLE,
};

/** Folder of the bench's files, absolute. */
export function workDir(): string {
  return `${stateDir()}/bench`;
}

/** Keys and region for peers, as every SDK of AWS reads them. */
export function keys(): Record<string, string> {
  return { ...keyVariables(), AWS_DEFAULT_REGION: settings().region };
}

/** Arguments with which Deno runs a program of the bench. */
export function denoArgs(program: string, ...args: string[]): string[] {
  return ["run", "-A", `${PROJECT_DIR}/bench/${program}`, ...args];
}

async function withClient<T>(
  what: string,
  body: (client: S3) => Promise<T>,
): Promise<T> {
  const client = await s3Client();
  try {
    return await body(client);
  } catch (error) {
    throw s3Error(error, what);
  } finally {
    client.destroy();
  }
}

const isNamed = (error: unknown, ...names: string[]) =>
  names.includes((error as { name?: string }).name ?? "");

/** How many objects lie under a prefix of the bench's bucket, and their bytes. */
export function objectsUnder(
  prefix: string,
): Promise<{ objects: number; bytes: number }> {
  return withClient(`Cannot list ${BUCKET}/${prefix}`, async (client) => {
    const found = { objects: 0, bytes: 0 };
    for await (const { size } of listObjects(client, BUCKET, prefix)) {
      found.objects++;
      found.bytes += size;
    }
    return found;
  });
}

async function empty(client: S3, prefix: string): Promise<void> {
  const found = await Array.fromAsync(listObjects(client, BUCKET, prefix));
  await deleteObjects(client, BUCKET, found.map(({ key }) => key));
}

/** Removes what lies under a prefix of the bench's bucket. */
export function removeUnder(prefix: string): Promise<void> {
  return withClient(
    `Cannot empty ${BUCKET}/${prefix}`,
    (client) => empty(client, prefix),
  );
}

/** Has the store copy what is staged, under other names. */
export function stageMore(): Promise<void> {
  return withClient(`Cannot copy ${BUCKET}/${TABLE}`, async (client) => {
    await empty(client, `${MORE}/`);
    for await (const { key } of listObjects(client, BUCKET, `${TABLE}/`)) {
      const name = key.slice(TABLE.length + 1);
      if (name.includes("/")) continue;
      await client.send(
        new CopyObjectCommand({
          ...{ Bucket: BUCKET, Key: `${MORE}/more-${name}` },
          CopySource: `${BUCKET}/${key}`,
        }),
      );
    }
  });
}

/** Makes the bucket and the namespace, empty of what a killed bench left. */
export async function openLake(): Promise<void> {
  await withClient(`Cannot make the bucket ${BUCKET}`, async (client) => {
    await client.send(new CreateBucketCommand({ Bucket: BUCKET })).catch(
      (error) => {
        if (isNamed(error, "BucketAlreadyOwnedByYou", "BucketAlreadyExists")) {
          return;
        }
        throw error;
      },
    );
    await empty(client, "");
  });
  await ensureWarehouse(catalog());
  await scratchNamespace(NAMESPACE);
}

/** Removes the namespace with its tables, and the bucket. */
export async function closeLake(): Promise<void> {
  await removeScratch(NAMESPACE);
  await withClient(`Cannot remove the bucket ${BUCKET}`, async (client) => {
    try {
      await empty(client, "");
      await client.send(new DeleteBucketCommand({ Bucket: BUCKET }));
    } catch (error) {
      if (!isNamed(error, "NoSuchBucket")) throw error;
    }
  });
}

/** Drops a table of the bench with its files; one that is not there is no error. */
export async function removeTable(table: string): Promise<void> {
  await dropTable(catalog(), NAMESPACE, table, { purge: true }).catch(
    (error) => {
      if ((error as { status?: number }).status !== 404) throw error;
    },
  );
}

/** Rows and bytes of a table of the bench, by the summary of its snapshot. */
export async function tableSize(
  table: string,
): Promise<{ rows: number; bytes: number; files: number }> {
  const { currentSnapshot } = await loadTable(catalog(), NAMESPACE, table);
  const of = (name: string) => Number(currentSnapshot?.summary[name] ?? 0);
  return {
    rows: of("total-records"),
    bytes: of("total-files-size"),
    files: of("total-data-files"),
  };
}
