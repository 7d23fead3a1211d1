import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { withEnv } from "../../tests/support/env.ts";
import {
  archiveDir,
  archiveOptions,
  archivePath,
  discardRecordings,
  type JavaProgram,
  publishArchives,
  recordingEnv,
} from "./class_archive.ts";

/** A Java home that states its version, and a cache of its own. */
async function withJava(
  version: string,
  body: (program: JavaProgram) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/release`, `JAVA_VERSION="${version}"\n`);
    const program = {
      ...{ name: "trino", javaHome: dir },
      ...{ options: ["-Xmx1G"], classPath: ["a.jar", "b.jar"] },
    };
    await withEnv({ LAKEHOUSE_CACHE: `${dir}/cache` }, () => body(program));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("a program without an archive gets no option", () =>
  withJava("25.0.1", async (program) => {
    assertEquals(await archiveOptions(program), []);
  }));

Deno.test("what a program recorded is used after it was published", async () => {
  const cases = [
    ["25.0.1", "AOTCacheOutput", "AOTCache"],
    ["17.0.15", "ArchiveClassesAtExit", "SharedArchiveFile"],
  ] as const;
  for (const [version, record, use] of cases) {
    await withJava(version, async (program) => {
      const [recorded] = await withEnv(
        recordingEnv(),
        () => archiveOptions(program),
      );
      const [option, file] = recorded!.split("=");
      assertEquals(option, `-XX:${record}`);
      await Deno.writeTextFile(file!, "an archive");
      assertEquals(await archiveOptions(program), []);
      const [name] = await publishArchives();
      const path = `${archiveDir()}/${name}`;
      assertEquals(path, await archivePath(program));
      assertEquals((await archiveOptions(program))[0], `-XX:${use}=${path}`);
    });
  }
});

Deno.test("another Java, option or jar has another archive", () =>
  withJava("25.0.1", async (program) => {
    const path = await archivePath(program);
    assert(path.endsWith(".aot"), path);
    for (
      const change of [
        { options: ["-Xmx2G"] },
        { classPath: ["b.jar", "a.jar"] },
        { name: "s3" },
      ]
    ) {
      assertNotEquals(await archivePath({ ...program, ...change }), path);
    }
    await Deno.writeTextFile(
      `${program.javaHome}/release`,
      `JAVA_VERSION="25.0.2"\n`,
    );
    assertNotEquals(await archivePath(program), path);
  }));

Deno.test("what a killed recording left is never used", () =>
  withJava("25.0.1", async (program) => {
    const [recorded] = await withEnv(
      recordingEnv(),
      () => archiveOptions(program),
    );
    await Deno.writeTextFile(recorded!.split("=")[1]!, "half an archive");
    await discardRecordings();
    assertEquals(await publishArchives(), []);
    assertEquals(await archiveOptions(program), []);
  }));
