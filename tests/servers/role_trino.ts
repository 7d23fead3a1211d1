/**
 * A Trino with a catalog that knows roles: the Hive connector, whose classes the
 * Iceberg connector brings along, with a metastore of files.
 *
 * @module
 */

import {
  localServices,
  type ServiceContext,
} from "../../stack/local/services.ts";
import { writeTrinoPlugin } from "../../stack/local/service_files.ts";
import { java, TRINO_JAVA } from "../../stack/install/java.ts";
import { python } from "../../stack/install/python.ts";
import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { closedPort } from "../support/env.ts";

/** One that runs; see {@linkcode startRoleTrino}. */
export interface RoleTrino extends AsyncDisposable {
  /** Its address. */
  uri: string;
}

const START_MS = 120_000;

/** The folder of Iceberg's plugin once more, for the other plugin in it. */
async function writeHivePlugin(dir: string): Promise<void> {
  const [iceberg, hive] = ["iceberg", "hive"].map((name) =>
    `${dir}/trino/plugin/${name}`
  );
  const services = `${hive}/services/META-INF/services`;
  await Deno.mkdir(services, { recursive: true });
  await Deno.writeTextFile(
    `${services}/io.trino.spi.Plugin`,
    "io.trino.plugin.hive.HivePlugin\n",
  );
  for await (const { name, isSymlink } of Deno.readDir(iceberg!)) {
    if (!isSymlink) continue;
    await Deno.symlink(
      await Deno.realPath(`${iceberg}/${name}`),
      `${hive}/${name}`,
    );
  }
}

/**
 * Starts one, with the catalog `office`; its user `admin` may be its role `admin`.
 */
export async function startRoleTrino(): Promise<RoleTrino> {
  const dir = await Deno.makeTempDir();
  const port = closedPort();
  await Deno.mkdir(`${dir}/catalog`);
  await Deno.mkdir(`${dir}/metastore`);
  const office = {
    "connector.name": "hive",
    "hive.metastore": "file",
    "hive.metastore.catalog.dir": "local:///",
    "hive.security": "sql-standard",
    "fs.native-local.enabled": "true",
    "local.location": `${dir}/metastore`,
  };
  await Deno.writeTextFile(
    `${dir}/catalog/office.properties`,
    Object.entries(office).map((pair) => pair.join("=")).join("\n"),
  );
  const context: ServiceContext = {
    ...{ dir, javaHome: await java(TRINO_JAVA), python: await python() },
    ...{ accessKey: "", secretKey: "", region: "us-east-1" },
    ports: {
      ...{ S3_PORT: 0, CATALOG_PORT: 0, CATALOG_BACKEND_PORT: 0 },
      TRINO_PORT: port,
    },
  };
  await writeTrinoPlugin(context);
  await writeHivePlugin(dir);
  const service = localServices(context).find(({ name }) => name === "trino")!;
  const { command: [program = "", ...args] } = await service.program();
  const usual = await Deno.readTextFile(
    `${PROJECT_DIR}/docker/trino/config.properties`,
  );
  await Deno.writeTextFile(
    `${dir}/config.properties`,
    `${usual.replace(/^catalog\..*$/gm, "")}\ncatalog.management=static\n`,
  );
  const more = [
    `-Dconfig=${dir}/config.properties`,
    `-Dcatalog.config-dir=${dir}/catalog`,
  ];
  const log = await Deno.open(`${dir}/log`, { create: true, append: true });
  const process = new Deno.Command(program, {
    // What comes last counts.
    args: args.flatMap((arg) => arg === "-cp" ? [...more, arg] : [arg]),
    // It writes logs where it runs.
    cwd: dir,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  process.stderr.pipeTo(log.writable).catch(() => {});
  const trino: RoleTrino = {
    uri: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      try {
        process.kill("SIGTERM");
      } catch { /* it has ended */ }
      await process.status;
      await Deno.remove(dir, { recursive: true });
    },
  };
  const last = performance.now() + START_MS;
  while (!await service.isHealthy().catch(() => false)) {
    if (performance.now() > last) {
      const text = await Deno.readTextFile(`${dir}/log`);
      await trino[Symbol.asyncDispose]();
      throw new Error(`Trino did not come up: ${text.slice(-3000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  return trino;
}
