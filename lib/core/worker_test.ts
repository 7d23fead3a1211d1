import { assertRejects } from "@std/assert";
import { startWorker } from "./worker.ts";

const DIES = `data:text/javascript,
  self.onmessage = () => setTimeout(() => { throw new Error("dead") });`;

Deno.test("requests to a worker that is dead fail at once, and none waits for ever", async () => {
  using worker = startWorker<string, void>(new URL(DIES));
  await assertRejects(() => worker.ask("work").answer, Error, "dead");
  // As closing DuckDB does, whose worker may have died before.
  await assertRejects(() => worker.ask("close").answer, Error, "dead");
});
