// The project's Java sources, compiled by the real compiler.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { LakehouseError } from "../../lib/core/errors.ts";
import { java, TRINO_JAVA } from "../../stack/install/java.ts";
import { javaJar } from "../../stack/local/java_jar.ts";
import { artifactPaths } from "../../stack/install/maven.ts";
import { withEnv } from "../support/env.ts";

Deno.test("a source is compiled once, and a failure leaves nothing", async () => {
  const cache = await Deno.makeTempDir();
  const javaHome = await java(TRINO_JAVA);
  const classPath = artifactPaths("trino");
  try {
    await withEnv({ LAKEHOUSE_CACHE: cache }, async () => {
      await assertRejects(
        () => javaJar("TrinoServer", { javaHome, classPath: [] }),
        LakehouseError,
        "Cannot compile TrinoServer.java",
      );
      assertEquals([...Deno.readDirSync(`${cache}/classes`)], []);
      const jar = await javaJar("TrinoServer", { javaHome, classPath });
      const { mtime } = await Deno.stat(jar);
      assertEquals(await javaJar("TrinoServer", { javaHome, classPath }), jar);
      assertEquals((await Deno.stat(jar)).mtime, mtime);
      const listed = await new Deno.Command(`${javaHome}/bin/jar`, {
        args: ["--list", "--file", jar],
      }).output();
      const names = new TextDecoder().decode(listed.stdout);
      assert(names.includes("TrinoServer.class"), names);
    });
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
});
