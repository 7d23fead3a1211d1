/**
 * The workers of `deno task up --stack docker --workers 2`: Trino's, and a
 * standalone cluster of Spark's.
 *
 * @module
 */

import { LakehouseError } from "../../lib/core/errors.ts";
import { runningStack } from "../../lib/core/running_stack.ts";
import { query } from "../../lib/trino/client.ts";
import type { Container, WorkerName } from "./compose.ts";
import { docker } from "./engine.ts";

/** Where the record says how many workers were asked for. */
export const WORKERS = "WORKERS";

/** Where jobs find the master; only containers do. */
const MASTER = "spark://spark-master:7077";
const MOST = 32;
/** Cores of one job's executor; a worker has room for those of four jobs. */
const EXECUTOR_CORES = 2;

/**
 * A number of workers as `--workers` gives it.
 *
 * @throws {LakehouseError} When it is no whole number from 0 to 32.
 */
export function workerCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count <= MOST) return count;
  throw new LakehouseError({
    what: `Cannot start "${text}" workers`,
    why: `a whole number from 0 to ${MOST} was expected`,
    next: "--workers 2, or leave it out",
  });
}

/** How many workers of each engine the running stack was started with. */
export function currentWorkers(): number {
  const running = runningStack();
  if (running?.stack !== "docker") return 0;
  return Number(running.settings[WORKERS] ?? 0);
}

/** Names of the containers that this number of workers has, in the order they are shown. */
export function workerNames(count: number): WorkerName[] {
  if (count === 0) return [];
  const each = Array.from({ length: count }, (_, i) => i + 1);
  return [
    ...each.map((i): WorkerName => `trino-worker-${i}`),
    "spark-master",
    ...each.map((i): WorkerName => `spark-worker-${i}`),
  ];
}

/** What a worker's container is, in a few words. */
export function workerTitle(name: WorkerName): string {
  if (name === "spark-master") return "Spark's master, which jobs go to";
  return name.startsWith("trino") ? "Trino worker" : "Spark worker";
}

/** What spark-submit is told so that these workers do the job. */
export function masterArguments(count: number): string[] {
  if (count === 0) return ["--master", "local[*]"];
  const conf = {
    // The name of the container that the driver runs in.
    "spark.driver.host": "spark",
    "spark.executor.cores": EXECUTOR_CORES,
    // Without it, the first session would have all of them until it ends.
    "spark.cores.max": EXECUTOR_CORES * count,
  };
  return [
    ...["--master", MASTER],
    ...Object.entries(conf).flatMap(([n, v]) => ["--conf", `${n}=${v}`]),
  ];
}

/** Asks the master of whom it knows; jobs are Python's, so it is in the image. */
const ASK_MASTER = `
import json, socket, urllib.request
page = json.load(urllib.request.urlopen("http://spark-master:8080/json/", timeout=4))
own = socket.gethostbyname(socket.gethostname())
print([w["state"] for w in page["workers"] if w["host"] == own] or page["status"])
`;

/** For so long a coordinator may still hold one that was killed for alive. */
const YOUNG_MS = 120_000;

/** Whether a server that was started just now, perhaps again, is still starting. */
async function isStarting(id: string, signal: AbortSignal): Promise<boolean> {
  const { stdout: since } = await docker(
    ["inspect", "--format", "{{.State.StartedAt}}", id],
    signal,
  );
  if (Date.now() - Date.parse(since) > YOUNG_MS) return false;
  const { stdout, stderr } = await docker(
    ["logs", "--since", since, id],
    signal,
  );
  return !(stdout + stderr).includes("SERVER STARTED");
}

/** Why a worker cannot be used yet, or `undefined` when its leader knows it. */
export async function workerProblem(
  { id, service }: Container,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (service.startsWith("trino")) {
    if (await isStarting(id, signal)) return "it is starting";
    const { rows } = await query(
      "SELECT node_id AS id FROM system.runtime.nodes WHERE state = 'active'",
      { signal },
    );
    // The image names a server after its container's host.
    return rows.some(({ id: node }) => id.startsWith(String(node)))
      ? undefined
      : "the coordinator does not know it";
  }
  const { code, stdout, stderr } = await docker(
    ["exec", id, "python3", "-c", ASK_MASTER],
    signal,
  );
  if (code !== 0) {
    return `the master does not answer: ${stderr.split("\n").at(-1) ?? ""}`;
  }
  if (stdout.includes("ALIVE")) {
    return service === "spark-master" || stdout.startsWith("[")
      ? undefined
      : "the master does not know it";
  }
  return `the master says ${stdout}`;
}
