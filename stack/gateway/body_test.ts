import { assertEquals, assertRejects } from "@std/assert";
import { readBody } from "./body.ts";
import { Refusal } from "./refusal.ts";

const post = (body: BodyInit | null) =>
  new Request("http://127.0.0.1/", { method: "POST", body });
const bytes = (size: number) => new Uint8Array(size);

async function statusOf(...args: Parameters<typeof readBody>): Promise<number> {
  return (await assertRejects(() => readBody(...args), Refusal)).status;
}

Deno.test("readBody() gives the whole body, and gives the room back", async () => {
  const room = { bytes: 10 };
  const body = ReadableStream.from([bytes(4), bytes(6)]);
  assertEquals(await readBody(post(body), { max: 10, room }), bytes(10));
  assertEquals(await readBody(post(null), { max: 10, room }), bytes(0));
  assertEquals(room.bytes, 10);
});

Deno.test("readBody() refuses what is too large, alone or together", async () => {
  const room = { bytes: 3 };
  assertEquals(await statusOf(post(bytes(5)), { max: 4 }), 413);
  assertEquals(await statusOf(post(bytes(4)), { max: 4, room }), 429);
  assertEquals(room.bytes, 3);
});

Deno.test("readBody() waits no longer than it may", async () => {
  const never = new ReadableStream<Uint8Array>({
    start: (to) => to.enqueue(bytes(1)),
  });
  assertEquals(await statusOf(post(never), { max: 9, timeout: 20 }), 408);
});

Deno.test("readBody() tells a body that broke off", async () => {
  const broken = new ReadableStream<Uint8Array>({
    pull: (to) => to.error(new Error("gone")),
  });
  assertEquals(await statusOf(post(broken), { max: 9 }), 400);
});

Deno.test("readBody() refuses the body of a GET, which nothing would read", async () => {
  for (
    const [name, value] of [["content-length", "3"], [
      "transfer-encoding",
      "chunked",
    ]]
  ) {
    const request = {
      method: "GET",
      headers: new Headers({ [name!]: value! }),
    };
    assertEquals(await statusOf(request as Request, { max: 9 }), 400);
  }
});
