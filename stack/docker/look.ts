/**
 * Whether what a container runs is well, seen from outside: through the ports
 * that lead into it, as the notebooks do. Images differ in the tools they ship,
 * and lose them from one release to the next; no check here needs any.
 *
 * @module
 */

import { CatalogError } from "../../lib/catalog/call.ts";
import { catalog } from "../../lib/catalog/config.ts";
import { getWarehouse } from "../../lib/catalog/warehouses.ts";
import type { LakehouseError } from "../../lib/core/errors.ts";
import { type Container, isWorker, type SERVICES } from "./compose.ts";
import { docker } from "./engine.ts";
import { storeOf } from "./store.ts";
import { workerProblem } from "./workers.ts";

const ANSWER_MS = 5_000;
const TRINO_PORT = 8080;
const SPARK_SUBMIT = "/opt/spark/bin/spark-submit";

/** How the service of a running container is. */
export interface Health {
  /** `starting` may get well by itself, `unhealthy` does not. */
  state: "healthy" | "starting" | "unhealthy";
  /** Why it is not well, as a clause; empty when it is. */
  why: string;
}

const HEALTHY: Health = { state: "healthy", why: "" };
const starting = (why: string): Health => ({ state: "starting", why });

/** Asks a container over one of its ports. */
async function ask(
  { published }: Container,
  port: number,
  path: string,
  signal: AbortSignal,
): Promise<{ address: string; status: number; text: string }> {
  const address = `http://127.0.0.1:${published[port]}`;
  try {
    const response = await fetch(address + path, { signal });
    return { address, status: response.status, text: await response.text() };
  } catch {
    throw new Error(`nothing answers at ${address}`);
  }
}

function jsonOf(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

async function lookAtMinio(
  container: Container,
  signal: AbortSignal,
): Promise<Health> {
  const { s3Port, healthPath } = storeOf("aistor");
  const { address, status } = await ask(container, s3Port, healthPath, signal);
  return status === 200 ? HEALTHY : starting(`${address} answers ${status}`);
}

/** Its warehouse is made some time after S3 has begun to answer. */
async function lookAtSeaweedFs(
  container: Container,
  signal: AbortSignal,
): Promise<Health> {
  const { s3Port, catalogPort, healthPath } = storeOf("seaweedfs");
  const { address, status } = await ask(container, s3Port, healthPath, signal);
  if (status !== 200) return starting(`${address} answers ${status}`);
  const catalogUri = `http://127.0.0.1:${container.published[catalogPort]}`;
  try {
    await getWarehouse(catalog({ catalogUri }), { signal });
  } catch (error) {
    const { what, why } = error as LakehouseError;
    const isRefusal = error instanceof CatalogError &&
      [401, 403].includes(error.status);
    // Wrong keys are explained by who asks with them next.
    if (!isRefusal) return starting(`${what}: ${why}`);
  }
  return HEALTHY;
}

async function lookAtTrino(
  container: Container,
  signal: AbortSignal,
): Promise<Health> {
  const { address, status, text } = await ask(
    container,
    TRINO_PORT,
    "/v1/info",
    signal,
  );
  if (jsonOf(text).starting === false) return HEALTHY;
  return starting(
    status === 200 ? "it is starting" : `${address} answers ${status}`,
  );
}

/** Jobs enter by `docker exec` and a shell, and so does this. */
async function lookAtSpark(
  { id }: Container,
  signal: AbortSignal,
): Promise<Health> {
  const { code, stdout, stderr } = await docker(
    ["exec", id, "sh", "-c", `[ -x ${SPARK_SUBMIT} ] || echo missing`],
    signal,
  );
  if (stdout === "missing") {
    const why = `its image has no ${SPARK_SUBMIT} that its user may run`;
    return { state: "unhealthy", why };
  }
  return code === 0 ? HEALTHY : starting(stderr.split("\n")[0] ?? "");
}

/** One that nobody leads is no help: its leader is asked whether it knows it. */
async function lookAtWorker(
  container: Container,
  signal: AbortSignal,
): Promise<Health> {
  const problem = await workerProblem(container, signal);
  return problem ? starting(problem) : HEALTHY;
}

const LOOKS: Readonly<
  Record<
    typeof SERVICES[number],
    (container: Container, signal: AbortSignal) => Promise<Health>
  >
> = {
  minio: lookAtMinio,
  seaweedfs: lookAtSeaweedFs,
  trino: lookAtTrino,
  spark: lookAtSpark,
};

/**
 * Looks at the service of a running container, once.
 *
 * @throws {unknown} The signal's reason.
 */
export async function lookAt(
  container: Container,
  signal?: AbortSignal,
): Promise<Health> {
  const limit = AbortSignal.timeout(ANSWER_MS);
  const either = signal ? AbortSignal.any([signal, limit]) : limit;
  try {
    const { service } = container;
    const look = isWorker(service) ? lookAtWorker : LOOKS[service];
    return await look(container, either);
  } catch (error) {
    signal?.throwIfAborted();
    return starting((error as Error).message);
  }
}
