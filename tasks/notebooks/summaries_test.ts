import { assertRejects } from "@std/assert";
import { runNotebooks } from "./summaries.ts";

Deno.test("runNotebooks() starts none once it was stopped between two", async () => {
  const signal = AbortSignal.abort(new Error("Stopped by the user"));
  await assertRejects(
    () => runNotebooks(["01"], { signal }),
    Error,
    "Stopped by the user",
  );
});
