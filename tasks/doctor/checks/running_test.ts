import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { withEnv } from "../../../tests/support/env.ts";
import { processVerdict, supervisorPid } from "./running.ts";

const service = (state: string, healthy = false) => ({
  name: "trino",
  title: "Trino",
  healthy,
  state,
  address: "127.0.0.1:9999",
  memory: undefined,
});

Deno.test("processVerdict() tells a process that runs from one that answers", () => {
  assertEquals(processVerdict(service("RUNNING", true), "").status, "passed");
  const silent = processVerdict(service("RUNNING"), "");
  assert(silent.status === "failed");
  assertStringIncludes(silent.text, "nothing answers on 127.0.0.1:9999");
  assertEquals(silent.effect, "trino is down");
  assertStringIncludes(
    processVerdict(service("STARTING"), "").text,
    "starting",
  );
});

Deno.test("processVerdict() finds the cause in the log of a process that ended", () => {
  const log = "java.net.BindException: Address already in use";
  const fatal = processVerdict(service("FATAL"), log);
  assertEquals(fatal.text, "its process is FATAL, its port is taken");
  const stopped = processVerdict(service("STOPPED"), log);
  assert(stopped.status === "failed");
  assertEquals(stopped.text, "its process is STOPPED");
  assertStringIncludes(stopped.next, "deno task up");
});

Deno.test("supervisorPid() believes no file that is older than its process", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await withEnv({ LAKEHOUSE_STATE: dir }, async () => {
      assertEquals(await supervisorPid(), undefined);
      await Deno.mkdir(`${dir}/local`);
      // This test's own process runs, and is no supervisor.
      for (const text of [String(Deno.pid), "4194305", "", "x"]) {
        await Deno.writeTextFile(`${dir}/local/supervisord.pid`, text);
        assertEquals(await supervisorPid(), undefined, text);
      }
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
