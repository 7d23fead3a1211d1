import { assertEquals, assertThrows } from "@std/assert";
import { withEnv } from "../tests/support/env.ts";
import { LakehouseError } from "../lib/core/errors.ts";
import { type RunningStack, runningStack } from "../lib/core/running_stack.ts";
import { forgetStack, recordStack } from "./record.ts";
import { settings } from "../lib/core/settings.ts";

const RECORD: RunningStack = {
  stack: "local",
  settings: { TRINO_URI: "http://127.0.0.1:1234" },
  ports: { TRINO_PORT: 1234 },
  spark: {
    command: ["/usr/bin/spark-submit"],
    jobs: "/app/spark",
    jars: [],
    driverOptions: [],
    env: {},
  },
};

async function inNewState(body: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await withEnv(
      { LAKEHOUSE_STATE: dir, TRINO_URI: "", STACK: "" },
      () => body(dir),
    );
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("recordStack() is what runningStack() and settings() read, until it is forgotten", async () => {
  await inNewState(async (dir) => {
    assertEquals(runningStack(), undefined);
    await recordStack(RECORD);
    assertEquals(runningStack(), RECORD);
    assertEquals(settings().trinoUri, "http://127.0.0.1:1234");
    assertEquals(settings().stack, "local");
    const names = [...Deno.readDirSync(dir)].map(({ name }) => name);
    assertEquals(names, ["stack.json"]);
    await forgetStack();
    await forgetStack();
    assertEquals(runningStack(), undefined);
  });
});

Deno.test("runningStack() says what mends a record that is damaged or of another version", async () => {
  await inNewState(async (dir) => {
    for (const text of ['{"stack": "loc', "null", '{"STACK": "local"}']) {
      await Deno.writeTextFile(`${dir}/stack.json`, text);
      const error = assertThrows(() => settings(), LakehouseError);
      assertEquals(error.next, "deno task up, which writes it anew");
    }
  });
});
