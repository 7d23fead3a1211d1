import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { LakehouseError } from "../../lib/core/errors.ts";
import { closedPort, withEnv } from "../../tests/support/env.ts";
import { artifactPath, type ArtifactPin, fetchArtifact } from "./artifact.ts";

const COORDINATES = "org.example:thing:jar:tests:1.2";
const PATH = "/maven2/org/example/thing/1.2/thing-1.2-tests.jar";
const BYTES = crypto.getRandomValues(new Uint8Array(50_000));

async function pinOf(bytes: Uint8Array<ArrayBuffer>): Promise<ArtifactPin> {
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return { sha256: new Uint8Array(hash).toHex(), size: bytes.length };
}

function files(dir: string): string[] {
  return [...Deno.readDirSync(dir)].flatMap(({ name, isDirectory }) =>
    isDirectory ? files(`${dir}/${name}`) : [name]
  );
}

function mirrorAt(port: number, of = "*,!other"): string {
  return `<settings><mirrors>
    <!-- <mirror><mirrorOf>*</mirrorOf><url>http://127.0.0.1:1/</url></mirror> -->
    <mirror><mirrorOf>other</mirrorOf><url>http://127.0.0.1:2</url></mirror>
    <mirror><id>near</id><mirrorOf>${of}</mirrorOf>
      <url>http://127.0.0.1:${port}/maven2/</url></mirror>
  </mirrors></settings>`;
}

/** Runs `body` with a cache of its own and a home whose settings name a mirror. */
async function withMirror(
  settings: string,
  body: (cache: string) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  await Deno.mkdir(`${dir}/.m2`);
  await Deno.mkdir(`${dir}/cache`);
  await Deno.writeTextFile(`${dir}/.m2/settings.xml`, settings);
  try {
    await withEnv(
      { HOME: dir, LAKEHOUSE_CACHE: `${dir}/cache` },
      () => body(`${dir}/cache`),
    );
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** As {@linkcode withMirror}, with the answers of a mirror that is there. */
async function withAnswers(
  answer: (path: string) => Response,
  body: (cache: string) => Promise<void>,
): Promise<void> {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => answer(new URL(request.url).pathname),
  );
  await withMirror(mirrorAt(server.addr.port), body);
}

Deno.test("fetchArtifact() takes an artifact from the mirror in Maven's settings", () =>
  withAnswers(
    (path) =>
      path === PATH ? new Response(BYTES) : new Response("", { status: 404 }),
    async (cache) => {
      await fetchArtifact(COORDINATES, await pinOf(BYTES));
      assertEquals(await Deno.readFile(artifactPath(COORDINATES)), BYTES);
      assertEquals(files(cache), ["thing-1.2-tests.jar"]);
    },
  ));

Deno.test("fetchArtifact() asks again after what passes", () => {
  const answers = [new Response("busy", { status: 503 })];
  return withAnswers(
    () => answers.shift() ?? new Response(BYTES),
    async (cache) => {
      await fetchArtifact(COORDINATES, await pinOf(BYTES));
      assertEquals([answers.length, files(cache).length], [0, 1]);
    },
  );
});

Deno.test("fetchArtifact() keeps nothing whose sha256 is another", async () => {
  let asked = 0;
  await withAnswers(() => {
    asked++;
    return new Response("a proxy's page");
  }, async (cache) => {
    const { sha256, size } = await pinOf(BYTES);
    await assertRejects(
      () => fetchArtifact(COORDINATES, { sha256, size }),
      LakehouseError,
      `not the pinned ${sha256}`,
    );
    assertEquals([asked, files(cache)], [1, []]);
  });
});

Deno.test("fetchArtifact() does not ask again for what is not there", async () => {
  let asked = 0;
  await withAnswers(() => {
    asked++;
    return new Response("", { status: 404 });
  }, async (cache) => {
    const error = await assertRejects(
      async () => await fetchArtifact(COORDINATES, await pinOf(BYTES)),
      LakehouseError,
      "thing-1.2-tests.jar answers 404",
    );
    assertStringIncludes(error.message, COORDINATES);
    assertEquals([asked, files(cache)], [1, []]);
  });
});

Deno.test("fetchArtifact() stops in the middle and leaves nothing half", async () => {
  const ended = new AbortController();
  const reason = new Error("stopped by the test");
  const first = BYTES.subarray(0, 10_000);
  await withAnswers(
    () =>
      new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(first);
            setTimeout(() => ended.abort(reason), 200);
          },
        }),
      ),
    async (cache) => {
      const fetching = fetchArtifact(
        COORDINATES,
        await pinOf(BYTES),
        ended.signal,
      );
      const stopped = await assertRejects(() => fetching);
      assertEquals(stopped, reason);
      assertEquals(files(cache), []);
    },
  );
});

Deno.test("fetchArtifact() goes on after a connection that was cut, and after one refused", async () => {
  let asked = 0;
  await withAnswers(
    () =>
      ++asked > 1 ? new Response(BYTES) : new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(BYTES.subarray(0, 10_000));
            setTimeout(() => controller.error(new Error("cut")), 50);
          },
        }),
      ),
    async (cache) => {
      await fetchArtifact(COORDINATES, await pinOf(BYTES));
      assertEquals([asked, files(cache).length], [2, 1]);
    },
  );
  const ended = AbortSignal.timeout(2_500);
  const started = performance.now();
  await withMirror(mirrorAt(closedPort()), async () => {
    await assertRejects(
      async () => await fetchArtifact(COORDINATES, await pinOf(BYTES), ended),
      DOMException,
    );
  });
  // Tried again until it was stopped.
  assertEquals(performance.now() - started > 2_000, true);
});
