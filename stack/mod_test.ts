import { assertEquals, assertStringIncludes } from "@std/assert";
import { dockerEnv } from "../lib/core/settings.ts";
import { withEnv } from "../tests/env.ts";
import { chooseStack } from "./mod.ts";

/** Runs `body` where no stack is set, with what a running one has recorded. */
async function choosing(
  recorded: Record<string, string>,
  env: Record<string, string> = {},
) {
  const dir = await Deno.makeTempDir();
  try {
    if (Object.keys(recorded).length > 0) {
      await Deno.writeTextFile(`${dir}/stack.json`, JSON.stringify(recorded));
    }
    const { stack, reason } = await withEnv(
      { LAKEHOUSE_STATE: dir, STACK: "", MINIO_LICENSE: "any", ...env },
      () => chooseStack(),
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
    const [name, reason] = await choosing({}, { MINIO_LICENSE: "" });
    assertEquals(name, "local");
    assertStringIncludes(reason, "MINIO_LICENSE is not set");
  },
});

Deno.test("chooseStack() takes the local stack without Docker, and says so", async () => {
  const [name, reason] = await choosing({}, { PATH: "/nonexistent" });
  assertEquals(name, "local");
  assertStringIncludes(reason, "there is no docker command");
});

Deno.test("chooseStack() stays with the stack that runs, and says how to change", async () => {
  assertEquals(await choosing({ STACK: "docker" }), [
    "docker",
    "it is running",
  ]);
  const [name, reason] = await choosing({ STACK: "local" });
  assertEquals(name, "local");
  assertStringIncludes(reason, "deno task down, then deno task up");
});

Deno.test("chooseStack() takes the stack that is set", async () => {
  assertEquals(await choosing({}, { STACK: "remote" }), [
    "remote",
    "STACK is remote",
  ]);
});
