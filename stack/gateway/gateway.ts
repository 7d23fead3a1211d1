/**
 * The local stack's Iceberg REST endpoint: what AIStor serves at `/_iceberg`,
 * in front of Iceberg's reference catalog (java/RestCatalog.java).
 *
 * It checks every request's signature, answers `/v1/warehouses` itself, and
 * forwards the rest. Objects do not pass through it.
 *
 * @module
 */

import { S3Client } from "@aws-sdk/client-s3";
import { LakehouseError } from "../../lib/core/errors.ts";
import { callBackend, type GatewayCall } from "./backend.ts";
import {
  badRequest,
  envelope,
  notFound,
  notServed,
  Refusal,
} from "./refusal.ts";
import { refuseDots } from "./dots.ts";
import { openRegistry } from "./registry.ts";
import { readBody, type Room } from "./body.ts";
import { addressOf } from "./address.ts";
import {
  canonicalQuery,
  coveredHeaders,
  refuseHead,
  refuseRequest,
  statesBody,
  TOO_SKEWED,
} from "./verify.ts";
import { serveWarehouses, type Warehouses } from "./warehouses.ts";

/** What the gateway works with. */
export interface GatewayOptions {
  /** Port on 127.0.0.1; 0 takes a free one. */
  port: number;
  /** Address of the reference catalog. */
  backend: string;
  /** Address of the S3 endpoint, for the warehouses' buckets. */
  s3: string;
  /** JSON file with the list of warehouses. */
  state: string;
  /** Names besides this machine's own that it is asked by. @default {[]} */
  names?: string[];
  /** Access key that is let in, here and at S3. */
  accessKey: string;
  /** Secret key that belongs to it. */
  secretKey: string;
  /** Region for requests to S3. */
  region: string;
  /**
   * Where each request's log line goes.
   *
   * @default {console.log}
   */
  log?: (line: string) => void;
  /**
   * Largest body taken, in bytes. Catalog traffic is small JSON.
   *
   * @default {33554432}
   */
  maxBody?: number;
  /**
   * Longest wait for the reference catalog, in milliseconds.
   *
   * @default {60000}
   */
  timeout?: number;
}

/** A running gateway. */
export interface Gateway {
  /** The port it listens on. */
  port: number;
  /** Ends it after the requests under way. */
  shutdown: () => Promise<void>;
}

interface Context extends Warehouses {
  options: GatewayOptions;
  /** What is left for bodies of which no one knows yet whether they are signed. */
  room: Room;
}

const BASE = "/_iceberg/v1/";
const METHODS = ["DELETE", "GET", "HEAD", "POST"];
const MAX_BODY = 32 * 1024 * 1024;
// Of bodies that may turn out to be nobody's: of one, and of all at once.
const MAX_UNPROVEN = 1024 * 1024;
const ROOM = 64 * MAX_UNPROVEN;

async function serveConfig(
  context: Context,
  call: GatewayCall,
): Promise<Response> {
  if (call.method !== "GET") throw notServed(call.method);
  const name = call.url.searchParams.get("warehouse");
  if (!name) throw badRequest("The query parameter warehouse is missing");
  if (!context.registry.warehouses.has(name)) throw notFound(name);
  const answer = await callBackend(context.backend, `/${name}/v1/config`);
  const { defaults, overrides, endpoints } = await answer.json();
  return Response.json({
    defaults,
    overrides: { ...overrides, prefix: name },
    // The reference catalog lists its token endpoints too, which are not served.
    endpoints: (endpoints as string[]).filter((endpoint) =>
      endpoint.includes(" /v1/{prefix}/")
    ),
  });
}

async function route(context: Context, call: GatewayCall): Promise<Response> {
  if (!METHODS.includes(call.method)) throw notServed(call.method);
  if (!call.url.pathname.startsWith(BASE)) {
    throw new Refusal(404, "NotFoundException", "Nothing is served here");
  }
  const path = call.url.pathname.slice(BASE.length);
  const [, first = "", rest] = path.match(/^([^/]*)(?:\/(.*))?$/) ?? [];
  if (path === "config") return await serveConfig(context, call);
  if (first === "warehouses") return await serveWarehouses(context, rest, call);
  if (!context.registry.warehouses.has(first)) throw notFound(first);
  refuseDots(rest ?? "", call);
  const target = `/${first}/v1/${rest ?? ""}${call.url.search}`;
  return await callBackend(context.backend, target, call);
}

