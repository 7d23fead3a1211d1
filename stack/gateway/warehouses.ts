/**
 * AIStor's `/v1/warehouses`: the list of warehouses and their buckets.
 *
 * @module
 */

import {
  CreateBucketCommand,
  DeleteBucketCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  type S3Client,
} from "@aws-sdk/client-s3";
import { type Backend, callBackend, type GatewayCall } from "./backend.ts";
import {
  badRequest,
  notFound,
  notServed,
  Refusal,
  unavailable,
} from "./refusal.ts";
import {
  addWarehouse,
  isWarehouseName,
  type Registry,
  removeWarehouse,
} from "./registry.ts";

/** What changes to warehouses work with. */
export interface Warehouses {
  /** Where the reference catalog is. */
  backend: Backend;
  /** The list of warehouses. */
  registry: Registry;
  /** For the warehouses' buckets. */
  s3: S3Client;
  /** Settles when the last change to the list is done. */
  changes: Promise<unknown>;
}

/** One S3 call; `undefined` when the error it ends in has one of the names. */
async function bucketCall<T>(
  call: Promise<T>,
  ...expected: string[]
): Promise<T | undefined> {
  try {
    return await call;
  } catch (cause) {
    const { name, $metadata } = cause as {
      name: string;
      $metadata?: { httpStatusCode?: number };
    };
    if (expected.includes(name)) return undefined;
    if (!$metadata?.httpStatusCode) {
      throw unavailable("The object store", cause);
    }
    throw new Refusal(500, name, "The object store refused the request", cause);
  }
}

/** Changes to the list of warehouses happen one after the other. */
function oneAtATime<T>(
  context: Warehouses,
  change: () => Promise<T>,
): Promise<T> {
  const done = context.changes.then(change);
  context.changes = done.catch(() => {});
  return done;
}

async function create(
  context: Warehouses,
  call: GatewayCall,
): Promise<Response> {
  let wanted: { name?: unknown; "upgrade-existing"?: unknown } | null;
  try {
    wanted = JSON.parse(new TextDecoder().decode(call.body));
  } catch {
    throw badRequest("The body is not JSON");
  }
  const name = wanted?.name;
  const upgrade = wanted?.["upgrade-existing"] ?? false;
  if (typeof upgrade !== "boolean") {
    throw badRequest("upgrade-existing is neither true nor false");
  }
  if (!isWarehouseName(name)) {
    throw new Refusal(
      400,
      "IcebergWarehouseNameInvalid",
      `The warehouse's name ${
        JSON.stringify(name) ?? "is missing: it"
      } must have 3 to 63 characters of a-z, 0-9 and inner hyphens, and be none of config, oauth and warehouses`,
    );
  }
  if (context.registry.warehouses.has(name)) {
    throw new Refusal(
      409,
      "IcebergWarehouseAlreadyExists",
      `The warehouse "${name}" already exists`,
    );
  }
  const { s3, registry } = context;
  const bucket = { Bucket: name };
  const there = await bucketCall(
    s3.send(new HeadBucketCommand(bucket)),
    "NotFound",
    "NoSuchBucket",
  );
  if (there && !upgrade) {
    throw new Refusal(
      409,
      "BucketAlreadyExists",
      `There is a bucket "${name}" that is no warehouse; upgrade-existing makes it one`,
    );
  }
  if (!there) {
    await bucketCall(
      s3.send(new CreateBucketCommand(bucket)),
      // Sent twice, as its answer was lost.
      "BucketAlreadyOwnedByYou",
    );
  }
  await addWarehouse(registry, name);
  return Response.json({ name });
}

async function remove(
  context: Warehouses,
  name: string,
  call: GatewayCall,
): Promise<Response> {
  const preserve = call.url.searchParams.get("preserve-bucket") ?? "false";
  if (preserve !== "true" && preserve !== "false") {
    throw badRequest("preserve-bucket is neither true nor false");
  }
  if (!context.registry.warehouses.has(name)) throw notFound(name);
  const listed = await callBackend(context.backend, `/${name}/v1/namespaces`);
  if ((await listed.json()).namespaces.length > 0) {
    throw new Refusal(
      409,
      "IcebergWarehouseNotEmpty",
      `The warehouse "${name}" still has namespaces; drop them first`,
    );
  }
  if (preserve === "false") {
    const bucket = { Bucket: name };
    const { s3 } = context;
    // Asked first, since not every S3 server refuses to delete a full bucket.
    const objects = await bucketCall(
      s3.send(new ListObjectsV2Command({ ...bucket, MaxKeys: 1 })),
      "NoSuchBucket",
    );
    if (objects?.KeyCount) {
      throw new Refusal(
        409,
        "BucketNotEmpty",
        `The bucket "${name}" still has objects; empty it first, or keep it with preserve-bucket=true`,
      );
    }
    await bucketCall(s3.send(new DeleteBucketCommand(bucket)), "NoSuchBucket");
  }
  await removeWarehouse(context.registry, name);
  return new Response(null, { status: 204 });
}

/**
 * Answers a request to `/v1/warehouses`, or to `/v1/warehouses/{name}` when a
 * name is given.
 *
 * @throws {Refusal} When the request is not carried out.
 */
export async function serveWarehouses(
  context: Warehouses,
  name: string | undefined,
  call: GatewayCall,
): Promise<Response> {
  const { warehouses } = context.registry;
  const { method } = call;
  if (name === undefined && method === "GET") {
    return Response.json({
      warehouses: [...warehouses.keys()].sort(),
      "next-page-token": null,
    });
  }
  if (name === undefined && method === "POST") {
    return await oneAtATime(context, () => create(context, call));
  }
  if (name !== undefined && method === "GET") {
    const warehouse = warehouses.get(name);
    if (!warehouse) throw notFound(name);
    return Response.json(warehouse);
  }
  if (name !== undefined && method === "DELETE") {
    return await oneAtATime(context, () => remove(context, name, call));
  }
  throw notServed(method);
}
