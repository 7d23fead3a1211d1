/**
 * Faults of what is fetched: artifacts from a Maven repository, trips from the
 * city's portal.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { artifactPath } from "../../../stack/install/artifact.ts";
import { artifactPaths } from "../../../stack/install/maven.ts";
import { python } from "../../../stack/install/python.ts";
import { SPARK_JAVA, TRINO_JAVA } from "../../../stack/install/java.ts";
import { findJava } from "../../../stack/install/java.ts";
import type { Fault } from "../fault.ts";
import { filesOf, type Said, type Scene, until } from "../scene.ts";

/** A repository with what this machine's cache holds. */
interface Mirror extends AsyncDisposable {
  /** Where a scene's Maven settings name it. */
  readonly env: Record<string, string>;
  /** What it answers in place of a file. */
  answer: ((bytes: Uint8Array<ArrayBuffer>) => BodyInit) | undefined;
  /** Files it was asked for. */
  readonly asked: string[];
}

/** The part of an artifact's path below the cache's folder of them. */
const inRepository = (path: string) =>
  path.slice(artifactPath("g:a:1").indexOf("g/a/1/"));

/** A cache that shares all with this machine's but the jars named, which it lacks. */
async function withMirror(
  scene: Scene,
  lacking: readonly string[],
): Promise<Mirror> {
  const { bin } = await python();
  const [cache, home] = [`${scene.dir}/cache`, `${scene.dir}/home`];
  const environment = bin.replace(/\/bin$/, "");
  await Deno.mkdir(cache);
  await Deno.symlink(environment, `${cache}/${environment.split("/").at(-1)}`);
  const repository = artifactPath("g:a:1").replace(/\/g\/a\/1\/.*/, "");
  const own = `${cache}/${repository.split("/").at(-1)}`;
  const { success } = await new Deno.Command("cp", {
    args: ["-rs", repository, own],
  }).output();
  assert(success, "the cache cannot be linked to");
  for (const path of lacking) {
    await Deno.remove(`${own}/${inRepository(path)}`);
  }
  scene.notes.set("cache", own);
  const asked: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const path = new URL(request.url).pathname;
      asked.push(path);
      const bytes = await Deno.readFile(repository + path);
      return new Response(mirror.answer?.(bytes) ?? bytes);
    },
  );
  await Deno.mkdir(`${home}/.m2`, { recursive: true });
  await Deno.writeTextFile(
    `${home}/.m2/settings.xml`,
    `<settings><mirrors><mirror><mirrorOf>*</mirrorOf>
      <url>http://127.0.0.1:${server.addr.port}/</url></mirror></mirrors></settings>`,
  );
  const mirror: Mirror = {
    asked,
    answer: undefined,
    env: {
      HOME: home,
      LAKEHOUSE_CACHE: cache,
      DENO_DIR: await denoDir(),
      TRINO_JAVA_HOME: await findJava(TRINO_JAVA) ?? "",
      SPARK_JAVA_HOME: await findJava(SPARK_JAVA) ?? "",
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
  return mirror;
}

async function denoDir(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json"],
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

const JAR = artifactPaths("spark").find((path) => path.includes("hadoop-aws"))!;
const NAME = JAR.split("/").at(-1)!.replace(/\.jar$/, "");

/** Installs with a mirror that answers so, and then with one that is whole. */
async function installing(
  scene: Scene,
  answer: Mirror["answer"],
): Promise<Said> {
  await using mirror = await withMirror(scene, [JAR]);
  mirror.answer = answer;
  const run = scene.step("install", [], { env: mirror.env });
  await until(() => mirror.asked.length > 0, "a request");
  const said = await run.harm(() => {});
  scene.notes.set("after", await partsOf(scene));
  mirror.answer = undefined;
  const { code, text } = await scene.step("install", [], { env: mirror.env })
    .ended;
  assertEquals(code, 0, text);
  return said;
}

/** What is there of the jar, whole or not. */
async function partsOf(scene: Scene): Promise<string[]> {
  const files = await filesOf(scene.notes.get("cache") as string);
  return Object.keys(files).filter((path) => path.includes(NAME));
}

/** Nothing half was left of the jar; the next run fetched it whole. */
async function isFetched(scene: Scene): Promise<void> {
  assertEquals(scene.notes.get("after"), []);
  await isWhole(scene);
}

async function isWhole(scene: Scene): Promise<void> {
  const own = `${scene.notes.get("cache")}/${inRepository(JAR)}`;
  assertEquals(await Deno.readFile(own), await Deno.readFile(JAR));
  assertEquals(await partsOf(scene), [inRepository(JAR)]);
}

const NOTHING_HALF =
  "nothing half is left of it; the next run fetches it whole";

/** Faults of downloads. */
export const DOWNLOAD_FAULTS: readonly Fault[] = [
  {
    step: "install",
    fault: "the repository's answers are cut off",
    told:
      "Cannot download …hadoop-aws:…: the connection was cut off (…). Next: check the network, then run the same command again",
    after: NOTHING_HALF,
    make: (scene) =>
      installing(scene, (bytes) =>
        new ReadableStream({
          async start(to) {
            to.enqueue(bytes.slice(0, 20_000));
            await new Promise((resolve) => setTimeout(resolve, 100));
            to.error(new Error("cut off"));
          },
        })),
    holds: isFetched,
  },
  {
    step: "install",
    fault: "something between changes what the repository sends",
    told:
      "Cannot download …hadoop-aws:…: its sha256 is …, not the pinned …. Next: check the network's proxy, then run the command again",
    after: NOTHING_HALF,
    make: (scene) =>
      installing(scene, (bytes) => {
        bytes[1000]! ^= 1;
        return bytes;
      }),
    holds: isFetched,
  },
  {
    step: "install",
    fault: "Ctrl+C while an artifact comes",
    told: "Stopped by the user",
    after: NOTHING_HALF,
    async make(scene) {
      await using mirror = await withMirror(scene, [JAR]);
      const { env } = mirror;
      const slow = Promise.withResolvers<void>();
      mirror.answer = (bytes) =>
        new ReadableStream({
          async start(to) {
            to.enqueue(bytes.slice(0, 20_000));
            await slow.promise;
            to.close();
          },
        });
      const run = scene.step("install", [], { env });
      await until(() => mirror.asked.length > 0, "a request");
      const said = await run.harm(run.stop);
      slow.resolve();
      scene.notes.set("after", await partsOf(scene));
      mirror.answer = undefined;
      const { code, text } = await scene.step("install", [], { env }).ended;
      assertEquals(code, 0, text);
      return said;
    },
    holds: isFetched,
  },
  {
    step: "install",
    fault: "two at once",
    isLong: true,
    by: "each",
    goesOn: true,
    told: "done",
    after: "both find everything whole",
    async make(scene) {
      await using mirror = await withMirror(scene, [JAR]);
      const { env } = mirror;
      const [first, second] = await Promise.all([
        scene.step("install", [], { env }).ended,
        scene.step("install", [], { env }).ended,
      ]);
      assertEquals(first.code, 0, first.text);
      scene.notes.set("after", []);
      return second;
    },
    holds: isFetched,
  },
  {
    step: "install",
    fault: "a jar in the cache is damaged, its size as it was",
    told: "done",
    after: "the jar is fetched anew, and no other",
    async make(scene) {
      await using mirror = await withMirror(scene, []);
      const own = `${scene.notes.get("cache")}/${inRepository(JAR)}`;
      const bytes = await Deno.readFile(own);
      bytes[1000]! ^= 1;
      // Another file in its place: it is a link to this machine's own.
      await Deno.remove(own);
      await Deno.writeFile(own, bytes);
      const said = await scene.step("install", [], { env: mirror.env }).ended;
      assertEquals(mirror.asked, [`/${inRepository(JAR)}`]);
      return said;
    },
    holds: isWhole,
  },
];
