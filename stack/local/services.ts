/**
 * The local stack's four services: what runs, where, and how one knows it is well.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { archiveOptions, archivePath, isRecording } from "./class_archive.ts";
import { javaJar } from "./java_jar.ts";
import type { LocalPorts } from "./ports.ts";
import { artifactPaths } from "../install/maven.ts";
import type { Python } from "../install/python.ts";
import type { Program } from "./supervisor.ts";

/** What the services are made from. */
export interface ServiceContext {
  /** Folder of the stack's data and configuration, absolute. */
  dir: string;
  /** Java home that serves all of them. */
  javaHome: string;
  /** The Python environment, which carries the Deno the gateway runs on. */
  python: Python;
  /** Port by setting. */
  ports: LocalPorts;
  /** Keys all services share. */
  accessKey: string;
  /** Secret key that belongs to the access key. */
  secretKey: string;
  /** Region named in signatures. */
  region: string;
}

/** A service of the local stack. */
export interface LocalService {
  /** Its name in `status` and `logs`. */
  name: string;
  /** What it is, in a few words. */
  title: string;
  /** The setting that changes its port. */
  setting: keyof LocalPorts;
  /** How it is run; compiles what it needs. */
  program(): Promise<Program>;
  /** Whether it answers now. */
  isHealthy(): Promise<boolean>;
}

async function answers(
  url: string,
  accept: (response: Response) => boolean | Promise<boolean>,
): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    const accepted = await accept(response);
    await response.body?.cancel().catch(() => {});
    return accepted;
  } catch {
    return false;
  }
}

/** Ending takes long only while classes are recorded. */
const stopSeconds = (seconds: number) => isRecording() ? 600 : seconds;

/** A Java service as `java` starts it. */
interface JavaService {
  name: string;
  /** Options that its archive depends on. */
  options: string[];
  /** Options that it does not depend on: properties with paths and ports. */
  properties: string[];
  classPath: string[];
  main: string;
  args?: string[];
  env?: Record<string, string>;
  stopSeconds?: number;
}

async function javaProgram(
  javaHome: string,
  service: JavaService,
): Promise<Program> {
  const { name, options, properties, classPath, main, args = [] } = service;
  const archived = { name, javaHome, options, classPath };
  return {
    name,
    archive: await archivePath(archived),
    command: [
      `${javaHome}/bin/java`,
      ...options,
      ...await archiveOptions(archived),
      ...properties,
      ...["-cp", classPath.join(":"), main],
      ...args,
    ],
    env: service.env ?? {},
    stopSeconds: stopSeconds(service.stopSeconds ?? 10),
  };
}

const SMALL_SERVICE = [
  "-Xmx256m",
  "-XX:+UseSerialGC",
  "-XX:TieredStopAtLevel=1",
];

function s3({ dir, javaHome, ports }: ServiceContext): LocalService {
  const jars = artifactPaths("s3proxy");
  return {
    name: "s3",
    title: "S3Proxy, the object store",
    setting: "S3_PORT",
    program: async () =>
      await javaProgram(javaHome, {
        name: "s3",
        options: SMALL_SERVICE,
        properties: [`-Dlogback.configurationFile=${dir}/s3/logback.xml`],
        classPath: [
          await javaJar("ObjectStore", { javaHome, classPath: jars }),
          ...jars,
        ],
        main: "ObjectStore",
        args: [`${dir}/s3/s3proxy.properties`],
      }),
    isHealthy: () =>
      answers(
        `http://127.0.0.1:${ports.S3_PORT}/`,
        ({ status }) => status === 200 || status === 403,
      ),
  };
}

function catalog(context: ServiceContext): LocalService {
  const { dir, javaHome, ports, region } = context;
  const jars = artifactPaths("catalog");
  return {
    name: "catalog",
    title: "Iceberg's reference REST catalog",
    setting: "CATALOG_BACKEND_PORT",
    program: async () =>
      await javaProgram(javaHome, {
        name: "catalog",
        options: [...SMALL_SERVICE, "--enable-native-access=ALL-UNNAMED"],
        properties: [
          "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
          // It logs a stack trace for each ordinary 404; the gateway logs each 5xx.
          "-Dorg.slf4j.simpleLogger.log.org.apache.iceberg.rest.RESTCatalogServlet=off",
        ],
        classPath: [
          await javaJar("RestCatalog", { javaHome, classPath: jars }),
          ...jars,
        ],
        main: "RestCatalog",
        env: {
          CATALOG_PORT: String(ports.CATALOG_BACKEND_PORT),
          CATALOG_DB: `${dir}/catalog/catalog.db`,
          S3_ENDPOINT: `http://127.0.0.1:${ports.S3_PORT}`,
          AWS_REGION: region,
        },
      }),
    isHealthy: () =>
      answers(
        `http://127.0.0.1:${ports.CATALOG_BACKEND_PORT}/health`,
        ({ ok }) => ok,
      ),
  };
}

