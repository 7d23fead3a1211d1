import { assertEquals, assertRejects } from "@std/assert";
import { withEnv } from "../../tests/support/env.ts";
import { run } from "./process.ts";

Deno.test("run() hands over lines of both outputs and the exit code", async () => {
  const lines: string[] = [];
  const code = await run({
    command: "sh",
    args: ["-c", "echo one; echo two >&2; exit 3"],
    onLine: (line) => lines.push(line),
  });
  assertEquals(code, 3);
  assertEquals(lines.sort(), ["one", "two"]);
});

Deno.test("run() ends the program's children when the signal aborts", async () => {
  const controller = new AbortController();
  const mark = `30${Math.floor(Math.random() * 1e6)}`;
  const running = run({
    command: "sh",
    args: ["-c", `sleep ${mark} & sleep ${mark}`],
    signal: controller.signal,
  });
  setTimeout(() => controller.abort(new Error("enough")), 200);
  await assertRejects(() => running, Error, "enough");
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "args"] })
    .output();
  const left = new TextDecoder().decode(stdout).split("\n")
    .filter((line) => line.startsWith(`sleep ${mark}`));
  assertEquals(left, []);
});

Deno.test("run() starts nothing when the signal is aborted already", async () => {
  await assertRejects(
    () =>
      run({
        command: "false",
        args: [],
        signal: AbortSignal.abort(new Error("no")),
      }),
    Error,
    "no",
  );
});

Deno.test("run() feeds lines to stdin and closes it after the last", async () => {
  const lines: string[] = [];
  const code = await run({
    command: "sh",
    args: ["-c", "cat; echo end"],
    input: ReadableStream.from(["one", "two ü"]),
    onLine: (line) => lines.push(line),
  });
  assertEquals([code, lines], [0, ["one", "two ü", "end"]]);
});

Deno.test("run() ends with the program, whatever its input still does", async () => {
  const { promise: cancelled, resolve } = Promise.withResolvers<void>();
  const code = await run({
    command: "sh",
    args: ["-c", "exit 4"],
    input: new ReadableStream({ cancel: () => resolve() }),
  });
  assertEquals(code, 4);
  await cancelled;
});

Deno.test("run() kills the program and its children at once", async () => {
  const controller = new AbortController();
  const mark = `31${Math.floor(Math.random() * 1e6)}`;
  const started = performance.now();
  const code = await run({
    command: "sh",
    // Deaf to SIGTERM, which SIGKILL does not ask about.
    args: ["-c", `trap '' TERM; echo up; sleep ${mark} & sleep ${mark}`],
    kill: controller.signal,
    onLine: () => controller.abort(),
  });
  assertEquals(code === 0, false);
  assertEquals(performance.now() - started < 4_000, true);
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "args"] })
    .output();
  const left = new TextDecoder().decode(stdout).split("\n")
    .filter((line) => line.startsWith(`sleep ${mark}`));
  assertEquals(left, []);
});

Deno.test("run() keeps variables of the shell's that would lead a program astray to itself", async () => {
  const shell = {
    ...{ JAVA_TOOL_OPTIONS: "-Dx=y", PYTHONPATH: "/nowhere" },
    ...{ SPARK_CONF_DIR: "/nowhere", AWS_PROFILE: "other", SPARK_HOME: "/no" },
    ...{ PYSPARK_DRIVER_PYTHON: "jupyter", SPARK_MASTER: "local[1]" },
  };
  const lines: string[] = [];
  await withEnv(shell, () =>
    run({
      ...{ command: "env", args: [], env: { SPARK_HOME: "/meant" } },
      onLine: (line) => lines.push(line),
    }));
  const names = [...Object.keys(shell), "PATH", "HOME"];
  const passed = lines.filter((line) => names.includes(line.split("=")[0]!));
  assertEquals(
    passed.filter((line) => !/^(PATH|HOME)=/.test(line)).sort(),
    ["SPARK_HOME=/meant", "SPARK_MASTER=local[1]"],
  );
  assertEquals(passed.length, 4);
});
