/**
 * A cluster of containers as offices have it, on a network of its own: a Trino
 * with HTTPS, passwords and workers, a Spark master with a secret and workers,
 * and a store with its catalog behind TLS. The authority is made for it.
 *
 * @module
 */

import { randomBytes } from "node:crypto";
import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { docker, findEngine } from "../../stack/docker/engine.ts";
import { java, TRINO_JAVA } from "../../stack/install/java.ts";
import { run } from "../../lib/core/process.ts";
import { IMAGES, standIns } from "../docker/stand_in.ts";
import { makeAuthority } from "../servers/authority.ts";
import { writeGuests } from "../servers/guarded_trino.ts";
import { ended } from "../support/programs.ts";

/** Its Compose project. */
export const PROJECT = "lakehouse-cluster";

const NETWORK = "172.28.177";
/** Address of each service; this machine is the network's first. */
const ADDRESSES = {
  store: `${NETWORK}.10`,
  trino: `${NETWORK}.20`,
  "trino-worker-1": `${NETWORK}.21`,
  "trino-worker-2": `${NETWORK}.22`,
  "spark-master": `${NETWORK}.30`,
  "spark-worker-1": `${NETWORK}.31`,
  "spark-worker-2": `${NETWORK}.32`,
};

/** Names that the cluster alone knows, with their addresses. */
export const NAMES = {
  "store.office.test": ADDRESSES.store,
  "staging.store.office.test": ADDRESSES.store,
  "testwarehouse.store.office.test": ADDRESSES.store,
  "trino.office.test": ADDRESSES.trino,
};

/** A service of the cluster. */
export type ClusterService = keyof typeof ADDRESSES;

/** What a user of it is told; the same from start to start. */
export const CLUSTER = {
  store: `https://${ADDRESSES.store}:9000`,
  expiredStore: `https://${ADDRESSES.store}:9443`,
  trino: `https://${ADDRESSES.trino}:8443`,
  /** The same by names that this machine does not know. */
  named: {
    store: "https://store.office.test:9000",
    trino: "https://trino.office.test:8443",
  },
  master: `spark://${ADDRESSES["spark-master"]}:7077`,
  /** Trino's catalog, of which its administrators alone decide. */
  catalog: "office",
  /** The same, with buckets in the store's host name. */
  virtualCatalog: "hosted",
  /** One whose server has a certificate that expired. */
  expiredCatalog: "expired",
  warehouse: "testwarehouse",
  accessKey: "testadmin",
  secretKey: "test/secret+key",
  user: "alice",
  password: `it's $1 "secret"`,
  /** Who may only read. */
  reader: "bob",
  readerPassword: "only-looks",
};

/** File of the authority's certificate. */
export const authorityOf = (dir: string) => `${dir}/authority.pem`;

/** File of Spark's settings with which drivers are let in. */
export const propertiesOf = (dir: string) => `${dir}/spark.properties`;

/** What Trino's administrators have written of the store; keys are in their environment. */
const ICEBERG = {
  "connector.name": "iceberg",
  "iceberg.catalog.type": "rest",
  "iceberg.rest-catalog.uri": `${CLUSTER.store}/_iceberg`,
  "iceberg.rest-catalog.warehouse": CLUSTER.warehouse,
  "iceberg.rest-catalog.security": "SIGV4",
  "iceberg.rest-catalog.signing-name": "s3tables",
  "iceberg.rest-catalog.view-endpoints-enabled": "true",
  "fs.native-s3.enabled": "true",
  "s3.endpoint": CLUSTER.store,
  "s3.region": "us-east-1",
  "s3.path-style-access": "true",
  "s3.aws-access-key": "${ENV:AWS_ACCESS_KEY_ID}",
  "s3.aws-secret-key": "${ENV:AWS_SECRET_ACCESS_KEY}",
};

const properties = (all: Record<string, string>) =>
  Object.entries(all).map((pair) => `${pair.join("=")}\n`).join("");

/** Files that every container's user may read: they hold the keys of tests. */
async function write(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(path, text);
  await Deno.chmod(path, 0o644);
}

