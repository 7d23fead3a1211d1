/**
 * The Docker stack: MinIO AIStor, Spark and Trino as containers.
 *
 * @module
 */

import {
  runningStack,
  type SparkSubmit,
} from "../../lib/core/running_stack.ts";
import { forgetStack, recordStack } from "../record.ts";
import { settings } from "../../lib/core/settings.ts";
import { containerProblem } from "../../lib/spark/container.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { formatDuration } from "../../lib/core/format.ts";
import {
  checkOwner,
  compose,
  type Container,
  containers,
  runningContainer,
  type ServiceName,
  SERVICES,
} from "./compose.ts";
import { docker, type Engine, findEngine } from "./engine.ts";
import { knownFailure, startFailure, unhealthy } from "./failure.ts";
import { sparkSubmitIn } from "./spark_submit.ts";
import { licence, noLicence } from "./licence.ts";
import { memoryById } from "./memory.ts";
import { checkPorts, dockerPorts } from "./ports.ts";
import { startProgress } from "./progress.ts";
import { checkServing } from "./serving.ts";
import { run } from "../../lib/core/process.ts";
import type { ServiceStatus, Stack, UpOptions } from "../stack.ts";

const START_MS = 180_000;
const POLL_MS = 300;

const TITLES: Record<ServiceName, string> = {
  minio: "MinIO AIStor, object store and Iceberg catalog",
  trino: "Trino",
  spark: "Spark, which jobs enter by docker exec",
};

async function tail(container: Container, lines: number): Promise<string[]> {
  const { stdout, stderr } = await docker([
    "logs",
    "--tail",
    String(lines),
    container.id,
  ]);
  return [stdout, stderr].filter(Boolean).join("\n").split("\n");
}

