/**
 * The local stack's four services: what runs, where, and how one knows it is well.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { PROJECT_DIR } from "../config.ts";
import { LakehouseError } from "../errors.ts";
import { artifactPaths } from "./maven.ts";
import type { Python } from "./python.ts";
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

/** Ports of the local stack, all on 127.0.0.1. */
export interface LocalPorts {
  /** S3. @default {9000} */
  S3_PORT: number;
  /** Signed Iceberg REST catalog. @default {9002} */
  CATALOG_PORT: number;
  /** The catalog behind the gateway. @default {9003} */
  CATALOG_BACKEND_PORT: number;
  /** Trino. @default {9999} */
  TRINO_PORT: number;
}

const DEFAULT_PORTS: LocalPorts = {
  S3_PORT: 9000,
  CATALOG_PORT: 9002,
  CATALOG_BACKEND_PORT: 9003,
  TRINO_PORT: 9999,
};

/** A service of the local stack. */
export interface LocalService {
  /** What it is, in a few words. */
  title: string;
  /** The setting that changes its port. */
  setting: keyof LocalPorts;
  /** How it is run; its name is the service's. */
  program: Program;
  /** Whether it answers now. */
  isHealthy(): Promise<boolean>;
}

/**
 * Ports from the environment, or the defaults.
 *
 * @throws {LakehouseError} When one is no port; names the variable.
 */