/** Certificates of the servers, and what Java trusts. */
async function writeCertificates(dir: string, javaHome: string) {
  const folder = `${dir}/certificates`;
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await Deno.mkdir(folder, { recursive: true });
  await using authority = await makeAuthority();
  const names = [
    ...Object.values(NAMES).map((address) => `IP:${address}`),
    ...Object.keys(NAMES).map((name) => `DNS:${name}`),
  ];
  const valid = await authority.certify("today", names);
  const expired = await authority.certify("a year ago", names);
  await write(`${folder}/server.pem`, valid.cert);
  await write(`${folder}/server.key`, valid.key);
  await write(`${folder}/both.pem`, `${valid.cert}\n${valid.key}`);
  await write(`${folder}/expired.pem`, expired.cert);
  await write(`${folder}/expired.key`, expired.key);
  await write(authorityOf(dir), await Deno.readTextFile(authority.path));
  const { code, all } = await ended(`${javaHome}/bin/keytool`, [
    ...["-importcert", "-noprompt", "-file", authority.path],
    ...["-keystore", `${folder}/trust.p12`, "-storetype", "PKCS12"],
    ...["-storepass", "changeit"],
  ]);
  if (code !== 0) throw new Error(all);
}

/** `/etc/trino` of the coordinator and of the workers. */
async function writeTrino(dir: string, javaHome: string) {
  const usual = `${PROJECT_DIR}/docker/trino`;
  const secret = randomBytes(48).toString("base64");
  const [jvm, node, log] = await Promise.all(
    ["jvm.config", "node.properties", "log.properties"].map((name) =>
      Deno.readTextFile(`${usual}/${name}`)
    ),
  );
  const passwords = await writeGuests(dir, javaHome, {
    [CLUSTER.user]: CLUSTER.password,
    [CLUSTER.reader]: CLUSTER.readerPassword,
  });
  const all = {
    "http-server.http.port": "8080",
    "discovery.uri": `http://${ADDRESSES.trino}:8080`,
    "internal-communication.shared-secret": secret,
    "catalog.management": "static",
    "catalog.config-dir": "/etc/trino/catalog",
    "query.max-memory-per-node": "400MB",
    "memory.heap-headroom-per-node": "250MB",
  };
  const kinds = {
    coordinator: {
      coordinator: "true",
      "node-scheduler.include-coordinator": "false",
      "http-server.https.enabled": "true",
      "http-server.https.port": "8443",
      "http-server.https.keystore.path": "/certificates/both.pem",
      "http-server.authentication.type": "PASSWORD",
      "password-authenticator.config-files": "/etc/trino/passwords.properties",
      "access-control.config-files": "/etc/trino/access-control.properties",
      "query.max-memory": "800MB",
    },
    worker: { coordinator: "false" },
  };
  for (const [kind, own] of Object.entries(kinds)) {
    const etc = `${dir}/etc-${kind}`;
    await Deno.mkdir(`${etc}/catalog`, { recursive: true });
    const files = {
      "jvm.config": `${jvm!.trim()}
-XX:TieredStopAtLevel=1
-Djavax.net.ssl.trustStore=/certificates/trust.p12
-Djavax.net.ssl.trustStorePassword=changeit
`,
      "node.properties": node!,
      "log.properties": log!,
      "config.properties": properties({ ...all, ...own }),
      [`catalog/${CLUSTER.catalog}.properties`]: properties(ICEBERG),
      [`catalog/${CLUSTER.virtualCatalog}.properties`]: properties({
        ...ICEBERG,
        "s3.endpoint": CLUSTER.named.store,
        "s3.path-style-access": "false",
      }),
      [`catalog/${CLUSTER.expiredCatalog}.properties`]: properties({
        ...ICEBERG,
        "iceberg.rest-catalog.uri": `${CLUSTER.expiredStore}/_iceberg`,
      }),
      "passwords.properties": await Deno.readTextFile(passwords),
      "access-control.properties": properties({
        "access-control.name": "file",
        "security.config-file": "/etc/trino/rules.json",
      }),
      "rules.json": JSON.stringify({
        catalogs: [
          {
            user: CLUSTER.reader,
            allow: "read-only",
          },
          { allow: "all" },
        ],
      }),
    };
    for (const [name, text] of Object.entries(files)) {
      await write(`${etc}/${name}`, text);
    }
  }
}

/** Settings of Spark's master, workers and drivers. */
async function writeSpark(dir: string) {
  await write(
    propertiesOf(dir),
    [
      "spark.authenticate true",
      `spark.authenticate.secret ${crypto.randomUUID()}`,
      "spark.executor.memory 640m",
      "spark.executor.cores 1",
      // One on each worker, so that two jobs find room.
      "spark.cores.max 2",
      "",
    ].join("\n"),
  );
}

const composeFile = (dir: string) => `${dir}/compose.json`;

