/**
 * The Docker stack: MinIO AIStor, Spark and Trino as containers.
 *
 * @module
 */

import { ListBucketsCommand } from "@aws-sdk/client-s3";
import {
  dockerEnv,
  PROJECT_DIR,
  runningStackFile,
  settings,
  stateDir,
} from "../config.ts";
import { LakehouseError } from "../errors.ts";
import { formatDuration } from "../format.ts";
import { s3Client } from "../staging.ts";
import {
  compose,
  composeVariable,
  type Container,
  containerProblem,
  containers,
  runningContainer,
  type ServiceName,
  SERVICES,
} from "./docker/compose.ts";
import { docker, type Engine, findEngine } from "./docker/engine.ts";
import { startFailure, unhealthy } from "./docker/failure.ts";
import { submitInContainer } from "./docker/job.ts";
import { run } from "./process.ts";
import type { ServiceStatus, Stack, UpOptions } from "./stack.ts";

const START_MS = 180_000;
const POLL_MS = 300;

const TITLES: Record<ServiceName, string> = {
  minio: "MinIO AIStor, object store and Iceberg catalog",
  trino: "Trino",
  spark: "Spark, which jobs enter by docker exec",
};

/** Ports of this machine that lead to the containers. */
export interface DockerPorts {
  /** S3 and the catalog. @default {9000} */
  S3_PORT: number;
  /** MinIO's console. @default {9001} */
  CONSOLE_PORT: number;
  /** Trino. @default {9999} */
  TRINO_PORT: number;
}

/**
 * Ports from the environment or `docker/.env`, or the defaults.
 *
 * @throws {LakehouseError} When one is no port; names the variable.
 */
export function dockerPorts(): DockerPorts {
  const ports = { S3_PORT: 9000, CONSOLE_PORT: 9001, TRINO_PORT: 9999 };
  for (const name of Object.keys(ports) as (keyof DockerPorts)[]) {
    const text = composeVariable(name);
    if (text === undefined) continue;
    const port = Number(text);
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      throw new LakehouseError({
        what: `Cannot use ${name} "${text}"`,
        why: "a port is a whole number from 1 to 65535",
        next: `set ${name} in docker/.env to one, for example ${ports[name]}`,
      });
    }
    ports[name] = port;
  }
  return ports;
}

/**
 * The licence's text, or `undefined` when none is set.
 *
 * `MINIO_LICENSE` holds the text itself or the path of a file with it.
 */
export async function licence(): Promise<string | undefined> {
  const value = composeVariable("MINIO_LICENSE")?.trim();
  if (!value) return undefined;
  if (value.length > 255 || !/[/\\.]/.test(value)) return value;
  const text = await Deno.readTextFile(value).catch(() => undefined);
  return (text ?? value).trim() || undefined;
}

/** The error for a missing licence, which no container is started without. */
export function noLicence(): LakehouseError {
  const there = Object.keys(dockerEnv()).length > 0;
  return new LakehouseError({
    what: "Cannot start MinIO AIStor",
    why: "MINIO_LICENSE is not set",
    next: `${
      there ? "edit" : "cp docker/.env.example docker/.env and edit"
    } ${PROJECT_DIR}/docker/.env, or go without a licence: deno task up --stack local`,
  });
}

function checkPorts(held: number[]): void {
  for (const [setting, port] of Object.entries(dockerPorts())) {
    if (held.includes(port)) continue;
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
    } catch (cause) {
      if (!(cause instanceof Deno.errors.AddrInUse)) continue;
      throw new LakehouseError({
        what: `Cannot start on port ${port}`,
        why: settings().stack === "local"
          ? "the local stack listens there"
          : "another program listens there",
        next: settings().stack === "local"
          ? "deno task down --stack local, then deno task up --stack docker"
          : `end that program, or set ${setting} in docker/.env to a free port`,
        cause,
      });
    }
  }
}

async function tail(container: Container, lines: number): Promise<string[]> {
  const { stdout, stderr } = await docker([
    "logs",
    "--tail",
    String(lines),
    container.id,
  ]);
  return [stdout, stderr].filter(Boolean).join("\n").split("\n");
}