export function localPorts(): LocalPorts {
  const ports = { ...DEFAULT_PORTS };
  for (const name of Object.keys(ports) as (keyof LocalPorts)[]) {
    const text = Deno.env.get(name);
    if (!text) continue;
    const port = Number(text);
    if (!Number.isInteger(port) || port < 1024 || port > 65535) {
      throw new LakehouseError({
        what: `Cannot use ${name} "${text}"`,
        why: "a port is a whole number from 1024 to 65535",
        next: `set ${name} to one, for example ${DEFAULT_PORTS[name]}`,
      });
    }
    ports[name] = port;
  }
  return ports;
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

const source = (name: string) =>
  fileURLToPath(new URL(`java/${name}`, import.meta.url));

function s3(context: ServiceContext): LocalService {
  const { dir, javaHome, ports } = context;
  return {
    title: "S3Proxy, the object store",
    setting: "S3_PORT",
    program: {
      name: "s3",
      command: [
        `${javaHome}/bin/java`,
        "-Xmx256m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        `-Dlogback.configurationFile=${dir}/s3/logback.xml`,
        "-cp",
        artifactPaths("s3proxy").join(":"),
        "org.gaul.s3proxy.Main",
        "--properties",
        `${dir}/s3/s3proxy.properties`,
      ],
    },
    isHealthy: () =>
      answers(
        `http://127.0.0.1:${ports.S3_PORT}/`,
        ({ status }) => status === 200 || status === 403,
      ),
  };
}

function catalog(context: ServiceContext): LocalService {
  const { dir, javaHome, ports, region } = context;
  return {
    title: "Iceberg's reference REST catalog",
    setting: "CATALOG_BACKEND_PORT",
    program: {
      name: "catalog",
      command: [
        `${javaHome}/bin/java`,
        "-Xmx256m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "--enable-native-access=ALL-UNNAMED",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
        // It logs a stack trace for each ordinary 404; the gateway logs each 5xx.
        "-Dorg.slf4j.simpleLogger.log.org.apache.iceberg.rest.RESTCatalogServlet=off",
        "-cp",
        artifactPaths("catalog").join(":"),
        source("RestCatalog.java"),
      ],
      env: {
        CATALOG_PORT: String(ports.CATALOG_BACKEND_PORT),
        CATALOG_DB: `${dir}/catalog/catalog.db`,
        S3_ENDPOINT: `http://127.0.0.1:${ports.S3_PORT}`,
        AWS_REGION: region,
      },
    },
    isHealthy: () =>
      answers(
        `http://127.0.0.1:${ports.CATALOG_BACKEND_PORT}/health`,
        ({ ok }) => ok,
      ),
  };
}

function gateway(context: ServiceContext): LocalService {
  const { dir, python, ports, region } = context;
  return {
    title: "SigV4 gateway of the catalog",
    setting: "CATALOG_PORT",
    program: {
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
        fileURLToPath(new URL("gateway.ts", import.meta.url)),
      ],
      env: {
        GATEWAY_PORT: String(ports.CATALOG_PORT),
        GATEWAY_BACKEND: `http://127.0.0.1:${ports.CATALOG_BACKEND_PORT}`,
        GATEWAY_S3: `http://127.0.0.1:${ports.S3_PORT}`,
        GATEWAY_STATE: `${dir}/gateway/warehouses.json`,
        AWS_REGION: region,
      },
    },
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

async function trino(context: ServiceContext): Promise<LocalService> {
  const { dir, javaHome, ports } = context;
  const address = `http://127.0.0.1:${ports.TRINO_PORT}`;
  const nodeProperties = (await configLines(`${TRINO_CONFIG}/node.properties`))
    .map((line) => `-D${line}`);
  return {
    title: "Trino",
    setting: "TRINO_PORT",
    program: {
      name: "trino",
      command: [
        `${javaHome}/bin/java`,
        ...await configLines(`${TRINO_CONFIG}/jvm.config`),
        ...nodeProperties,
        `-Dconfig=${TRINO_CONFIG}/config.properties`,
        `-Dlog.levels-file=${TRINO_CONFIG}/log.properties`,
        `-Dhttp-server.http.port=${ports.TRINO_PORT}`,
        "-Dnode.bind-ip=127.0.0.1",
        "-Dnode.internal-address=127.0.0.1",
        `-Ddiscovery.uri=${address}`,
        `-Dnode.data-dir=${dir}/trino/data`,
        `-Dplugin.dir=${dir}/trino/plugin`,
        `-Dtrino.version=${TRINO_VERSION}`,
        "-cp",
        artifactPaths("trino").join(":"),
        source("TrinoServer.java"),
      ],
      stopSeconds: 20,
    },
    isHealthy: () =>
      answers(
        `${address}/v1/info`,
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
export async function localServices(
  context: ServiceContext,
): Promise<LocalService[]> {
  return [
    s3(context),
    catalog(context),
    gateway(context),
    await trino(context),
  ];
}

async function writeS3Config(context: ServiceContext): Promise<void> {
  const { dir, ports, accessKey, secretKey } = context;
  await Deno.mkdir(`${dir}/s3/buckets`, { recursive: true });
  await Deno.writeTextFile(
    `${dir}/s3/s3proxy.properties`,
    `s3proxy.endpoint=http://127.0.0.1:${ports.S3_PORT}
s3proxy.authorization=aws-v4
s3proxy.identity=${accessKey}
s3proxy.credential=${secretKey}
s3proxy.ignore-unknown-headers=true
jclouds.provider=filesystem-nio2
jclouds.filesystem.basedir=${dir}/s3/buckets
jclouds.identity=local
jclouds.credential=local
`,
    { mode: 0o600 },
  );
  await Deno.writeTextFile(
    `${dir}/s3/logback.xml`,
    `<configuration>
  <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%d{HH:mm:ss.SSS} %-5level %logger{20} %msg%n</pattern></encoder>
  </appender>
  <root level="WARN"><appender-ref ref="out"/></root>
</configuration>
`,
  );
}

/** Writes the folder in which Trino finds the Iceberg connector: `dir/trino/plugin`. */
export async function writeTrinoPlugin(
  { dir }: Pick<ServiceContext, "dir">,
): Promise<void> {
  const plugin = `${dir}/trino/plugin/iceberg`;
  await Deno.remove(plugin, { recursive: true }).catch(() => {});
  // The published jars lack the service file by which Trino finds a plugin.
  const services = `${plugin}/services/META-INF/services`;
  await Deno.mkdir(services, { recursive: true });
  await Deno.writeTextFile(
    `${services}/io.trino.spi.Plugin`,
    "io.trino.plugin.iceberg.IcebergPlugin\n",
  );
  for (const path of artifactPaths("trino-iceberg")) {
    await Deno.symlink(path, `${plugin}/${path.split("/").at(-1)}`);
  }
}

/** Writes what the services read when they start. */
export async function writeServiceFiles(
  context: ServiceContext,
): Promise<void> {
  await Deno.mkdir(`${context.dir}/catalog`, { recursive: true });
  await Deno.mkdir(`${context.dir}/gateway`, { recursive: true });
  await writeS3Config(context);
  await writeTrinoPlugin(context);
}

const CAUSES: [RegExp, string, string][] = [
  [
    /Address already in use|AddrInUse|BindException/i,
    "its port is taken",
    "end the program that has the port, or change the setting",
  ],
  [
    /No space left on device/i,
    "the disk is full",
    "free some space, then deno task up",
  ],
  [
    /OutOfMemoryError|insufficient memory|Cannot allocate memory/i,
    "memory ran out",
    "close other programs, then deno task up",
  ],
  [
    /NoClassDefFoundError|ClassNotFoundException|zip END header not found|NoSuchFileException.*\.jar/,
    "a downloaded file is missing or damaged",
    "remove the cache folder's maven folder, then deno task up",
  ],
];

/** Likely cause and next step that a service's log shows. */
export function likelyCause(
  log: string,
): { why: string; next: string } | undefined {
  const found = CAUSES.find(([pattern]) => pattern.test(log));
  return found && { why: found[1], next: found[2] };
}
