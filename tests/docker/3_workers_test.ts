import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { sparkSession } from "../../lab/engines/spark_session.ts";
import { runningStack } from "../../lib/core/running_stack.ts";
import { settings } from "../../lib/core/settings.ts";
import { submitIngest } from "../../lib/spark/ingest.ts";
import { query } from "../../lib/trino/client.ts";
import { containers, type ServiceName } from "../../stack/docker/compose.ts";
import { docker } from "../../stack/docker/engine.ts";
import {
  containerOf,
  count,
  sparkProcesses,
  task,
  TRIPS,
  up,
  wrong,
} from "./lane.ts";

const WORKERS: ServiceName[] = ["spark-worker-1", "spark-worker-2"];

/** A start and an end of two more containers of each engine: only the whole lane waits for them. */
const ignore = !Deno.env.get("TEST_ALL");

const workersTest = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, ignore, fn });

workersTest(
  "up --workers adds workers of both engines, and takes nothing from what runs",
  async () => {
    const { id } = await containerOf("trino");
    await up("--workers", "2");
    assertEquals((await containerOf("trino")).id, id);
    const { text } = await task("status");
    for (const name of ["trino-worker-2", "spark-master", ...WORKERS]) {
      assert(new RegExp(`✓ ${name} +healthy`).test(text), text);
    }
    assertEquals(await wrong(), {});
    const logs = await task("logs", ["trino-worker-2", "--lines", "5"]);
    // Which lines those are differs.
    assert(/\bio\.(trino|airlift)\./.test(logs.text), logs.text);
  },
);

workersTest(
  "jobs, sessions and queries are worked on by the workers, and no command line has the keys",
  async () => {
    let look: Promise<string[]> | undefined;
    const { rows } = await submitIngest({
      onProgress: ({ tasks }) => {
        if (tasks === 0) return;
        look ??= Promise.all(
          (["spark", ...WORKERS] as ServiceName[]).map(sparkProcesses),
        );
        look.catch(() => {});
      },
    });
    assertEquals(rows, TRIPS);
    const [driver = "", ...executors] = await look ?? [];
    assertStringIncludes(driver, "spark://spark-master:7077");
    for (const lines of executors) {
      assertStringIncludes(lines, "ExecutorBackend");
    }
    assert(![driver, ...executors].join().includes(settings().secretKey));
    assertEquals(await count(), BigInt(TRIPS));
    const { first } = await query(
      "SELECT count(DISTINCT node_id) AS n FROM system.runtime.tasks",
    );
    assertEquals(first.n, 3n);

    // Two at a time: the first does not keep the second from its share.
    await using one = await sparkSession({ name: "one" });
    await using other = await sparkSession({ name: "other" });
    for (const session of [one, other]) {
      const { rows } = await session.sql(
        "SELECT count(*) AS n FROM taxi_trips",
      );
      assertEquals(rows[0]?.n, BigInt(TRIPS));
    }
  },
);

workersTest(
  "a worker that has ended is named, and up brings it back",
  async () => {
    await docker(["kill", (await containerOf("trino-worker-1")).id]);
    const status = await task("status");
    assertEquals(status.code, 1);
    assertStringIncludes(status.text, "✗ trino-worker-1");
    const { "service trino-worker-1": said } = await wrong();
    assertStringIncludes(said ?? "", "has ended with code 137");
    // As many as there were, without a word of them.
    assertStringIncludes(await up(), "2 each");
    let after = await task("status");
    // The coordinator may take its silence for an end once more, for a while.
    for (let i = 0; after.code !== 0 && i < 30; i++) {
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      after = await task("status");
    }
    assertEquals(after.code, 0, after.text);
  },
);

workersTest(
  "up --workers 0 goes back to one container of each engine",
  async () => {
    await up("--workers", "0");
    const found = (await containers()).map(({ service }) => service);
    assertEquals(found.sort(), ["minio", "spark", "trino"]);
    assertEquals(runningStack()?.spark.command.includes("local[*]"), true);
    assertEquals(await count(), BigInt(TRIPS));
  },
);

Deno.test("a number of workers that is none is refused", async () => {
  for (
    const [args, why] of [
      [["--workers", "two"], "a whole number from 0 to 32"],
      [["--workers", "2", "--stack", "local"], "only the docker stack"],
    ] as const
  ) {
    const { code, text } = await task("up", [...args]);
    assertEquals(code, 1, text);
    assertStringIncludes(text, why);
  }
});
