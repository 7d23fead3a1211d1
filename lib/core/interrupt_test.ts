import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { LakehouseError } from "./errors.ts";
import { abortable, interruptSignal, withLimit } from "./interrupt.ts";

const MODULE = new URL("./interrupt.ts", import.meta.url).href;

/** Runs a program, sends SIGINT each time it prints "ready", and reads it. */
async function interrupted(
  code: string,
): Promise<{ output: string; code: number; signal: string | null }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--no-lock",
      `import { abortable, interruptSignal } from "${MODULE}";\n${code}`,
    ],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let output = "";
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += part;
    if (part.includes("ready")) child.kill("SIGINT");
  }
  const status = await child.status;
  return { output, code: status.code, signal: status.signal };
}

Deno.test("interruptSignal() aborts on SIGINT, and the next one is fresh", async () => {
  const { output, code } = await interrupted(`
    const signal = interruptSignal();
    setTimeout(() => console.log("ready"), 50);
    const timer = setTimeout(() => {}, 10_000);
    await abortable(new Promise(() => {}), signal)
      .catch((error) => console.log(error.name, error.message));
    clearTimeout(timer);
    console.log(signal.aborted, interruptSignal().aborted);
  `);
  assertEquals(
    output,
    "ready\nAbortError Stopped by the user\ntrue false\n",
  );
  assertEquals(code, 0);
});

Deno.test("a second SIGINT ends a program that does not stop", async () => {
  const { output, code } = await interrupted(`
    interruptSignal().addEventListener("abort", () => console.log("ready"));
    setTimeout(() => console.log("ready"), 50);
    setTimeout(() => console.log("too late"), 10_000);
  `);
  assertEquals(output, "ready\nready\n");
  assertEquals(code, 130);
});

Deno.test("the module listens outside a kernel only once it is asked", async () => {
  const { signal } = await interrupted(`
    setTimeout(() => console.log("ready"), 50);
    setTimeout(() => {}, 10_000);
  `);
  assertEquals(signal, "SIGINT");
});

Deno.test("withLimit() ends a step that takes too long and names it", async () => {
  const signal = withLimit(interruptSignal(), 20, "The query");
  // Like a pending request, it keeps the program running; the limit does not.
  const pending = setTimeout(() => {}, 10_000);
  const error = await assertRejects(
    () => abortable(new Promise(() => {}), signal),
    LakehouseError,
    "The query took longer than 20 ms",
  );
  clearTimeout(pending);
  assertEquals(error.name, "TimeoutError");
});

Deno.test("withLimit() of months is no limit of a moment", async () => {
  const signal = withLimit(undefined, 2 ** 31);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(signal.aborted, false);
});

Deno.test("withLimit() passes on the reason of its signal", () => {
  const controller = new AbortController();
  const signal = withLimit(controller.signal, 60_000);
  controller.abort(new Error("stopped"));
  assertStringIncludes(String(signal.reason), "stopped");
});

Deno.test("abortable() gives the promise's result and its error", async () => {
  const { signal } = new AbortController();
  assertEquals(await abortable(Promise.resolve(1), signal), 1);
  await assertRejects(
    () => abortable(Promise.reject(new TypeError("no")), signal),
    TypeError,
  );
});

Deno.test("abortable() does not wait when the signal has aborted", async () => {
  await assertRejects(
    () => abortable(new Promise(() => {}), AbortSignal.abort(new Error("x"))),
    Error,
    "x",
  );
});
