/**
 * Work on the cluster; see tests/run/cluster.ts. The files run in the order of
 * their names.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { stateDir } from "../../lib/core/settings.ts";
import { runningStack } from "../../lib/core/running_stack.ts";
import { query } from "../../lib/trino/client.ts";
import { notebooksOfLane, runsUnchanged } from "../kernel/unchanged.ts";
import { CLUSTER, propertiesOf } from "./cluster.ts";
import { task, trinoIsUp } from "./lane.ts";

const TRIPS = 50_000n;

Deno.test("up asks every endpoint once, and records how jobs are submitted", async () => {
  await trinoIsUp();
  const { code, text } = await task("up", ["--stack", "remote"]);
  assertEquals(code, 0, text);
  for (const address of [CLUSTER.store, CLUSTER.trino]) {
    assertStringIncludes(text, `answers at ${address}`);
  }
  const words = runningStack()!.spark.command.join(" ");
  assertStringIncludes(words, CLUSTER.master);
  assert(!words.includes(CLUSTER.secretKey), words);
});

for (const number of notebooksOfLane()) {
  Deno.test(`notebook ${number} runs unchanged`, async () => {
    const properties = await Deno.readTextFile(propertiesOf(stateDir()));
    const [, shared = ""] = properties.match(/secret (\S+)/) ?? [];
    const { secretKey, password } = CLUSTER;
    await runsUnchanged(number, [secretKey, password, shared]);
  });
}

Deno.test("workers of both engines did the work", async () => {
  assertEquals(
    (await query("SELECT count(*) AS n FROM taxi_trips")).first.n,
    TRIPS,
  );
  const { rows } = await query(
    "SELECT DISTINCT node_id FROM system.runtime.tasks WHERE node_id NOT IN " +
      "(SELECT node_id FROM system.runtime.nodes WHERE coordinator)",
  );
  assertEquals(rows.length, 2);
});

Deno.test("the doctor finds nothing wrong", async () => {
  const { code, text } = await task("doctor");
  assertEquals(code, 0, text);
  assertStringIncludes(text, CLUSTER.master);
});
