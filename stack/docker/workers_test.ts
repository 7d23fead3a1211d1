import { assert, assertEquals, assertThrows } from "@std/assert";
import { LakehouseError } from "../../lib/core/errors.ts";
import { sparkSubmitIn } from "./spark_submit.ts";
import { workerCount, workerNames } from "./workers.ts";

Deno.test("workerCount() takes whole numbers to 32, and nothing else", () => {
  assertEquals(["0", "2", "32"].map(workerCount), [0, 2, 32]);
  for (const text of ["", "-1", "1.5", "two", "33", "1e1"]) {
    assertThrows(() => workerCount(text), LakehouseError, `"${text}"`);
  }
});

Deno.test("workerNames() has one master for any number of workers, and none without", () => {
  assertEquals(workerNames(0), []);
  assertEquals(workerNames(2), [
    "trino-worker-1",
    "trino-worker-2",
    "spark-master",
    "spark-worker-1",
    "spark-worker-2",
  ]);
});

Deno.test("sparkSubmitIn() sends jobs to the master where there are workers", () => {
  assert(sparkSubmitIn("spark").command.includes("local[*]"));
  const { command } = sparkSubmitIn("spark", 2);
  assert(command.includes("spark://spark-master:7077"));
  assert(command.includes("spark.cores.max=4"));
});
