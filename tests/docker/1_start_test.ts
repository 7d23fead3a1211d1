import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { dockerEnv, PROJECT_DIR, stateDir } from "../../lib/core/settings.ts";
import { containers } from "../../stack/docker/compose.ts";
import {
  docker,
  engineProblem,
  findEngine,
} from "../../stack/docker/engine.ts";
import { chooseStack } from "../../stack/mod.ts";
import { withEnv } from "../support/env.ts";
import { containerOf, refused, task, up, wrong } from "./lane.ts";

const decoder = new TextDecoder();

Deno.test({
  name: "the Compose file alone is the project docker on the network lakehouse",
  // The older one reads the file too, but prints it in a way of its own.
  ignore: (await findEngine()).composeVersion.startsWith("1."),
  fn: composeFileAlone,
});

interface Service {
  image: string;
  mem_limit?: string;
  healthcheck?: unknown;
  depends_on?: unknown;
  ports?: { host_ip: string; published: string }[];
  volumes?: { type: string; bind?: { selinux?: string } }[];
}

async function composeFileAlone(): Promise<void> {
  const { stdout, stderr } = await new Deno.Command("docker", {
    args: ["compose", "--profile", "*", "config", "--format", "json"],
    cwd: `${PROJECT_DIR}/docker`,
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: Deno.env.get("HOME") ?? "",
      DOCKER_CONFIG: Deno.env.get("DOCKER_CONFIG") ?? "",
      MINIO_LICENSE: "any",
    },
  }).output();
  assertEquals(decoder.decode(stderr), "");
  const { name, networks, services, volumes } = JSON.parse(
    decoder.decode(stdout),
  );
  assertEquals(name, "docker");
  assertEquals(networks.lakehouse.name, "lakehouse");
  assertEquals(Object.keys(volumes).sort(), [
    "minio-data",
    "seaweedfs-data",
    "spark-work",
  ]);
  const all = Object.values<Service>(services);
  const ports = all.flatMap(({ ports }) => ports ?? []);
  const published = ports.map(({ published }) => published);
  assertEquals(published.sort(), ["9000", "9000", "9001", "9002", "9999"]);
  assert(ports.every(({ host_ip }) => host_ip === "127.0.0.1"));
  for (
    const { image, mem_limit, healthcheck, depends_on, volumes = [] } of all
  ) {
    assertMatch(image, /:.*\d/);
    assert(Number(mem_limit) > 0, image);
    // What an image ships is not known, and one store of two is there.
    assertEquals([healthcheck, depends_on], [undefined, undefined]);
    const binds = volumes.filter(({ type }) => type === "bind");
    assert(binds.every(({ bind }) => bind?.selinux === "z"), image);
  }
  const { environment, command } = services.seaweedfs;
  assert(!command.join().includes(environment.AWS_SECRET_ACCESS_KEY));
}

Deno.test("up without a choice takes Docker, since a licence is set and the engine answers", async () => {
  const LAKEHOUSE_STATE = await Deno.makeTempDir();
  try {
    const { stack, reason } = await withEnv(
      { STACK: "", LAKEHOUSE_STATE },
      () => chooseStack(),
    );
    assertEquals(stack.name, "docker");
    assertStringIncludes(reason, "a licence is set and Docker");
  } finally {
    await Deno.remove(LAKEHOUSE_STATE);
  }
});

Deno.test({
  name:
    "up without a licence starts nothing and names the file and the way out",
  ignore: dockerEnv().MINIO_LICENSE !== undefined,
  fn: async () => {
    await refused(
      { MINIO_LICENSE: "" },
      "MINIO_LICENSE is not set",
      "docker/.env",
      "deno task up --stack docker --store seaweedfs",
      "deno task up --stack local",
    );
    assertEquals(await containers(), []);
  },
});

Deno.test("an engine that does not answer is named, with the way to start it", async () => {
  const DOCKER_HOST = `unix://${stateDir()}/no.sock`;
  const sentence = "Cannot use Docker: its engine is not running";
  await refused({ DOCKER_HOST }, sentence, "systemctl start docker");
  // A command that asks for the containers must not take silence for none.
  const status = await task("status", [], { env: { DOCKER_HOST } });
  assertEquals(status.code, 1);
  assertStringIncludes(status.text, sentence);
});

Deno.test("a user who may not use the socket is told how to get there", async () => {
  const { stderr } = await new Deno.Command("setpriv", {
    args: ["--reuid=65534", "--regid=65534", "--clear-groups", "docker", "ps"],
    env: { DOCKER_CONFIG: "/nonexistent" },
  }).output();
  const { message } = engineProblem(decoder.decode(stderr));
  assertStringIncludes(message, "may not talk to the engine's socket");
  assertStringIncludes(message, "usermod -aG docker");
});

