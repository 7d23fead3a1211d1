import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreaterOrEqual,
  assertLessOrEqual,
  assertRejects,
} from "@std/assert";
import { LakehouseError } from "../../lib/core/errors.ts";
import { memoryOf, processTree } from "./proc.ts";
import { measure, saidIn } from "./process.ts";

const MB = 1024 * 1024;

/** Python that fills so many megabytes and then waits. */
const fill = (megabytes: number, seconds: number) =>
  `import time; x = b"x" * ${megabytes} * ${MB}; time.sleep(${seconds})`;

Deno.test("measure() finds the memory of a program that is over in no time", async () => {
  const { rss, wall } = await measure({
    ...{ name: "python", command: "python3", args: ["-c", fill(200, 0.2)] },
  });
  assertAlmostEquals(rss / MB, 210, 15);
  assertGreaterOrEqual(wall, 0.2);
});

Deno.test("measure() adds up a program and what it started", async () => {
  const { rss } = await measure({
    name: "bash",
    command: "bash",
    args: [
      "-c",
      `python3 -c '${fill(100, 1)}' & python3 -c '${fill(100, 1)}' & wait`,
    ],
  });
  assertAlmostEquals(rss / MB, 222, 25);
});

Deno.test("measure() counts processor time, not waiting", async () => {
  const busy = await measure({
    name: "busy",
    command: "python3",
    args: [
      "-c",
      "import time\nwhile time.process_time() < 0.7: pass",
    ],
  });
  assertGreaterOrEqual(busy.cpu, 0.6);
  assertLessOrEqual(busy.cpu, 0.85);
  const idle = await measure({
    ...{ name: "sleep", command: "sleep", args: ["0.7"] },
  });
  assertLessOrEqual(idle.cpu, 0.1);
});

Deno.test("measure() takes what the program says of itself", async () => {
  const { said } = await measure({
    name: "echo",
    command: "echo",
    args: ['a line\n{"bench": {"seconds": 1.5, "rows": 3}}\nanother'],
  });
  assertEquals(said, { seconds: 1.5, rows: 3 });
  assertEquals(saidIn('{"ingest": {}}'), undefined);
});

Deno.test("measure() fails with the last lines of a program that fails", async () => {
  const error = await assertRejects(
    () =>
      measure({
        name: "the peer",
        command: "bash",
        args: ["-c", "echo it broke >&2; exit 3"],
      }),
    LakehouseError,
    "the peer ended with code 3",
  );
  assert(error.message.includes("it broke"), error.message);
});

Deno.test("a process that is gone has no memory and no children", () => {
  assertEquals(memoryOf(2 ** 22 + 1), { now: 0, most: 0 });
  assertEquals(processTree(2 ** 22 + 1), [2 ** 22 + 1]);
});