/** Waits for these services; `upSince` is when `up` began. */
async function waitUntilHealthy(
  services: readonly ServiceName[],
  upSince: number,
  options: UpOptions,
): Promise<void> {
  const started = performance.now();
  const waiting = new Set(services);
  while (waiting.size > 0) {
    options.signal?.throwIfAborted();
    const found = await containers(options.signal);
    const elapsed = performance.now() - started;
    for (const service of waiting) {
      const container = found.find((one) => one.service === service);
      if (container?.health === "healthy") {
        waiting.delete(service);
        const seconds = formatDuration(performance.now() - upSince);
        options.onStep?.(`${service} is healthy after ${seconds}`);
        continue;
      }
      const problem = containerProblem(service, container) ??
        (elapsed > START_MS
          ? `it was not healthy after ${formatDuration(START_MS)}`
          : undefined);
      if (!problem) continue;
      const log = container ? await tail(container, 60) : [];
      throw unhealthy(service, problem, log);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function startContainers(
  engine: Engine,
  licenceText: string,
  options: UpOptions,
): Promise<void> {
  const { code, lines } = await compose(engine, ["up", "--detach"], {
    licence: licenceText,
    ...(options.signal ? { signal: options.signal } : {}),
    onLine: startProgress((step) => options.onStep?.(step)),
  });
  if (code === 0) return;
  // A container may still show how an earlier start ended.
  const known = knownFailure(lines);
  if (known) throw known;
  // Compose waits for the services that others depend on, and fails with them.
  for (const container of await containers()) {
    const problem = containerProblem(container.service, container);
    if (problem && container.state !== "created") {
      throw unhealthy(container.service, problem, await tail(container, 60));
    }
  }
  throw startFailure(lines);
}

/** How a job is submitted to the spark container. */
async function sparkSubmit(): Promise<SparkSubmit> {
  const container = await runningContainer("spark", "Cannot run Spark");
  return sparkSubmitIn(container.id);
}

async function record(): Promise<void> {
  const { S3_PORT, TRINO_PORT } = dockerPorts();
  const found = await containers();
  await recordStack({
    stack: "docker",
    settings: {
      TRINO_URI: `http://localhost:${TRINO_PORT}`,
      MINIO_HOST: `http://localhost:${S3_PORT}`,
      CATALOG_URI: `http://localhost:${S3_PORT}/_iceberg`,
      // The name of the service, by which containers find it.
      ENGINE_MINIO_HOST: "http://minio:9000",
      ENGINE_CATALOG_URI: "http://minio:9000/_iceberg",
    },
    ports: { ...dockerPorts() },
    spark: sparkSubmitIn(
      found.find(({ service }) => service === "spark")?.id ?? "spark",
    ),
  });
}

/** Lets `down`, `status` and `logs` find what a failed start has left. */
async function recordFailed(): Promise<void> {
  if (runningStack()) return;
  if ((await containers()).length > 0) await record();
}

async function up(options: UpOptions = {}): Promise<void> {
  const upSince = performance.now();
  const licenceText = await licence();
  if (!licenceText) throw noLicence();
  const engine = await findEngine(options.signal);
  options.onStep?.(
    `Docker ${engine.version} with Compose ${engine.composeVersion}`,
  );
  const before = await containers(options.signal);
  await checkOwner(before);
  checkPorts(
    before.filter(({ state }) => state === "running")
      .flatMap(({ ports }) => ports),
  );
  try {
    await startContainers(engine, licenceText, options);
    await waitUntilHealthy(["minio"], upSince, options);
    await record();
    // Before the others are there: without a licence they are of no use.
    await checkServing(options.signal);
    await waitUntilHealthy(["trino", "spark"], upSince, options);
    await record();
  } catch (error) {
    if (options.signal?.aborted) await compose(engine, ["stop"]);
    await recordFailed().catch(() => {});
    throw error;
  }
}

async function down(
  options: { clean?: boolean; onStep?: (message: string) => void } = {},
): Promise<void> {
  const engine = await findEngine();
  await checkOwner(await containers());
  const { code, lines } = await compose(engine, [
    // Without --remove-orphans: "docker" is a common name for a project.
    "down",
    ...options.clean ? ["--volumes"] : [],
  ]);
  if (code !== 0) {
    throw new LakehouseError({
      what: "Cannot stop the containers",
      why: lines.at(-1) ?? `Compose ended with code ${code}`,
      next: "deno task status --stack docker",
      cause: new Error(lines.slice(-6).join("\n")),
    });
  }
  if (settings().stack === "docker") await forgetStack();
}

async function status(): Promise<ServiceStatus[]> {
  const found = await containers();
  const memory = await memoryById(
    found.filter(({ state }) => state === "running"),
  );
  return SERVICES.map((service) => {
    const container = found.find((one) => one.service === service);
    return {
      name: service,
      title: TITLES[service],
      healthy: container?.state === "running" && container.health === "healthy",
      state: container?.state === "running"
        ? container.health || "running"
        : container?.state ?? "missing",
      address: container?.ports.map((port) => `127.0.0.1:${port}`).join(", ") ??
        "",
      memory: container && memory.get(container.id),
    };
  });
}

async function* logs(
  name: string,
  options: { lines?: number; follow?: boolean; signal?: AbortSignal } = {},
): AsyncGenerator<string> {
  const service = SERVICES.find((one) => one === name);
  const container = (await containers()).find((one) => one.service === service);
  if (!container) {
    throw new LakehouseError({
      what: `Cannot show the log of ${name}`,
      why: service
        ? "it has no container"
        : `the services are ${SERVICES.join(", ")}`,
      next: "deno task status --stack docker",
    });
  }
  const queue: string[] = [];
  let wake = () => {};
  let done = false;
  const ended = run({
    command: "docker",
    args: [
      "logs",
      "--tail",
      String(options.lines ?? 100),
      ...options.follow ? ["--follow"] : [],
      container.id,
    ],
    ...(options.signal ? { signal: options.signal } : {}),
    onLine: (line) => {
      queue.push(line);
      wake();
    },
  }).catch(() => {}).finally(() => {
    done = true;
    wake();
  });
  while (!done || queue.length > 0) {
    if (queue.length === 0) {
      await new Promise<void>((resolve) => wake = resolve);
      continue;
    }
    yield queue.shift()!;
  }
  await ended;
}

/** The Docker stack. */
export const dockerStack: Stack = {
  name: "docker",
  up,
  down,
  status,
  logs,
  sparkSubmit,
};
