import { assert, assertEquals } from "@std/assert";
import { goodRequests } from "../../tests/attacks/clients.ts";
import { type Attack, attacksOn } from "../../tests/attacks/mutations.ts";
import { spellingsOf } from "../../tests/attacks/spellings.ts";
import { begin, idle, many } from "../../tests/attacks/connections.ts";
import { sendRaw } from "../../tests/attacks/wire.ts";
import { type Gateway, startGateway } from "./gateway.ts";

const KEYS = {
  accessKey: "lakehouse-writer",
  secretKey: "a secret that shows nowhere",
};

interface Forwarded {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** A gateway before a backend that writes down what reaches it. */
async function withGateway(
  test: (
    gateway: Gateway,
    forwarded: Forwarded[],
    lines: string[],
  ) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  await Deno.writeTextFile(
    `${dir}/state.json`,
    JSON.stringify([{ name: "trips", bucket: "trips" }]),
  );
  const forwarded: Forwarded[] = [];
  const lines: string[] = [];
  const backend = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async ({ method, url, headers, body }) => {
      const { pathname, search } = new URL(url);
      const text = await new Response(body).text();
      forwarded.push({
        method,
        path: pathname + search,
        headers: Object.fromEntries(headers),
        body: text,
      });
      return Response.json({ defaults: {}, overrides: {}, endpoints: [] });
    },
  );
  const gateway = await startGateway({
    port: 0,
    backend: `http://127.0.0.1:${backend.addr.port}`,
    s3: "http://127.0.0.1:1",
    state: `${dir}/state.json`,
    ...KEYS,
    region: "us-east-1",
    log: (line) => lines.push(line),
  });
  try {
    await test(gateway, forwarded, lines);
  } finally {
    await gateway.shutdown();
    await backend.shutdown();
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("the gateway lets in what the clients send", () =>
  withGateway(async ({ port }, forwarded) => {
    const goods = goodRequests(port, "trips", KEYS);
    for (const { name, request } of goods) {
      const { statuses, text } = await sendRaw(port, request);
      assertEquals(statuses, [200], `${name}: ${text}`);
    }
    assertEquals(forwarded.length, goods.length);
  }));

Deno.test("the gateway forwards what was signed, however it is spelled", () =>
  withGateway(async ({ port }, forwarded) => {
    for (const good of goodRequests(port, "trips", KEYS)) {
      await sendRaw(port, good.request);
      const expected = forwarded.pop();
      for (const { name, request } of spellingsOf(good)) {
        const { statuses } = await sendRaw(port, request);
        assertEquals(statuses, [200], name);
        assertEquals(forwarded.pop(), expected, name);
      }
    }
  }));

Deno.test("of every attack on the clients' requests, the gateway forwards none", () =>
  withGateway(async ({ port }, forwarded) => {
    const attacks = goodRequests(port, "trips", KEYS).flatMap(attacksOn);
    const wrong: string[] = [];
    // Twelve at once; in a batch that lets one in, each is asked again.
    const ask = async (batch: Attack[]) => {
      forwarded.length = 0;
      await Promise.all(batch.map(async ({ name, request }) => {
        const { statuses, ms } = await sendRaw(port, request, 2_000);
        const isRefused = statuses.length > 0 &&
          statuses.every((status) => status >= 400 && status <= 499);
        if (!isRefused) wrong.push(`answered ${statuses}: ${name}`);
        else if (ms > 1_900) wrong.push(`${Math.round(ms)} ms: ${name}`);
      }));
      return forwarded.length;
    };
    for (let at = 0; at < attacks.length; at += 12) {
      const batch = attacks.slice(at, at + 12);
      if (await ask(batch) === 0) continue;
      for (const attack of batch) {
        if (await ask([attack]) > 0) wrong.push(`let in: ${attack.name}`);
      }
    }
    assert(attacks.length > 2_000, `${attacks.length} attacks`);
    assertEquals(wrong, []);
  }));

const ofClient = (port: number, name: string, keys = KEYS) =>
  goodRequests(port, "trips", keys).find((good) =>
    good.name.startsWith(`${name}: POST`)
  )!;

Deno.test("thousands that say nothing, or not all, stop nobody", () =>
  withGateway(async ({ port }, forwarded) => {
    const goods = goodRequests(port, "trips", KEYS);
    const spark = ofClient(port, "Spark").request;
    using _idle = await idle(port);
    using _slow = await many(
      500,
      () => begin(port, spark, { length: 1e6, sent: 1 }),
    );
    for (const { name, request } of goods) {
      const { statuses, ms } = await sendRaw(port, request);
      assertEquals(statuses, [200], name);
      assert(ms < 1_000, `${name}: ${ms} ms`);
    }
    assertEquals(forwarded.length, goods.length);
  }));

Deno.test("who has not the secret key is refused before the body comes", () =>
  withGateway(async ({ port }) => {
    const wrong = { ...KEYS, secretKey: "wrong" };
    for (const client of ["Spark", "PyIceberg"]) {
      const { request } = ofClient(port, client, wrong);
      using sent = await many(1, () => begin(port, request, { length: 1e7 }));
      assertEquals(await sent.firstStatus(), 403, client);
    }
  }));

Deno.test("bodies whose hash is not stated are held within bounds all together", () =>
  withGateway(async ({ port }) => {
    const { request } = ofClient(port, "botocore");
    const mega = 1024 * 1024;
    {
      using large = await many(
        1,
        () => begin(port, request, { length: mega + 1 }),
      );
      assertEquals(await large.firstStatus(), 413);
    }
    {
      using held = await many(
        66,
        () => begin(port, request, { length: mega, sent: mega - 1 }),
      );
      assertEquals(await held.firstStatus(), 429);
      const spark = await sendRaw(port, ofClient(port, "Spark").request);
      assertEquals(spark.statuses, [200]);
    }
    // What they held is free again once they have gone.
    let status: number | undefined;
    for (let i = 0; i < 50 && status !== 200; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      [status] = (await sendRaw(port, request)).statuses;
    }
    assertEquals(status, 200);
  }));
