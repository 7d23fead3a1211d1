import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { LakehouseError } from "../lib/core/errors.ts";
import { type StackName } from "../lib/core/running_stack.ts";
import { recordStack } from "./record.ts";
import { dockerEnv } from "../lib/core/settings.ts";
import { withEnv } from "../tests/support/env.ts";
import { chooseStack } from "./mod.ts";

/** Runs `body` where no stack is set, or where one runs. */
async function choosing(
  running?: StackName,
  env: Record<string, string> = {},
) {
  const dir = await Deno.makeTempDir();
  try {
    const { stack, reason } = await withEnv(
      {
        ...{ LAKEHOUSE_STATE: dir, STACK: "", STORE: "" },
        ...{ MINIO_LICENSE: "any", ...env },
      },
      async () => {
        if (running) {
          const spark = {
            ...{ command: ["spark-submit"], jobs: "", jars: [] },
            ...{ driverOptions: [], env: {} },
          };
          const none = { settings: {}, ports: {} };
          await recordStack({ stack: running, spark, ...none });
        }
        return await chooseStack();
      },
    );
    return [stack.name, reason] as const;
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test({
  name: "chooseStack() takes the local stack without a licence, and says so",
  ignore: dockerEnv().MINIO_LICENSE !== undefined,
  fn: async () => {
    const [name, reason] = await choosing(undefined, { MINIO_LICENSE: "" });
    assertEquals(name, "local");
    assertStringIncludes(reason, "MINIO_LICENSE is not set");
  },
});

Deno.test("chooseStack() takes the local stack without Docker, and says so", async () => {
  const [name, reason] = await choosing(undefined, { PATH: "/nonexistent" });
  assertEquals(name, "local");
  assertStringIncludes(reason, "there is no docker command");
});

Deno.test("chooseStack() stays with the stack that runs, and says how to change", async () => {
  assertEquals(await choosing("docker"), [
    "docker",
    "it is running",
  ]);
  const [name, reason] = await choosing("local");
  assertEquals(name, "local");
  assertStringIncludes(reason, "deno task down, then deno task up");
});

Deno.test("chooseStack() takes the stack that is set", async () => {
  assertEquals(await choosing(undefined, { STACK: "remote" }), [
    "remote",
    "STACK is remote",
  ]);
});

Deno.test("chooseStack() takes Docker's for a store that needs no licence", async () => {
  const env = { MINIO_LICENSE: "", STORE: "seaweedfs", PATH: "/nonexistent" };
  const [name, reason] = await choosing(undefined, env);
  assertEquals(name, "local");
  assertStringIncludes(reason, "STORE is seaweedfs, but: Cannot use Docker");
  const { stack } = await chooseStack(undefined, "seaweedfs");
  assertEquals(stack.name, "docker");
  await assertRejects(
    () => chooseStack("local", "seaweedfs"),
    LakehouseError,
    "Cannot choose a store of the local stack",
  );
});
