/**
 * The local stack: real services as processes of this machine.
 *
 * @module
 */

import { forgetStack, recordStack } from "../record.ts";
import { ifThere } from "../../lib/core/files.ts";
import { settings, stateDir } from "../../lib/core/settings.ts";
import { knownCause, LakehouseError } from "../../lib/core/errors.ts";
import { isRecording } from "./class_archive.ts";
import { java, SPARK_JAVA, TRINO_JAVA } from "../install/java.ts";
import { forgetJavaJars } from "./java_jar.ts";
import { type LocalPorts, localPorts, notedPorts, notePorts } from "./ports.ts";
import { readLog } from "../logs.ts";
import { fetchArtifacts, forgetChecked, LOCAL_SETS } from "../install/maven.ts";
import { python } from "../install/python.ts";
import { SERVICE_CAUSES } from "./service_causes.ts";
import { writeServiceFiles } from "./service_files.ts";
import {
  type LocalService,
  localServices,
  type ServiceContext,
} from "./services.ts";
import { localSparkSubmit } from "./spark_submit.ts";
import type { DownOptions, ServiceStatus, Stack, UpOptions } from "../stack.ts";
import {
  logFile,
  type Program,
  programStates,
  startPrograms,
  startSupervisor,
  stopSupervisor,
  type Supervisor,
} from "./supervisor.ts";

// One that ends is seen at once: this is for what hangs, on a busy machine too.
const START_SECONDS = 300;

const dir = () => `${stateDir()}/local`;

const supervisor = async (): Promise<Supervisor> => ({
  dir: dir(),
  bin: (await python()).bin,
});

async function serviceContext(
  signal?: AbortSignal,
): Promise<ServiceContext> {
  const { accessKey, secretKey, region } = settings();
  const isRunning = (await programStates(await supervisor())).size > 0;
  return {
    dir: dir(),
    javaHome: await java(TRINO_JAVA, signal),
    python: await python(signal ? { signal } : {}),
    // What runs has the ports it was started with, whatever is set now.
    ports: isRunning && notedPorts(dir()) || localPorts(),
    accessKey,
    secretKey,
    region,
  };
}

/** Downloads and finds what the local stack needs; does nothing when all is there. */
export async function prepareLocal(options: UpOptions = {}): Promise<void> {
  const { signal, onStep } = options;
  await python({
    ...(signal ? { signal } : {}),
    onInstall: () =>
      onStep?.("Installing JupyterLab, Spark and the supervisor"),
  });
  await fetchArtifacts(LOCAL_SETS, {
    ...(signal ? { signal } : {}),
    ...(options.onDownload ? { onProgress: options.onDownload } : {}),
  });
  await java(TRINO_JAVA, signal);
  await java(SPARK_JAVA, signal);
}

function checkPorts(ports: LocalPorts): void {
  for (const [setting, port] of Object.entries(ports)) {
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
    } catch (cause) {
      if (!(cause instanceof Deno.errors.AddrInUse)) throw cause;
      throw new LakehouseError({
        what: `Cannot start on port ${port}`,
        why: "another program listens there",
        next:
          `end that program, or set ${setting} to a free port, then deno task up`,
        cause,
      });
    }
  }
}

