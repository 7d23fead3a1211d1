/**
 * The Docker stack: an object store, Spark and Trino as containers.
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
  isWorker,
  runningContainer,
  type ServiceName,
  type SERVICES,
  WORKER_SERVICES,
} from "./compose.ts";
import { docker, type Engine, findEngine } from "./engine.ts";
import { knownFailure, startFailure, unhealthy } from "./failure.ts";
import { sparkSubmitIn } from "./spark_submit.ts";
import { licence, noLicence } from "./licence.ts";
import { type Health, lookAt } from "./look.ts";
import { memoryById } from "./memory.ts";
import { checkPorts, dockerPorts } from "./ports.ts";
import { startProgress } from "./progress.ts";
import { letContainersRead } from "./readable.ts";
import { checkServing } from "./serving.ts";
import {
  currentStore,
  storeEndpoints,
  type StoreName,
  storeOf,
  wantedStore,
} from "./store.ts";
import {
  currentWorkers,
  workerNames,
  WORKERS,
  workerTitle,
} from "./workers.ts";
import { run } from "../../lib/core/process.ts";
import type { ServiceStatus, Stack, UpOptions } from "../stack.ts";

const START_MS = 180_000;
const POLL_MS = 300;

const TITLES: Record<typeof SERVICES[number], string> = {
  minio: "MinIO AIStor, object store and Iceberg catalog",
  seaweedfs: "SeaweedFS, object store and Iceberg catalog",
  trino: "Trino",
  spark: "Spark, which jobs enter by docker exec",
};

/** The services of the stack with this store and no workers, in the order they are shown. */
const servicesWith = (store: StoreName) =>
  [storeOf(store).service, "trino", "spark"] as const;

/** What the stack that runs consists of, in the order it is shown. */
export const currentServices = (): ServiceName[] => [
  ...servicesWith(currentStore()),
  ...workerNames(currentWorkers()),
];

async function tail(container: Container, lines: number): Promise<string[]> {
  const { stdout, stderr } = await docker([
    "logs",
    "--tail",
    String(lines),
    container.id,
  ]);
  return [stdout, stderr].filter(Boolean).join("\n").split("\n");
}

