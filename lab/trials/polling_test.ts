import { assertEquals, assertRejects } from "@std/assert";
import { during } from "./polling.ts";

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("during() looks until the work has ended", async () => {
  let state = "old";
  const work = (async () => {
    await later(30);
    state = "new";
    await later(30);
  })();
  const seen = await during(work, () => Promise.resolve(state));
  assertEquals([...new Set(seen)], ["old", "new"]);
});

Deno.test("during() looks once at work that has ended already", async () => {
  const seen = await during(Promise.resolve(), () => Promise.resolve(1));
  assertEquals(seen, [1]);
});

Deno.test("during() throws what the work throws, when the action is done", async () => {
  let actions = 0;
  const action = async () => {
    await later(20);
    actions++;
  };
  await assertRejects(
    () => during(Promise.reject(new Error("no space")), action),
    Error,
    "no space",
  );
  assertEquals(actions, 1);
});

Deno.test("during() throws what the action throws, when the work is done", async () => {
  let isDone = false;
  const work = later(20).then(() => isDone = true);
  await assertRejects(
    () => during(work, () => Promise.reject(new Error("no table"))),
    Error,
    "no table",
  );
  assertEquals(isDone, true);
});