Deno.test("a machine without docker, or without Compose, is told what to install", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await refused({ PATH: dir }, "there is no docker command");
    // Compose comes as a plugin in many places; this docker has it in none.
    const real = decoder.decode(
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
  const { ports, ...others } = await wrong();
  assertStringIncludes(ports ?? "", `29999 is taken by deno`);
  assertStringIncludes(ports ?? "", "TRINO_PORT=");
  assertEquals(Object.keys(others), ["docker stack"]);
  assertStringIncludes(
    others["docker stack"] ?? "",
    "next: deno task up --stack docker",
  );
});

Deno.test("a server in safe mode is told from one that serves", async () => {
  await refused(
    { MINIO_LICENSE: "expired" },
    "MinIO AIStor runs, but denies requests",
    "put a valid MINIO_LICENSE into docker/.env",
  );
  const { licensed } = await wrong();
  assertStringIncludes(
    licensed ?? "",
    "as AIStor does without a valid licence",
  );
});

Deno.test("a container that ends at its start is named with its log", async () => {
  await refused(
    { TRINO_IMAGE: "lakehouse-test-minio" },
    "Cannot start trino",
    "has ended with code 64; its log ends",
    "usage: server",
    "Next: deno task logs trino",
  );
});

Deno.test("an image that cannot be pulled is named, with the variable to set", async () => {
  // The container that ended before is still there, and not the cause.
  await refused(
    { TRINO_IMAGE: "registry.invalid/trino:1" },
    "Cannot pull an image from registry.invalid",
    "TRINO_IMAGE",
  );
});

Deno.test("a container that runs without what it is for is named", async () => {
  const { services } = JSON.parse(
    await Deno.readTextFile(Deno.env.get("LAKEHOUSE_COMPOSE_FILE")!),
  );
  // Its spark-submit is mounted.
  delete services.spark;
  const LAKEHOUSE_COMPOSE_FILE = `${stateDir()}/compose.no-spark.json`;
  await Deno.writeTextFile(
    LAKEHOUSE_COMPOSE_FILE,
    JSON.stringify({ services }),
  );
  await refused(
    { LAKEHOUSE_COMPOSE_FILE },
    "Cannot start spark",
    "its image has no /opt/spark/bin/spark-submit",
    "Next: deno task logs spark",
  );
});

Deno.test("a container's folders are opened where umask 077 closed them", async () => {
  const folder = `${PROJECT_DIR}/docker/trino`;
  const closed = [folder, `${folder}/jvm.config`];
  const modes = closed.map((path) => Deno.statSync(path).mode! & 0o777);
  for (const path of closed) Deno.chmodSync(path, 0o700);
  try {
    const { text } = await task("up", ["--stack", "docker"], {
      stopAt: "minio is healthy",
    });
    assertStringIncludes(text, `${folder} was closed to the containers' users`);
    const found = closed.map((path) => Deno.statSync(path).mode! & 0o777);
    assertEquals(found, [0o705, 0o704]);
  } finally {
    closed.forEach((path, i) => Deno.chmodSync(path, modes[i]!));
  }
});

Deno.test("Ctrl+C ends up, and stops what it has started", async () => {
  const { code, text } = await task("up", ["--stack", "docker"], {
    stopAt: "minio is healthy",
  });
  assertEquals(code, 130, text);
  assertStringIncludes(text, "Stopped by the user");
  const states = (await containers()).map(({ state }) => state);
  assert(states.length > 0 && !states.includes("running"), states.join());
});

Deno.test("up mends what the failures left, and every container is healthy", async () => {
  await up();
  // A check of the image's own, which lacks a tool: nobody asks it.
  const { id } = await containerOf("trino");
  const format = "{{.State.Health.Status}}";
  const { stdout } = await docker(["inspect", "--format", format, id]);
  assertEquals(stdout, "unhealthy");
  for (const service of ["minio", "trino"] as const) {
    const { id } = await containerOf(service);
    for (const tool of ["sh", "curl", "wget", "grep", "cat"]) {
      const { code, stdout, stderr } = await docker(["exec", id, tool]);
      const said = stdout + stderr;
      assert(code !== 0 && /not found|no such file/.test(said), said);
    }
  }
  const status = await task("status");
  assertEquals(status.code, 0, status.text);
  for (const service of ["minio", "trino", "spark"]) {
    assert(new RegExp(`✓ ${service} +healthy`).test(status.text), status.text);
  }
  const logs = await task("logs", ["trino", "--lines", "5"]);
  assertEquals(logs.text.trim().split("\n").length, 5);
});

Deno.test("up on a running stack changes nothing", async () => {
  const { id } = await containerOf("trino");
  await up();
  assertEquals((await containerOf("trino")).id, id);
});