/** Writes all that its containers read. */
async function writeCluster(dir: string): Promise<void> {
  const javaHome = await java(TRINO_JAVA);
  const parts = await standIns(dir);
  await writeCertificates(dir, javaHome);
  await writeTrino(dir, javaHome);
  await writeSpark(dir);
  const keys = {
    AWS_ACCESS_KEY_ID: CLUSTER.accessKey,
    AWS_SECRET_ACCESS_KEY: CLUSTER.secretKey,
  };
  const certificates = `${dir}/certificates:/certificates:ro`;
  const trino = (kind: "coordinator" | "worker") => ({
    image: IMAGES.trino,
    environment: { ...parts.trino!.environment, ...keys },
    volumes: [
      ...[...parts.trino!.volumes, certificates],
      `${dir}/etc-${kind}:/etc/trino:ro`,
    ],
    mem_limit: "2g",
  });
  const spark = (host: string, program: string, ...args: string[]) => ({
    image: IMAGES.spark,
    command: [
      ...["/opt/spark/bin/spark-class", `org.apache.spark.deploy.${program}`],
      ...["--host", host, "--properties-file", "/spark.properties", ...args],
    ],
    environment: { SPARK_DAEMON_MEMORY: "256m" },
    volumes: [
      ...parts["spark-worker"]!.volumes,
      `${propertiesOf(dir)}:/spark.properties:ro`,
    ],
    init: true,
    mem_limit: "3g",
  });
  const worker = (host: string) =>
    spark(
      host,
      "worker.Worker",
      ...["--cores", "4", "--memory", "3g", CLUSTER.master],
    );
  const services: Record<ClusterService, object> = {
    store: {
      image: IMAGES.minio,
      command: ["server", "--console-address", ":9001", "/data"],
      environment: {
        ...parts.minio!.environment,
        MINIO_ROOT_USER: CLUSTER.accessKey,
        MINIO_ROOT_PASSWORD: CLUSTER.secretKey,
        MINIO_LICENSE: "stand-in",
        VIRTUAL_HOST: "store.office.test",
        GATEWAY_NAMES: `${ADDRESSES.store},store.office.test`,
      },
      volumes: [
        ...[...parts.minio!.volumes, certificates],
        `${PROJECT_DIR}/tests/cluster/nginx.conf:/stand-in/nginx.conf:ro`,
      ],
      mem_limit: "2g",
    },
    trino: trino("coordinator"),
    "trino-worker-1": trino("worker"),
    "trino-worker-2": trino("worker"),
    "spark-master": spark(ADDRESSES["spark-master"], "master.Master"),
    "spark-worker-1": worker(ADDRESSES["spark-worker-1"]),
    "spark-worker-2": worker(ADDRESSES["spark-worker-2"]),
  };
  const placed = Object.entries(services).map(([name, service]) => [name, {
    ...service,
    extra_hosts: NAMES,
    networks: {
      office: { ipv4_address: ADDRESSES[name as ClusterService] },
    },
  }]);
  const office = { ipam: { config: [{ subnet: `${NETWORK}.0/24` }] } };
  await Deno.writeTextFile(
    composeFile(dir),
    JSON.stringify({
      name: PROJECT,
      services: Object.fromEntries(placed),
      networks: { office },
    }),
    { mode: 0o600 },
  );
}

/** Runs a compose command on the cluster. */
async function compose(dir: string, ...args: string[]): Promise<void> {
  const { compose: [command = "", ...words] } = await findEngine();
  const lines: string[] = [];
  const code = await run({
    command,
    args: [...words, "--file", composeFile(dir), ...args],
    onLine: (line) => lines.push(line),
  });
  if (code === 0) return;
  throw new Error(`compose ${args[0]}: ${lines.slice(-8).join("\n")}`);
}

/** Starts it; its servers may still be starting. */
export async function startCluster(dir: string): Promise<void> {
  await writeCluster(dir);
  await compose(dir, "up", "--detach");
}

/** Ends it, with all that it holds. */
export async function stopCluster(dir: string): Promise<void> {
  const isThere = await Deno.stat(composeFile(dir)).catch(() => undefined);
  if (isThere) await compose(dir, "down", "--volumes", "--timeout", "2");
}

/** Does something to the container of a service: `kill`, `start`, `stop`. */
export async function toService(
  service: ClusterService,
  what: "kill" | "start",
): Promise<void> {
  const { code, stderr } = await docker([what, `${PROJECT}-${service}-1`]);
  if (code !== 0) throw new Error(stderr);
}

/** The last lines of a service's log. */
export async function logOf(service: ClusterService): Promise<string> {
  const name = `${PROJECT}-${service}-1`;
  const { stdout, stderr } = await docker(["logs", "--tail", "400", name]);
  return stdout + stderr;
}