/** Fails as soon as the supervisor gave a service up; resolves when all are well. */
async function waitUntilHealthy(
  services: LocalService[],
  ports: LocalPorts,
  logged: ReadonlyMap<string, number>,
  options: UpOptions,
): Promise<void> {
  const started = performance.now();
  const waiting = new Set(services);
  let nextLook = started + 1_000;
  const seen = new Map<string, number>();
  while (waiting.size > 0) {
    options.signal?.throwIfAborted();
    await Promise.all([...waiting].map(async (service) => {
      if (!await service.isHealthy()) return;
      waiting.delete(service);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      const port = ports[service.setting];
      options.onStep?.(
        `${service.name} is healthy on port ${port} after ${seconds} s`,
      );
    }));
    const now = performance.now();
    if (waiting.size > 0 && now > nextLook) {
      const states = await programStates(await supervisor());
      for (const service of waiting) {
        const state = states.get(service.name)?.state ?? "gone";
        const late = now - started > START_SECONDS * 1000;
        const pid = states.get(service.name)?.pid;
        const first = seen.get(service.name) ?? pid;
        if (first) seen.set(service.name, first);
        // The supervisor would start it again and again, to end of the same.
        const hasEnded = pid !== first &&
          await causeOf(service.name, logged.get(service.name));
        if (hasEnded || late || state === "FATAL" || state === "gone") {
          throw await startFailure(
            service,
            late
              ? `it did not answer for ${START_SECONDS} s`
              : `its process is ${state}`,
            logged.get(service.name),
          );
        }
      }
      nextLook = now + 1_000;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The end of a service's log; what an earlier start died of is before `from`. */
const logOf = (name: string, from = 0) =>
  Array.fromAsync(readLog(logFile(dir(), name), { lines: 60, from }));

/** Why it ended, where its log tells. */
const causeOf = async (name: string, from?: number) =>
  knownCause(SERVICE_CAUSES, (await logOf(name, from)).join("\n"));

async function startFailure(
  service: LocalService,
  state: string,
  from = 0,
): Promise<LakehouseError> {
  const { name } = service;
  const lines = await logOf(name, from);
  const cause = knownCause(SERVICE_CAUSES, lines.join("\n"));
  if (cause?.isDamage) {
    await forgetChecked();
    await forgetJavaJars();
  }
  // Where it failed in whose program helps nobody; `deno task logs` has it.
  const tail = lines.filter((line) => !/^\s+(at |\.\.\. \d+ )/.test(line))
    .slice(-8).join("\n  ");
  return new LakehouseError({
    what: `Cannot start ${name} (${service.title})`,
    why: `${cause?.why ?? state}; its log ends:\n  ${tail}\n`,
    next: cause?.next ?? `deno task logs ${name}`,
  });
}

async function record({ ports }: ServiceContext): Promise<void> {
  const at = (port: number) => `http://127.0.0.1:${port}`;
  await recordStack({
    stack: "local",
    settings: {
      TRINO_URI: at(ports.TRINO_PORT),
      MINIO_HOST: at(ports.S3_PORT),
      CATALOG_URI: `${at(ports.CATALOG_PORT)}/_iceberg`,
    },
    ports: { ...ports },
    spark: await localSparkSubmit(),
  });
}

async function up(options: UpOptions = {}): Promise<void> {
  await prepareLocal(options);
  const context = await serviceContext(options.signal);
  const services = localServices(context);
  const logged = new Map(services.map(({ name }) => {
    const log = logFile(dir(), name);
    return [name, ifThere(() => Deno.statSync(log).size) ?? 0];
  }));
  const states = await programStates(await supervisor());
  const wasRunning = states.size > 0;
  if (wasRunning) {
    const asked = Object.entries(localPorts())
      .filter(([name, port]) =>
        port !== context.ports[name as keyof LocalPorts]
      );
    for (const [name, port] of asked) {
      const { [name as keyof LocalPorts]: is } = context.ports;
      options.onStep?.(
        `It runs with ${name} ${is}; for ${port}: deno task down, then deno task up`,
      );
    }
    const stopped = services.map(({ name }) => name)
      .filter((name) => states.get(name)?.state !== "RUNNING");
    if (stopped.length > 0) await startPrograms(await supervisor(), stopped);
  } else {
    // One that lost its socket cannot be asked any more, but has the ports.
    await stopSupervisor(await supervisor());
    checkPorts(context.ports);
    await writeServiceFiles(context);
    await notePorts(dir(), context.ports);
    options.onStep?.("Starting s3, catalog, gateway and trino");
    await startSupervisor(
      await supervisor(),
      await localPrograms(),
      {
        MINIO_ACCESS_KEY: context.accessKey,
        MINIO_SECRET_KEY: context.secretKey,
        AWS_ACCESS_KEY_ID: context.accessKey,
        AWS_SECRET_ACCESS_KEY: context.secretKey,
      },
    );
  }
  try {
    await waitUntilHealthy(services, context.ports, logged, options);
  } catch (error) {
    // What ran before is not this command's to stop.
    if (!wasRunning) {
      // Nobody wants archives of a start that failed.
      await stopSupervisor(await supervisor(), isRecording() ? 0 : undefined);
    }
    throw error;
  }
  await record(context);
}

async function down(
  options: DownOptions = {},
): Promise<void> {
  // Without its environment nothing can run, and nothing needs to be stopped.
  if (await Deno.stat(dir()).then(() => true, () => false)) {
    // Who records writes an archive while it ends.
    const seconds = options.atOnce ? 0 : isRecording() ? 900 : undefined;
    await stopSupervisor(await supervisor(), seconds);
  }
  if (settings().stack === "local") await forgetStack();
  if (options.clean) {
    await Deno.remove(dir(), { recursive: true }).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}

async function memoryOf(pid: number | undefined): Promise<number | undefined> {
  if (pid === undefined) return undefined;
  const text = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
  const kilobytes = text.match(/^VmRSS:\s+(\d+) kB/m)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

async function status(): Promise<ServiceStatus[]> {
  const context = await serviceContext();
  const states = await programStates(await supervisor());
  return Promise.all(
    localServices(context).map(async (service) => {
      const state = states.get(service.name);
      return {
        name: service.name,
        title: service.title,
        healthy: state?.pid !== undefined && await service.isHealthy(),
        state: state?.state ?? "STOPPED",
        address: `127.0.0.1:${context.ports[service.setting]}`,
        memory: await memoryOf(state?.pid),
      };
    }),
  );
}

/** The services as they would be started now. */
export async function localPrograms(): Promise<Program[]> {
  const services = localServices(await serviceContext());
  return await Promise.all(services.map((service) => service.program()));
}

/** The local stack. */
export const localStack: Stack = {
  name: "local",
  up,
  down,
  status,
  logs: (name, options) => readLog(logFile(dir(), name), options),
  sparkSubmit: () => localSparkSubmit(),
};
