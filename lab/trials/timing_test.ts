import { assert, assertEquals, assertRejects } from "@std/assert";
import { timeEach } from "./timing.ts";

const pause = (ms: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, ms));

Deno.test("timeEach() takes turns, and the first does not count", async () => {
  const calls: string[] = [];
  let isFirst = true;
  const [slow, quick] = await timeEach({
    slow: async () => {
      calls.push("slow");
      await pause(60);
    },
    quick: async () => {
      calls.push("quick");
      if (isFirst) await pause(2_000);
      isFirst = false;
    },
  }, { turns: 2 });
  assertEquals(calls.join(" "), "slow quick slow quick slow quick");
  assert(slow!.seconds >= 0.055, String(slow!.seconds));
  assert(quick!.seconds < 1, String(quick!.seconds));
});

Deno.test("timeEach() gives the median, not what one slow turn makes of it", async () => {
  const waits = [0, 3_000, 0];
  const [timing] = await timeEach(
    { it: () => pause(waits.shift()!) },
    { warmUp: 0 },
  );
  assert(timing!.seconds < 1.5, String(timing!.seconds));
});

Deno.test("timeEach() fails with what fails", async () => {
  await assertRejects(
    () => timeEach({ it: () => Promise.reject(new Error("no")) }),
    Error,
    "no",
  );
});