function gateway(context: ServiceContext): LocalService {
  const { dir, python, ports, region } = context;
  const program = {
    name: "gateway",
    command: [
      `${python.bin}/deno`,
      "run",
      "--quiet",
      "--no-prompt",
      "--v8-flags=--max-old-space-size=256",
      "--allow-net=127.0.0.1",
      "--allow-env",
      "--allow-read",
      "--allow-sys",
      `--allow-write=${dir}/gateway`,
      `--config=${PROJECT_DIR}/deno.json`,
      fileURLToPath(new URL("../gateway/gateway.ts", import.meta.url)),
    ],
    env: {
      GATEWAY_PORT: String(ports.CATALOG_PORT),
      GATEWAY_BACKEND: `http://127.0.0.1:${ports.CATALOG_BACKEND_PORT}`,
      GATEWAY_S3: `http://127.0.0.1:${ports.S3_PORT}`,
      GATEWAY_STATE: `${dir}/gateway/warehouses.json`,
      AWS_REGION: region,
    },
  };
  return {
    name: "gateway",
    title: "SigV4 gateway of the catalog",
    setting: "CATALOG_PORT",
    program: () => Promise.resolve(program),
    isHealthy: () =>
      answers(
        `http://127.0.0.1:${ports.CATALOG_PORT}/healthz`,
        ({ ok }) => ok,
      ),
  };
}

/** Lines of a configuration file without comments. */
async function configLines(path: string): Promise<string[]> {
  return (await Deno.readTextFile(path)).split("\n").map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

const TRINO_CONFIG = `${PROJECT_DIR}/docker/trino`;

async function trinoProgram(context: ServiceContext): Promise<Program> {
  const { dir, javaHome, ports } = context;
  const jars = artifactPaths("trino");
  const nodeProperties = await configLines(`${TRINO_CONFIG}/node.properties`);
  return await javaProgram(javaHome, {
    name: "trino",
    options: await configLines(`${TRINO_CONFIG}/jvm.config`),
    properties: [
      ...nodeProperties.map((line) => `-D${line}`),
      `-Dconfig=${TRINO_CONFIG}/config.properties`,
      `-Dlog.levels-file=${TRINO_CONFIG}/log.properties`,
      `-Dhttp-server.http.port=${ports.TRINO_PORT}`,
      "-Dnode.bind-ip=127.0.0.1",
      "-Dnode.internal-address=127.0.0.1",
      `-Ddiscovery.uri=http://127.0.0.1:${ports.TRINO_PORT}`,
      `-Dnode.data-dir=${dir}/trino/data`,
      `-Dplugin.dir=${dir}/trino/plugin`,
      `-Dtrino.version=${TRINO_VERSION}`,
    ],
    classPath: [
      await javaJar("TrinoServer", { javaHome, classPath: jars }),
      ...jars,
    ],
    main: "TrinoServer",
    stopSeconds: 20,
  });
}

function trino(context: ServiceContext): LocalService {
  return {
    name: "trino",
    title: "Trino",
    setting: "TRINO_PORT",
    program: () => trinoProgram(context),
    isHealthy: () =>
      answers(
        `http://127.0.0.1:${context.ports.TRINO_PORT}/v1/info`,
        async (response) =>
          response.ok && (await response.json()).starting === false,
      ),
  };
}

/** Trino's version, as the lock file has it. */
export const TRINO_VERSION: string = artifactPaths("trino")
  .find((path) => path.includes("/trino-main/"))
  ?.match(/trino-main-(.+)\.jar$/)?.[1] ?? "unknown";

/** The four services, in the order their names are shown. */
export function localServices(context: ServiceContext): LocalService[] {
  return [s3(context), catalog(context), gateway(context), trino(context)];
}