/** What is wrong with a service that has had this time to get well, if anything. */
function failureOf(
  health: Health | undefined,
  elapsed: number,
): string | undefined {
  if (health?.state === "unhealthy") return health.why;
  if (elapsed <= START_MS) return undefined;
  return `it was not healthy after ${formatDuration(START_MS)}: ${health?.why}`;
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
      const ended = containerProblem(service, container);
      const health = ended || !container
        ? undefined
        : await lookAt(container, options.signal);
      if (health?.state === "healthy") {
        waiting.delete(service);
        const seconds = formatDuration(performance.now() - upSince);
        options.onStep?.(`${service} is healthy after ${seconds}`);
        continue;
      }
      const problem = ended ?? failureOf(health, elapsed);
      if (!problem) continue;
      const log = container ? await tail(container, 60) : [];
      throw unhealthy(service, problem, log);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Ends the other store: both have the same ports, and the data stays. */
async function leaveOtherStore(
  engine: Engine,
  { service }: Container,
  options: UpOptions,
): Promise<void> {
  const title = TITLES[service as keyof typeof TITLES];
  options.onStep?.(`Removing the container of ${title}`);
  // Trino's catalogs lead to it, and are forgotten with its container.
  await remove(engine, [service, "trino"]);
}

async function remove(engine: Engine, services: readonly string[]) {
  const args = ["rm", "--stop", "--force", ...services];
  const { code, lines } = await compose(engine, args);
  if (code !== 0) throw startFailure(lines);
}

async function startContainers(
  engine: Engine,
  services: readonly string[],
  licenceText: string | undefined,
  workers: number,
  options: UpOptions,
): Promise<void> {
  const { code, lines } = await compose(engine, [
    "up",
    "--detach",
    ...workers > 0
      ? [
        ...["trino", "spark"].flatMap((engine) => [
          ...["--scale", `${engine}-worker=${workers}`],
        ]),
        ...services,
        ...WORKER_SERVICES,
      ]
      : services,
  ], {
    licence: licenceText,
    ...(options.signal ? { signal: options.signal } : {}),
    onLine: startProgress((step) => options.onStep?.(step)),
  });
  if (code === 0) return;
  // A container may still show how an earlier start ended.
  const known = knownFailure(lines);
  if (known) throw known;
  // A container may have ended while Compose was at the next.
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
  return sparkSubmitIn(container.id, currentWorkers());
}

async function record(
  name: StoreName,
  workers = currentWorkers(),
): Promise<void> {
  const ports = dockerPorts(name);
  const { S3_PORT: s3, CATALOG_PORT: catalog = s3, TRINO_PORT } = ports;
  const found = await containers();
  await recordStack({
    stack: "docker",
    settings: {
      STORE: name,
      TRINO_URI: `http://localhost:${TRINO_PORT}`,
      ...storeEndpoints(storeOf(name), { s3, catalog }),
      ...workers > 0 ? { [WORKERS]: String(workers) } : {},
    },
    ports: { ...ports },
    spark: sparkSubmitIn(
      found.find(({ service }) => service === "spark")?.id ?? "spark",
      workers,
    ),
  });
}

/** Lets `down`, `status` and `logs` find what a failed start has left. */
async function recordFailed(name: StoreName): Promise<void> {
  if (runningStack()) return;
  if ((await containers()).length > 0) await record(name);
}

async function up(options: UpOptions = {}): Promise<void> {
  const upSince = performance.now();
  const { signal, onStep, workers = currentWorkers() } = options;
  const name = wantedStore(options.store);
  const { title, service, isLicensed } = storeOf(name);
  const licenceText = isLicensed ? await licence() : undefined;
  if (isLicensed && !licenceText) throw noLicence();
  const engine = await findEngine(signal);
  onStep?.(`Docker ${engine.version} with Compose ${engine.composeVersion}`);
  onStep?.(`Store: ${title}`);
  const before = await containers(signal);
  await checkOwner(before);
  checkPorts(
    dockerPorts(name),
    before.filter(({ state }) => state === "running")
      .flatMap(({ published }) => Object.values(published)),
  );
  for (const folder of await letContainersRead()) {
    onStep?.(`${folder} was closed to the containers' users, and is opened`);
  }
  try {
    const ours: readonly string[] = servicesWith(name);
    const other = before.find(({ service }) =>
      !isWorker(service) && !ours.includes(service)
    );
    if (other) {
      await leaveOtherStore(engine, other, options);
      await record(name);
    }
    const helpers = before.filter(({ service }) => isWorker(service));
    if (workers > 0) {
      onStep?.(`Workers of Trino and of Spark: ${workers} each (--workers)`);
    } else if (helpers.length > 0) {
      onStep?.("Removing the workers of Trino and of Spark");
      await remove(engine, WORKER_SERVICES);
    }
    await startContainers(engine, ours, licenceText, workers, options);
    await waitUntilHealthy([service], upSince, options);
    await record(name, workers);
    // Before the others are there: if it denies, they are of no use.
    await checkServing(name, signal);
    await waitUntilHealthy(["trino", "spark"], upSince, options);
    await waitUntilHealthy(workerNames(workers), upSince, options);
    await record(name, workers);
  } catch (error) {
    if (signal?.aborted) await compose(engine, ["stop"]);
    await recordFailed(name).catch(() => {});
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
  const running = found.filter(({ state }) => state === "running");
  const [memory, health] = await Promise.all([
    memoryById(running),
    Promise.all(running.map(async (container) =>
      [
        container.service,
        (await lookAt(container)).state,
      ] as const
    )).then((states) => new Map(states)),
  ]);
  return currentServices().map((service) => {
    const container = found.find((one) => one.service === service);
    const state = health.get(service) ?? container?.state ?? "missing";
    return {
      name: service,
      title: isWorker(service) ? workerTitle(service) : TITLES[service],
      healthy: state === "healthy",
      state,
      address: Object.values(container?.published ?? {})
        .map((port) => `127.0.0.1:${port}`).join(", "),
      memory: container && memory.get(container.id),
    };
  });
}

async function* logs(
  name: string,
  options: { lines?: number; follow?: boolean; signal?: AbortSignal } = {},
): AsyncGenerator<string> {
  const services = currentServices();
  const service = services.find((one) => one === name);
  const container = (await containers()).find((one) => one.service === service);
  if (!container) {
    throw new LakehouseError({
      what: `Cannot show the log of ${name}`,
      why: service
        ? "it has no container"
        : `the services are ${services.join(", ")}`,
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