async function waitUntilHealthy(options: UpOptions): Promise<void> {
  const started = performance.now();
  const waiting = new Set<ServiceName>(SERVICES);
  while (waiting.size > 0) {
    options.signal?.throwIfAborted();
    const found = await containers(options.signal);
    const elapsed = performance.now() - started;
    for (const service of waiting) {
      const container = found.find((one) => one.service === service);
      if (container?.health === "healthy") {
        waiting.delete(service);
        options.onStep?.(
          `${service} is healthy after ${formatDuration(elapsed)}`,
        );
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
    onLine: (line) => {
      if (/\b(Pulling|Pulled|Started|Downloaded)\b/.test(line)) {
        options.onStep?.(line.trim());
      }
    },
  });
  if (code === 0) return;
  // Compose waits for the services that others depend on, and fails with them.
  for (const container of await containers()) {
    const problem = containerProblem(container.service, container);
    if (problem && container.state !== "created") {
      throw unhealthy(container.service, problem, await tail(container, 60));
    }
  }
  throw startFailure(lines);
}

async function record(): Promise<void> {
  const { S3_PORT, TRINO_PORT } = dockerPorts();
  const values = {
    STACK: "docker",
    TRINO_URI: `http://localhost:${TRINO_PORT}`,
    MINIO_HOST: `http://localhost:${S3_PORT}`,
    CATALOG_URI: `http://localhost:${S3_PORT}/_iceberg`,
    // The name of the service, by which containers find it.
    ENGINE_MINIO_HOST: "http://minio:9000",
    ENGINE_CATALOG_URI: "http://minio:9000/_iceberg",
  };
  await Deno.mkdir(stateDir(), { recursive: true });
  await Deno.writeTextFile(
    runningStackFile(),
    JSON.stringify(values, null, 2) + "\n",
  );
}

/** Fails when the server runs but serves nothing, as it does without a licence. */
async function checkServing(): Promise<void> {
  const client = s3Client();
  try {
    await client.send(new ListBucketsCommand({}));
  } catch (cause) {
    const { name, message } = cause as Error;
    const keys = /SignatureDoesNotMatch|InvalidAccessKeyId/.test(name);
    throw new LakehouseError({
      what: "MinIO AIStor runs, but denies requests",
      why: keys
        ? "it was started with other keys"
        : `its licence is missing, expired or not valid (${name}: ${message})`,
      next: keys
        ? "check MINIO_ACCESS_KEY and MINIO_SECRET_KEY in docker/.env, then deno task up --stack docker"
        : "put a valid MINIO_LICENSE into docker/.env, then deno task up --stack docker",
      cause,
    });
  } finally {
    client.destroy();
  }
}

async function up(options: UpOptions = {}): Promise<void> {
  const licenceText = await licence();
  if (!licenceText) throw noLicence();
  const engine = await findEngine(options.signal);
  options.onStep?.(
    `Docker ${engine.version} with Compose ${engine.composeVersion}`,
  );
  const before = await containers(options.signal);
  checkPorts(
    before.filter(({ state }) => state === "running")
      .flatMap(({ ports }) => ports),
  );
  try {
    await startContainers(engine, licenceText, options);
    await waitUntilHealthy(options);
  } catch (error) {
    if (options.signal?.aborted) await compose(engine, ["stop"]);
    throw error;
  }
  await record();
  await checkServing();
}

async function down(
  options: { clean?: boolean; onStep?: (message: string) => void } = {},
): Promise<void> {
  const engine = await findEngine();
  const { code, lines } = await compose(engine, [
    "down",
    "--remove-orphans",
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
  if (settings().stack === "docker") {
    await Deno.remove(runningStackFile()).catch(() => {});
  }
}

/** Memory in bytes from docker's words for it, such as `1.5GiB / 2GiB`. */
export function parseMemory(text: string): number | undefined {
  const match = text.match(/^([\d.]+)\s*([KMG]i?)?B/);
  if (!match) return undefined;
  const power = { K: 1, M: 2, G: 3 }[match[2]?.[0] ?? ""] ?? 0;
  return Math.round(Number(match[1]) * 1024 ** power);
}

async function memoryById(
  running: Container[],
): Promise<Map<string, number | undefined>> {
  if (running.length === 0) return new Map();
  const { stdout } = await docker([
    "stats",
    "--no-stream",
    "--no-trunc",
    "--format",
    "{{.ID}} {{.MemUsage}}",
    ...running.map(({ id }) => id),
  ]);
  return new Map(
    stdout.split("\n").map((line) => {
      const [id = "", ...rest] = line.split(" ");
      return [id, parseMemory(rest.join(" "))];
    }),
  );
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

/** Version of Spark in its container, for reports and the doctor. */
export async function sparkVersionLines(): Promise<string[]> {
  const { id } = await runningContainer("spark", "Cannot ask Spark");
  const { stdout, stderr } = await docker([
    "exec",
    id,
    "/opt/spark/bin/spark-submit",
    "--version",
  ]);
  return `${stdout}\n${stderr}`.split("\n");
}

/** The Docker stack. */
export const dockerStack: Stack = {
  name: "docker",
  up,
  down,
  status,
  logs,
  submit: submitInContainer,
};
