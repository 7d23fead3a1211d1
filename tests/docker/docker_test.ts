import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  dockerEnv,
  PROJECT_DIR,
  settings,
  stateDir,
} from "../../lib/config.ts";
import { submitIngest } from "../../lib/spark.ts";
import { sparkSession } from "../../lib/spark_session.ts";
import { stagedFiles } from "../../lib/staging.ts";
import { containers } from "../../lib/stack/docker/compose.ts";
import {
  docker,
  engineProblem,
  findEngine,
} from "../../lib/stack/docker/engine.ts";
import { notebookPaths, runNotebook } from "../../lib/stack/notebooks.ts";
import { query } from "../../lib/trino.ts";
import { ensureTrinoCatalog } from "../../lib/trino_catalog.ts";

const PROJECT = "lakehouse-test";

interface Ended {
  code: number;
  text: string;
}

async function task(
  name: string,
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${PROJECT_DIR}/tasks/${name}.ts`, ...args],
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

const up = (env: Record<string, string> = {}) =>
  task("up", ["--stack", "docker"], env);

async function containerOf(service: string) {
  const found = (await containers()).find((one) => one.service === service);
  assert(found, `no ${service} container`);
  return found;
}

async function refused(
  env: Record<string, string>,
  ...sentences: string[]
): Promise<void> {
  const { code, text } = await up(env);
  assertEquals(code, 1, text);
  for (const sentence of sentences) assertStringIncludes(text, sentence);
}

/** Command lines of all that runs in the spark container. */
async function sparkProcesses(): Promise<string> {
  const { id } = await containerOf("spark");
  const { code, stdout, stderr } = await docker(["top", id, "-eo", "pid,args"]);
  assertEquals(code, 0, stderr);
  return stdout;
}

const count = async () =>
  (await query("SELECT count(*) AS n FROM taxi_trips")).first.n;

Deno.test({
  name: "the Compose file alone is the project docker on the network lakehouse",
  // The older one reads the file too, but prints it in a way of its own.
  ignore: (await findEngine()).composeVersion.startsWith("1."),
  fn: composeFileAlone,
});

async function composeFileAlone(): Promise<void> {
  const { stdout, stderr } = await new Deno.Command("docker", {
    args: ["compose", "config", "--format", "json"],
    cwd: `${PROJECT_DIR}/docker`,
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: Deno.env.get("HOME") ?? "",
      DOCKER_CONFIG: Deno.env.get("DOCKER_CONFIG") ?? "",
      MINIO_LICENSE: "any",
    },
  }).output();
  const decoder = new TextDecoder();
  assertEquals(decoder.decode(stderr), "");
  const { name, networks, services, volumes } = JSON.parse(
    decoder.decode(stdout),
  );
  assertEquals(name, "docker");
  assertEquals(networks.lakehouse.name, "lakehouse");
  assertEquals(Object.keys(volumes), ["minio-data", "spark-work"]);
  const ports = Object.values(services).flatMap((service) =>
    (service as { ports?: { host_ip: string; published: string }[] }).ports ??
      []
  );
  assertEquals(ports.map(({ published }) => published).sort(), [
    "9000",
    "9001",
    "9999",
  ]);
  assert(ports.every(({ host_ip }) => host_ip === "127.0.0.1"));
}

Deno.test({
  name:
    "up without a licence starts nothing and names the file and the way out",
  ignore: dockerEnv().MINIO_LICENSE !== undefined,
  fn: async () => {
    await refused(
      { MINIO_LICENSE: "" },
      "MINIO_LICENSE is not set",
      "docker/.env",
      "deno task up --stack local",
    );
    assertEquals(await containers(), []);
  },
});

Deno.test("an engine that does not answer is named, with the way to start it", async () => {
  await refused(
    { DOCKER_HOST: `unix://${stateDir()}/no.sock` },
    "Cannot use Docker: its engine is not running",
    "systemctl start docker",
  );
});

Deno.test("a user who may not use the socket is told how to get there", async () => {
  const { stderr } = await new Deno.Command("setpriv", {
    args: ["--reuid=65534", "--regid=65534", "--clear-groups", "docker", "ps"],
    env: { DOCKER_CONFIG: "/nonexistent" },
  }).output();
  const { message } = engineProblem(new TextDecoder().decode(stderr));
  assertStringIncludes(message, "may not talk to the engine's socket");
  assertStringIncludes(message, "usermod -aG docker");
});

