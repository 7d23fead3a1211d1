/**
 * Checks of clusters: Trino's workers, and whether Spark's executors reach the
 * store.
 *
 * @module
 */

import { sparkSession } from "../../../lab/engines/spark_session.ts";
import { runningStack } from "../../../lib/core/running_stack.ts";
import { formatNumber } from "../../../lib/core/format.ts";
import { query } from "../../../lib/trino/client.ts";
import { identifier } from "../../../lib/trino/literal.ts";
import { sparkMaster } from "../../../stack/remote/spark_cluster.ts";
import type { Check, Outcome } from "../check.ts";
import type { CheckedStack } from "../subject.ts";

const NODES_MS = 8_000;
const EXECUTORS_MS = 90_000;

/** One of Trino's servers, as `system.runtime.nodes` has it. */
export interface TrinoNode {
  /** Its version. */
  version: string;
  /** Whether it leads the others. */
  isCoordinator: boolean;
  /** `active`, or what else it does. */
  state: string;
}

/** Whether Trino's servers can work together. */
export function nodesVerdict(nodes: readonly TrinoNode[]): Outcome {
  const versions = [...new Set(nodes.map(({ version }) => version))].sort();
  const active = nodes.filter(({ state }) => state === "active");
  const workers = active.filter(({ isCoordinator }) => !isCoordinator).length;
  const text = workers === 0
    ? "one server, which coordinates and works"
    : `a coordinator and ${formatNumber(workers)} worker${
      workers === 1 ? "" : "s"
    }`;
  const ask = "ask those who run Trino";
  if (versions.length > 1) {
    return {
      status: "warning",
      text: `${text}, of different versions: ${versions.join(", ")}`,
      next: ask,
    };
  }
  const away = nodes.length - active.length;
  return away > 0
    ? { status: "warning", text: `${text}; ${away} not active`, next: ask }
    : { status: "passed", text };
}

/** Check of Trino's servers. */
export function nodesCheck(): Check {
  return {
    name: "Trino workers",
    group: "Trino",
    needs: ["Trino version"],
    limitMs: NODES_MS,
    run: async (signal) => {
      const { rows } = await query(
        "SELECT node_version AS v, coordinator AS c, state AS s FROM system.runtime.nodes",
        { signal, limitMs: NODES_MS },
      );
      return nodesVerdict(rows.map(({ v, c, s }) => ({
        ...{ version: String(v), isCoordinator: c === true, state: String(s) },
      })));
    },
  };
}

/** Check whether the executors of a cluster reach the object store. */
export function executorsCheck({ given }: CheckedStack): Check {
  const table = [given.namespace, given.table].map((name) => identifier(name))
    .join(".").replaceAll('"', "`");
  return {
    name: "Spark executors",
    group: "Spark",
    needs: ["Spark", "S3 signature", "catalog"],
    limitMs: EXECUTORS_MS,
    run: async (signal) => {
      const master = sparkMaster();
      if (!master) {
        return { status: "skipped", text: "jobs run on this machine" };
      }
      if (runningStack()?.stack !== "remote") {
        return {
          status: "skipped",
          text: "known once deno task up --stack remote has run",
        };
      }
      await using session = await sparkSession({ name: "doctor", signal });
      const { rows: [found] } = await session.sql(
        `SHOW TABLES LIKE '${given.table}'`,
        { signal },
      );
      if (!found) {
        return { status: "skipped", text: "there is no table to read yet" };
      }
      await session.sql(`SELECT * FROM ${table} LIMIT 1`, { signal });
      return {
        status: "passed",
        text: `${session.spark} at ${master}: they read a row of ${table}`,
      };
    },
  };
}
