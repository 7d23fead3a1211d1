import { containerProblem } from "../../lib/spark/container.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { checkOwner, COMPOSE_DIR, type Container } from "./compose.ts";

const container = (changes: Partial<Container> = {}): Container => ({
  id: "1",
  name: "docker-spark-1",
  service: "spark",
  state: "running",
  exitCode: 0,
  outOfMemory: false,
  published: {},
  folder: COMPOSE_DIR,
  ...changes,
});

Deno.test(".env.example names every variable of the Compose file, with its default", async () => {
  const read = (name: string) =>
    Deno.readTextFile(`${PROJECT_DIR}/docker/${name}`);
  const example = await read(".env.example");
  const variables = [
    ...(await read("docker-compose.yaml"))
      .matchAll(/\$\{(\w+)(?::-([^}]*)|:\?[^}]*)\}/g),
  ];
  assert(variables.length > 12);
  for (const [, name, fallback = ""] of variables) {
    const line = example.match(new RegExp(`^#?${name}=(.*)$`, "m"));
    assertEquals(line?.[1], fallback, name);
  }
});

Deno.test("containerProblem() tells one that is missing, ended or paused", () => {
  const problem = (changes: Partial<Container>) =>
    containerProblem("spark", container(changes));
  assertEquals(problem({}), undefined);
  assertEquals(
    containerProblem("spark", undefined),
    "there is no spark container",
  );
  assertEquals(
    problem({ state: "exited", exitCode: 137, outOfMemory: true }),
    "the container docker-spark-1 has ended with code 137, out of memory",
  );
  assertEquals(
    problem({ state: "paused" }),
    "the container docker-spark-1 is paused",
  );
});

Deno.test("checkOwner() refuses containers of a Compose file elsewhere, and takes those of a folder that is gone", async () => {
  const elsewhere = await Deno.makeTempDir();
  await checkOwner([
    container(),
    container({ folder: `${elsewhere}/moved/docker` }),
    container({ folder: "" }),
  ]);
  const link = `${elsewhere}/link`;
  await Deno.symlink(COMPOSE_DIR, link);
  await checkOwner([container({ folder: link })]);
  const error = await assertRejects(
    () => checkOwner([container({ folder: elsewhere })]),
    LakehouseError,
    `docker-spark-1 belongs to ${elsewhere}`,
  ) as LakehouseError;
  assert(error.next?.includes("LAKEHOUSE_PROJECT"), error.next);
  await Deno.remove(elsewhere, { recursive: true });
});