async function answer(
  context: Context,
  request: Request,
  url: URL,
): Promise<Response> {
  const { accessKey, secretKey, maxBody = MAX_BODY } = context.options;
  const keys = { accessKey, secretKey, service: "s3tables" };
  const { method, headers } = request;
  const head = { method, url: url.href, headers };
  const forbid = (reason: string | undefined) => {
    if (!reason) return;
    // As S3 names it: the keys are not at fault.
    const type = reason === TOO_SKEWED
      ? "RequestTimeTooSkewed"
      : "ForbiddenException";
    throw new Refusal(403, type, reason);
  };
  forbid(refuseHead(head, keys));
  const proven = statesBody(headers);
  const body = await readBody(request, {
    max: proven ? maxBody : Math.min(maxBody, MAX_UNPROVEN),
    ...proven ? {} : { room: context.room },
  });
  forbid(refuseRequest({ ...head, body }, keys));
  // From here on there is only what was signed, and as it was signed.
  url.search = canonicalQuery(url) ?? "";
  const covered = coveredHeaders(headers);
  return await route(context, { method, url, headers: covered, body });
}

async function handle(context: Context, request: Request): Promise<Response> {
  const { log = console.log } = context.options;
  const start = performance.now();
  let response: Response;
  let cause = "";
  // The path only: a query could hold a presigned signature.
  let path = "-";
  try {
    const url = addressOf(request, context.options.names);
    path = url.pathname;
    // Asked many times while the stack starts: no line in the log.
    if (path === "/healthz") return new Response("ok\n");
    response = await answer(context, request, url);
  } catch (error) {
    const refusal = error instanceof Refusal
      ? error
      : new Refusal(500, "InternalServerError", "The gateway failed", error);
    response = envelope(refusal);
    if (refusal.status >= 500) {
      cause = ` ${refusal.type}: ${refusal.message}` +
        (refusal.cause ? ` (${refusal.cause})` : "");
    }
  }
  const ms = Math.round(performance.now() - start);
  log(`${request.method} ${path} ${response.status} ${ms} ms${cause}`);
  return response;
}

/**
 * Starts the gateway on 127.0.0.1.
 *
 * @throws {LakehouseError} When the list of warehouses is damaged.
 * @throws {Deno.errors.AddrInUse} When the port is taken.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { accessKey, secretKey, region } = options;
  const s3 = new S3Client({
    endpoint: options.s3,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000 },
  });
  const context: Context = {
    options,
    backend: {
      address: options.backend.replace(/\/+$/, ""),
      secretKey,
      ...options.timeout === undefined ? {} : { timeout: options.timeout },
    },
    registry: await openRegistry(options.state),
    s3,
    changes: Promise.resolve(),
    room: { bytes: ROOM },
  };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: options.port, onListen: () => {} },
    (request) => handle(context, request),
  );
  return {
    port: server.addr.port,
    shutdown: async () => {
      await server.shutdown();
      s3.destroy();
    },
  };
}

function env(name: string): string {
  const value = Deno.env.get(name);
  if (!value) {
    throw new LakehouseError({
      what: "Cannot start the gateway",
      why: `${name} is not set`,
      next: "deno task up",
    });
  }
  return value;
}

if (import.meta.main) {
  const gateway = await startGateway({
    port: Number(env("GATEWAY_PORT")),
    backend: env("GATEWAY_BACKEND"),
    s3: env("GATEWAY_S3"),
    state: env("GATEWAY_STATE"),
    names: (Deno.env.get("GATEWAY_NAMES") || "").split(",").filter(Boolean),
    accessKey: env("MINIO_ACCESS_KEY"),
    secretKey: env("MINIO_SECRET_KEY"),
    region: env("AWS_REGION"),
  });
  console.log(`Listening on http://127.0.0.1:${gateway.port}/_iceberg`);
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(name, async () => {
      await gateway.shutdown();
      Deno.exit(0);
    });
  }
}
