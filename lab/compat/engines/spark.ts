/**
 * Spark as an engine of the matrix: a session of its own, one for each version.
 *
 * @module
 */

import type { SparkSubmit } from "../../../lib/core/running_stack.ts";
import { SparkError } from "../../engines/spark_error.ts";
import {
  type SparkSession,
  sparkSession,
} from "../../engines/spark_session.ts";
import type { EngineName } from "../capability.ts";
import { type CompatEngine, EngineError } from "../engine.ts";
import { messages } from "./messages.ts";
import { readSql, valuesOf } from "./sql.ts";

/** Spark's name of the catalog, as spark/lakehouse.py gives it. */
const CATALOG = "lakehouse";

const SETTINGS = [
  // Four a core, as a notebook has it, is too many for a few rows.
  "SET spark.sql.shuffle.partitions = 1",
  // One INSERT is one file, however many cores there are.
  "SET spark.sql.leafNodeDefaultParallelism = 1",
];

/** What Spark said, without the advice that this project adds. */
function refusal(error: SparkError): EngineError {
  return new EngineError(
    [error.what, ...messages(error.cause)].join("\n"),
    { cause: error },
  );
}

/**
 * Starts a Spark session.
 *
 * @throws {LakehouseError} When it does not start.
 */
export async function sparkEngine(
  name: Extract<EngineName, `spark-${string}`>,
  spark: SparkSubmit,
  signal: AbortSignal,
): Promise<CompatEngine> {
  let known: SparkSession | undefined;
  // One that has ended is started anew.
  const session = async (signal: AbortSignal) => {
    const running = await sparkSession({
      ...{ name: `compat-${name}`, spark, signal },
    });
    if (running !== known) {
      for (const each of SETTINGS) await running.sql(each, { signal });
    }
    return known = running;
  };
  const first = await session(signal);
  return {
    name,
    title: `Spark ${first.spark}`,
    version: `Spark ${first.spark}, Iceberg ${first.iceberg}`,
    lacks: /^(UNSUPPORTED_|UnsupportedOperationException)/,
    tableName: (namespace, table) => `${CATALOG}.${namespace}.${table}`,
    namespaceName: (namespace) => `${CATALOG}.${namespace}`,
    readStatement: readSql,
    async run(statement, signal) {
      const running = await session(signal);
      try {
        return valuesOf(await running.sql(statement, { signal }));
      } catch (error) {
        throw error instanceof SparkError ? refusal(error) : error;
      }
    },
    close: async () => await known?.stop(),
  };
}