Deno.test("a machine without docker, or without Compose, is told what to install", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await refused({ PATH: dir }, "there is no docker command");
    // Compose comes as a plugin in many places; this docker has it in none.
    const real = new TextDecoder().decode(
      (await new Deno.Command("sh", { args: ["-c", "command -v docker"] })
        .output()).stdout,
    ).trim();
    await Deno.writeTextFile(
      `${dir}/docker`,
      `#!/bin/sh
if [ "$1" = compose ]; then
  echo "docker: 'compose' is not a docker command." >&2
  exit 1
fi
exec ${real} "$@"
`,
      { mode: 0o755 },
    );
    await Deno.symlink("/bin/sh", `${dir}/sh`);
    await refused({ PATH: dir }, "docker-compose-plugin");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("a port that another program has is named before anything starts", async () => {
  using _taken = Deno.listen({ hostname: "127.0.0.1", port: 29999 });
  await refused({}, "Cannot start on port 29999", "TRINO_PORT");
  assertEquals(await containers(), []);
});

Deno.test("an image that cannot be pulled is named, with the variable to set", async () => {
  await refused(
    { TRINO_IMAGE: "registry.invalid/trino:1" },
    "Cannot pull an image",
    "TRINO_IMAGE",
  );
});

Deno.test("a server in safe mode is told from one that serves", async () => {
  await refused(
    { MINIO_LICENSE: "expired" },
    "MinIO AIStor runs, but denies requests",
    "MINIO_LICENSE",
  );
});

Deno.test("a container that ends at its start is named with its log", async () => {
  await refused(
    { TRINO_IMAGE: "lakehouse-test-minio" },
    "Cannot start trino",
    "has ended with code 64; its log ends",
    "usage: server",
  );
});

Deno.test("up mends what the failures left, and every container is healthy", async () => {
  const { code, text } = await up();
  assertEquals(code, 0, text);
  const status = await task("status");
  assertEquals(status.code, 0, status.text);
  for (const service of ["minio", "trino", "spark"]) {
    assert(new RegExp(`✓ ${service} +healthy`).test(status.text), status.text);
  }
  const logs = await task("logs", ["trino", "--lines", "5"]);
  assertEquals(logs.text.trim().split("\n").length, 5);
});

for (const number of ["01", "02", "03", "04", "05"]) {
  Deno.test(`notebook ${number} runs unchanged`, async () => {
    const [path] = await notebookPaths([number]);
    const { fault, path: executed } = await runNotebook(path!);
    assertEquals(fault, undefined);
    const text = await Deno.readTextFile(executed);
    assert(!text.includes(settings().secretKey), "a secret in an output");
    if (number === "01") {
      // Which name is used where.
      assertStringIncludes(text, "http://minio:9000");
      assertStringIncludes(text, "http://localhost:29000");
    }
  });
}

Deno.test("the doctor finds nothing wrong", async () => {
  const { code, text } = await task("doctor", ["--stack", "docker"]);
  assertEquals(code, 0, text);
  assert(!text.includes("✗"), text);
});

Deno.test("no secret is on a command line in the containers", async () => {
  const looks: Promise<string>[] = [];
  await submitIngest({ onProgress: () => looks.push(sparkProcesses()) });
  const commands = (await Promise.all(looks)).join("\n");
  assertStringIncludes(commands, "ingest.py");
  assert(!commands.includes(settings().secretKey));
  const { stdout, stderr } = await docker([
    "logs",
    (await containerOf("trino")).id,
  ]);
  assert(!(stdout + stderr).includes(settings().secretKey));
});

Deno.test("an abort ends the job inside the container, and the table stays", async () => {
  await ensureTrinoCatalog();
  const before = await count();
  const stop = new AbortController();
  let stopped = 0;
  const error = await submitIngest({
    signal: stop.signal,
    onProgress: () => {
      stopped ||= performance.now();
      stop.abort(new Error("stopped by the test"));
    },
  }).then(() => undefined, (error) => error);
  assertEquals(error?.message, "stopped by the test");
  const seconds = (performance.now() - stopped) / 1000;
  assert(seconds < 8, `${seconds} s`);
  const left = await sparkProcesses();
  assertStringIncludes(left, "sleep infinity");
  assert(!left.includes("ingest.py"), left);
  assertEquals(await count(), before);
});

Deno.test("a Spark session answers from the container, and a kill leaves none of it", async () => {
  const spark = await sparkSession({ name: "lane" });
  const { rows } = await spark.sql("SELECT count(*) AS n FROM taxi_trips");
  assertEquals(rows[0]?.n, 50_000n);
  assertStringIncludes(await sparkProcesses(), "session.py");
  await spark.kill();
  const left = await sparkProcesses();
  assert(!left.includes("session.py"), left);
});

Deno.test("a spark container killed in the middle is named, and up mends it", async () => {
  const { id } = await containerOf("spark");
  let killed: Promise<unknown> | undefined;
  const error = await submitIngest({
    onProgress: () => {
      killed ??= docker(["kill", id]);
    },
  }).then(() => undefined, (error) => error);
  await killed;
  assertStringIncludes(error?.message ?? "", "has ended with code 137");
  assertStringIncludes(error?.message ?? "", "deno task up");
  const status = await task("status");
  assertEquals(status.code, 1);
  assert(/✗ spark +exited/.test(status.text), status.text);
  assertEquals((await up()).code, 0);
  assertEquals((await submitIngest()).rows, 50_000);
});

Deno.test("a spark container that was removed is named, and up makes it anew", async () => {
  await docker(["rm", "--force", (await containerOf("spark")).id]);
  const error = await submitIngest().then(() => undefined, (error) => error);
  assertStringIncludes(error?.message ?? "", "there is no spark container");
  assertStringIncludes(error?.message ?? "", "deno task up");
  assertEquals((await up()).code, 0);
});

Deno.test("a Trino killed in the middle of a query is named, and up mends it", async () => {
  const { id } = await containerOf("trino");
  let killed: Promise<unknown> | undefined;
  const error = await query(
    "SELECT count(*) FROM UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 10000)) b(y), UNNEST(sequence(1, 1000)) c(z)",
    { onProgress: () => killed ??= docker(["kill", id]) },
  ).then(() => undefined, (error) => error);
  await killed;
  assertStringIncludes(error?.message ?? "", "Cannot reach Trino");
  assertStringIncludes(error?.message ?? "", "deno task");
  assertEquals((await up()).code, 0);
  await ensureTrinoCatalog();
  assertEquals(await count(), 50_000n);
});

Deno.test("a minio container that was removed is named, and up brings the data back", async () => {
  await docker(["rm", "--force", (await containerOf("minio")).id]);
  const status = await task("status");
  assert(/✗ minio +missing/.test(status.text), status.text);
  const error = await stagedFiles().then(() => undefined, (error) => error);
  assertStringIncludes(error?.message ?? "", "deno task up");
  assertEquals((await up()).code, 0);
  await ensureTrinoCatalog();
  assertEquals(await count(), 50_000n);
});

Deno.test("containers are found under the names of the older Compose", async () => {
  for (const { id, service } of await containers()) {
    await docker(["rename", id, `${PROJECT}_${service}_1`]);
  }
  assertEquals((await task("status")).code, 0);
  assertEquals((await submitIngest()).rows, 50_000);
});

Deno.test("down keeps the data, and up counts it again", async () => {
  const down = await task("down");
  assertEquals(down.code, 0, down.text);
  assertEquals(await containers(), []);
  assertEquals((await up()).code, 0);
  await ensureTrinoCatalog();
  assertEquals(await count(), 50_000n);
});

Deno.test("down --clean removes this project's containers, volumes and network only", async () => {
  const foreign = "lakehouse-foreign";
  await docker(["volume", "create", foreign]);
  try {
    const { code, text } = await task("down", ["--clean"]);
    assertEquals(code, 0, text);
    assertEquals(await containers(), []);
    const volumes = (await docker(["volume", "ls", "--quiet"])).stdout;
    assert(!volumes.includes(PROJECT), volumes);
    assertStringIncludes(volumes, foreign);
    const networks = await docker(["network", "ls", "--format", "{{.Name}}"]);
    assert(!networks.stdout.split("\n").includes(PROJECT));
  } finally {
    await docker(["volume", "rm", foreign]);
  }
});
