/**
 * The containers of `docker/docker-compose.yaml`.
 *
 * @module
 */

import { dockerEnv, PROJECT_DIR, settings } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { run } from "../../lib/core/process.ts";
import {
  containerProblem,
  type ContainerState,
} from "../../lib/spark/container.ts";
import { docker, type Engine } from "./engine.ts";

/** The services, in the order they are shown. */
export const SERVICES = ["minio", "seaweedfs", "trino", "spark"] as const;

/** The services that `--workers` adds, of which two have any number of containers. */
export const WORKER_SERVICES = [
  "trino-worker",
  "spark-master",
  "spark-worker",
] as const;

/** Name of one of their containers: those that are numbered have their number. */
export type WorkerName =
  | "spark-master"
  | `${"trino" | "spark"}-worker-${number}`;

/** Name of what a container runs: a service of the Compose file, or one of its workers. */
export type ServiceName = typeof SERVICES[number] | WorkerName;

/** Whether a service is one of those that `--workers` adds. */
export const isWorker = (name: ServiceName): name is WorkerName =>
  !(SERVICES as readonly string[]).includes(name);

/** A container as the engine sees it. */
export interface Container extends ContainerState {
  /** Its id. */
  id: string;
  /** The service it runs. */
  service: ServiceName;
  /** Ports of this machine that lead into it, by the ports they lead to. */
  published: Record<number, number>;
  /** Folder of the Compose file it was made from. */
  folder: string;
}

/** Folder of the Compose file and its `.env`. */
export const COMPOSE_DIR = `${PROJECT_DIR}/docker`;

/** A variable of the Compose file: the environment, then `docker/.env`. */
export function composeVariable(name: string): string | undefined {
  return Deno.env.get(name) || dockerEnv()[name] || undefined;
}

/** The Compose project: `docker`, unless `LAKEHOUSE_PROJECT` says otherwise. */
function projectName(): string {
  return composeVariable("LAKEHOUSE_PROJECT") ?? "docker";
}

/**
 * Runs a compose command on this project.
 *
 * @returns Its exit code and the lines it printed.
 */
export async function compose(
  engine: Engine,
  args: string[],
  options: {
    licence?: string | undefined;
    signal?: AbortSignal;
    onLine?: (line: string) => void;
  } = {},
): Promise<{ code: number; lines: string[] }> {
  const { accessKey, secretKey, region, warehouse, stagingBucket } = settings();
  const [command = "", ...words] = engine.compose;
  const extra = composeVariable("LAKEHOUSE_COMPOSE_FILE");
  const files = [`${COMPOSE_DIR}/docker-compose.yaml`, ...extra ? [extra] : []];
  const lines: string[] = [];
  const code = await run({
    command,
    args: [
      ...words,
      "--project-directory",
      COMPOSE_DIR,
      "--project-name",
      projectName(),
      ...files.flatMap((file) => ["--file", file]),
      ...args,
    ],
    env: {
      MINIO_ACCESS_KEY: accessKey,
      MINIO_SECRET_KEY: secretKey,
      AWS_REGION: region,
      WAREHOUSE: warehouse,
      STAGING_BUCKET: stagingBucket,
      // Only a start of AIStor needs it; the file is not read without one.
      MINIO_LICENSE: options.licence ?? "none",
      // Else its containers would be left out of what is stopped or removed.
      COMPOSE_PROFILES: "seaweedfs,workers",
      // A plain list of lines, also where it believes in a terminal.
      COMPOSE_PROGRESS: "plain",
      COMPOSE_ANSI: "never",
    },
    ...(options.signal ? { signal: options.signal } : {}),
    onLine: (line) => {
      lines.push(line);
      options.onLine?.(line);
    },
  });
  return { code, lines };
}

interface Inspected {
  Id: string;
  Name: string;
  Config: { Labels: Record<string, string> };
  State: {
    Status: string;
    ExitCode: number;
    OOMKilled: boolean;
  };
  HostConfig: {
    PortBindings: Record<string, { HostPort: string }[] | null> | null;
  };
}

const LABEL = "com.docker.compose";

function serviceOf(labels: Record<string, string>): ServiceName {
  const service = labels[`${LABEL}.service`] ?? "";
  return (service.endsWith("-worker")
    ? `${service}-${labels[`${LABEL}.container-number`]}`
    : service) as ServiceName;
}

/** Whether a container is of a service of this Compose file. */
function isKnown({ Config: { Labels } }: Inspected): boolean {
  const known: readonly string[] = [...SERVICES, ...WORKER_SERVICES];
  return known.includes(Labels[`${LABEL}.service`] ?? "");
}

function toContainer(found: Inspected): Container {
  const { Id, Name, Config, State, HostConfig } = found;
  return {
    id: Id,
    name: Name.replace(/^\//, ""),
    service: serviceOf(Config.Labels),
    state: State.Status,
    exitCode: State.ExitCode,
    outOfMemory: State.OOMKilled,
    published: Object.fromEntries(
      Object.entries(HostConfig.PortBindings ?? {}).flatMap((
        [inner, bindings],
      ) =>
        (bindings ?? []).map(({ HostPort }) => [
          parseInt(inner),
          Number(HostPort),
        ])
      ),
    ),
    folder: Config.Labels[`${LABEL}.project.working_dir`] ?? "",
  };
}

/**
 * The project's containers, running or not, by the labels Compose gives them;
 * names differ between its versions.
 *
 * @throws {LakehouseError} When the engine does not answer.
 */
export async function containers(signal?: AbortSignal): Promise<Container[]> {
  const label = `label=${LABEL}`;
  const { stdout } = await docker([
    "ps",
    "--all",
    "--quiet",
    "--filter",
    `${label}.project=${projectName()}`,
    "--filter",
    `${label}.oneoff=False`,
  ], signal);
  const ids = stdout.split("\n").filter(Boolean);
  if (ids.length === 0) return [];
  const inspected = await docker(["inspect", ...ids], signal);
  // One that was removed in between is missing; the others are there.
  const found: Inspected[] = JSON.parse(inspected.stdout || "[]");
  return found.filter(isKnown).map(toContainer);
}

/**
 * Fails when containers of a Compose file elsewhere go by this project's name:
 * Compose would take them for its own, and replace or remove them.
 *
 * @throws {LakehouseError} Names the container and the folder it belongs to.
 */
export async function checkOwner(found: Container[]): Promise<void> {
  const ours = await Deno.realPath(COMPOSE_DIR);
  for (const { name, folder } of found) {
    // What was made from a folder that is gone is ours: this one has moved.
    const theirs = await Deno.realPath(folder).catch(() => ours);
    if (theirs === ours) continue;
    throw new LakehouseError({
      what: `Cannot use the Compose project "${projectName()}"`,
      why: `its container ${name} belongs to ${folder}`,
      next:
        `docker compose down in that folder, or set LAKEHOUSE_PROJECT and LAKEHOUSE_NETWORK in docker/.env to names of their own`,
    });
  }
}

/**
 * The container of a service, running.
 *
 * @throws {LakehouseError} When it does not exist or does not run.
 */
export async function runningContainer(
  service: ServiceName,
  what: string,
): Promise<Container> {
  const container = (await containers()).find((one) => one.service === service);
  if (container?.state === "running") return container;
  throw new LakehouseError({
    what,
    why: containerProblem(service, container) ?? "",
    next: "deno task up --stack docker",
  });
}
