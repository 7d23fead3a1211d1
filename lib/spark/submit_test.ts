import {
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { withEnv } from "../../tests/support/env.ts";
import { knownCause, LakehouseError, SPARK_CAUSES } from "../core/errors.ts";
import { type SparkSubmit } from "../core/running_stack.ts";
import { recordStack } from "../../stack/record.ts";
import { lakeArguments, sparkSubmit, submit } from "./submit.ts";

const ECHO: SparkSubmit = {
  // Prints its arguments.
  command: ["/bin/echo"],
  jobs: "/app/spark",
  jars: [],
  driverOptions: ["-Da=b"],
  env: {},
};

async function linesOf(spark: SparkSubmit, isLong = false): Promise<string> {
  const lines: string[] = [];
  await submit({
    script: "ingest.py",
    args: ["--table", "t"],
    isLong,
    onLine: (line) => lines.push(line),
  }, spark);
  return lines.join("\n");
}

Deno.test("submit() runs what is recorded, with the job's script and arguments", async () => {
  assertEquals(
    await linesOf(ECHO, true),
    "--driver-java-options -XX:+UseSerialGC -Da=b /app/spark/ingest.py --table t",
  );
});

Deno.test("submit() quotes options with spaces, as in a folder's name", async () => {
  const options = ["-Da=/a b/c", '-Db=say "hi"'];
  assertStringIncludes(
    await linesOf({ ...ECHO, driverOptions: options }, true),
    String.raw`-XX:+UseSerialGC "-Da=/a b/c" "-Db=say \"hi\"" /app`,
  );
});

Deno.test("submit() takes a class archive as soon as it is there", async () => {
  const path = await Deno.makeTempFile();
  const spark = { ...ECHO, archive: { path, options: ["-Xarchive"] } };
  assertStringIncludes(await linesOf(spark), "-Xarchive");
  await Deno.remove(path);
  assertEquals((await linesOf(spark)).includes("-Xarchive"), false);
});

Deno.test("submit() names what a stale record lacks, and that up mends it", async () => {
  const here = await Deno.makeTempFile();
  for (
    const spark of [
      { ...ECHO, command: ["/nowhere/spark-submit"] },
      { ...ECHO, env: { JAVA_HOME: "/nowhere/java" } },
      { ...ECHO, jars: [here, "/nowhere/iceberg.jar"] },
    ]
  ) {
    const error = await assertRejects(() => linesOf(spark), LakehouseError);
    assertStringIncludes(error.message, "/nowhere/");
    assertStringIncludes(error.message, "deno task up");
  }
  await Deno.remove(here);
});

Deno.test("a class that is gone with the cache is told, and that up mends it", () => {
  for (
    const line of [
      "java.lang.RuntimeException: java.lang.ClassNotFoundException: Class org.apache.hadoop.fs.s3a.S3AFileSystem not found",
      "java.lang.NoClassDefFoundError: org/apache/hadoop/fs/s3a/S3AFileSystem",
    ]
  ) {
    const known = knownCause(SPARK_CAUSES, line);
    assertStringIncludes(known?.why ?? "", "cache was cleared");
    assertStringIncludes(known?.next ?? "", "deno task up");
  }
});

Deno.test("submit() says when no stack runs", async () => {
  const dir = await Deno.makeTempDir();
  await withEnv({ LAKEHOUSE_STATE: dir, STACK: "" }, async () => {
    const job = { script: "ingest.py", args: [] };
    const error = await assertRejects(() => submit(job), LakehouseError);
    assertEquals(error.next, "deno task up");
    const spark = { ...ECHO, command: ["/nowhere"] };
    await recordStack({ stack: "local", settings: {}, ports: {}, spark });
    await assertRejects(() => submit(job), LakehouseError, "/nowhere");
  });
  await Deno.remove(dir, { recursive: true });
});

Deno.test("sparkSubmit() takes the version that SPARK names, or says how to have it", async () => {
  const dir = await Deno.makeTempDir();
  const other = { ...ECHO, command: ["/other"] };
  await withEnv({ LAKEHOUSE_STATE: dir, STACK: "", SPARK: "" }, async () => {
    const record = { stack: "local", settings: {}, ports: {}, spark: ECHO };
    await recordStack({ ...record, stack: "local" });
    assertEquals(sparkSubmit(), ECHO);
    const error = assertThrows(() => sparkSubmit("4.1"), LakehouseError);
    assertEquals(error.next, "deno task up --spark 4.1");
    await recordStack({
      ...{ ...record, stack: "local" },
      settings: { SPARK: "4.1" },
      tools: { sparks: { "4.1": other } },
    });
    assertEquals(sparkSubmit(), other);
    await withEnv({ SPARK: "3.5" }, () => {
      assertEquals(sparkSubmit(), ECHO);
    });
    await withEnv({ SPARK: "4" }, () => {
      assertThrows(() => sparkSubmit(), LakehouseError, "3.5 and 4.1");
    });
  });
  await Deno.remove(dir, { recursive: true });
});

Deno.test("lakeArguments() names the endpoints as that Spark sees them", async () => {
  const seen = {
    MINIO_HOST: "http://here:9000",
    ENGINE_MINIO_HOST: "http://minio:9000",
  };
  await withEnv({ ...seen, CATALOG_URI: "", ENGINE_CATALOG_URI: "" }, () => {
    const uri = (args: string[]) => args[args.indexOf("--catalog-uri") + 1];
    assertEquals(uri(lakeArguments(ECHO)), "http://minio:9000/_iceberg");
    assertEquals(
      uri(lakeArguments({ ...ECHO, isOutside: true })),
      "http://here:9000/_iceberg",
    );
  });
});
