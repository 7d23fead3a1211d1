/**
 * Faults of a query, and of calls to the catalog, on a stack that runs.
 *
 * @module
 */

import type { Fault } from "../fault.ts";
import { slowWay } from "../../servers/slow_way.ts";
import { type Running, type Said, type Scene, until } from "../scene.ts";
import {
  killService,
  ROWS,
  sleepService,
  STACK_ENV,
  tableIsAsBefore,
  wellStack,
} from "./stack.ts";

/** A question that takes a while: so many times the table's rows. */
const slow = (times: number) =>
  `SELECT count(*) FROM taxi_trips, UNNEST(sequence(1, ${times})) AS t (n)
   WHERE fare + n > -1 OR fare IS NULL`;

/** Does something once Trino computes. */
export async function amidQuery(
  scene: Scene,
  times: number,
  harm: (run: Running) => unknown,
): Promise<Said> {
  await wellStack(scene);
  const run = scene.step("query", [slow(times)]);
  await run.saw("now\nnow");
  return await run.harm(() => harm(run));
}

/** How many of the slow queries Trino computes. */
async function running(scene: Scene): Promise<string> {
  const text = await scene.stepWorks(
    "query",
    `SELECT count(*) FROM system.runtime.queries
     WHERE state = 'RUNNING' AND query LIKE '%UNNEST(sequence%'
     AND query NOT LIKE '%runtime%'`,
  );
  return text.match(/answer: \d+/)?.[0] ?? text;
}

/** Ends Trino's command line once Trino computes what it asked. */
async function amidSql(
  scene: Scene,
  harm: (run: Running) => void,
): Promise<Said> {
  await wellStack(scene);
  const run = scene.task("sql", [slow(10_000)]);
  await until(async () => await running(scene) === "answer: 1", run.text);
  return await run.harm(() => harm(run));
}

async function nothingComputed(scene: Scene): Promise<void> {
  await tableIsAsBefore(scene);
  await until(async () => await running(scene) === "answer: 0", "its end");
}

const STAYS = "the table stays as it was";

/** Faults of `query()` and of the catalog's client. */
export const QUERY_FAULTS: readonly Fault[] = [
  {
    step: "query",
    fault: "Trino is killed while it computes",
    told: "Cannot reach Trino at …: …. Next: deno task …",
    after: `${STAYS}; Trino is started again`,
    make: (scene) => amidQuery(scene, 10_000, () => killService("trino")),
    holds: tableIsAsBefore,
  },
  {
    step: "query",
    fault: "Ctrl+C",
    isLong: true,
    told: "Stopped by the user",
    after: `${STAYS}; Trino computes it no longer`,
    make: (scene) => amidQuery(scene, 10_000, (run) => run.stop()),
    holds: nothingComputed,
  },
  {
    step: "sql",
    fault: "Ctrl+C",
    isLong: true,
    told: "Query aborted by user",
    after: `${STAYS}; Trino computes it no longer`,
    make: (scene) => amidSql(scene, (run) => run.stop()),
    holds: nothingComputed,
  },
  {
    step: "sql",
    fault: "it is told to end (SIGTERM)",
    isLong: true,
    told: "",
    after: `${STAYS}; Trino computes it no longer`,
    make: (scene) => amidSql(scene, (run) => run.kill("SIGTERM")),
    holds: nothingComputed,
  },
  {
    step: "query",
    fault: "the program that asked is killed",
    isLong: true,
    by: "the next query",
    goesOn: true,
    told: `answer: ${ROWS}`,
    after: STAYS,
    async make(scene) {
      await amidQuery(scene, 10_000, (run) => run.kill("SIGKILL"));
      return await scene.step("query", [slow(1)]).ended;
    },
    holds: tableIsAsBefore,
  },
  {
    step: "query",
    fault: "Trino sleeps for a while (SIGSTOP, SIGCONT)",
    isLong: true,
    goesOn: true,
    told: `answer: ${ROWS * 1000}`,
    after: STAYS,
    make: (scene) => amidQuery(scene, 1000, () => sleepService("trino", 4)),
    holds: tableIsAsBefore,
  },
  {
    step: "query",
    fault: "the object store is killed",
    isLong: true,
    goesOn: true,
    told: `answer: ${ROWS * 1000}`,
    after: STAYS,
    make: (scene) => amidQuery(scene, 1000, () => killService("s3")),
    holds: tableIsAsBefore,
  },
  {
    step: "query",
    fault: "the catalog and its gateway are killed",
    isLong: true,
    goesOn: true,
    told: `answer: ${ROWS * 1000}`,
    after: STAYS,
    make: (scene) =>
      amidQuery(scene, 1000, async () => {
        await killService("catalog");
        await killService("gateway");
      }),
    holds: tableIsAsBefore,
  },
  {
    step: "catalog",
    fault: "this machine's clock is 20 minutes off",
    told:
      "this machine's clock is not the catalog's (RequestTimeTooSkewed: The request is more than 15 minutes off this server's clock). Next: set the clock, then run it again",
    after: "the catalog refuses, and nothing is changed",
    async make(scene) {
      await wellStack(scene);
      const env = { FAULT_CLOCK_MINUTES: "20" };
      return await scene.step("warehouse", [], { env }).ended;
    },
    holds: tableIsAsBefore,
  },
  {
    step: "upload",
    fault: "this machine's clock is 20 minutes off",
    isLong: true,
    goesOn: true,
    told: "done",
    after: "the store says its time, and the files are sent by it",
    async make(scene) {
      await wellStack(scene);
      const env = { FAULT_CLOCK_MINUTES: "20" };
      return await scene.step("upload", [], { env }).ended;
    },
    holds: tableIsAsBefore,
  },
  {
    step: "query",
    fault: "the way to Trino is slow",
    isLong: true,
    goesOn: true,
    told: `answer: ${ROWS}`,
    after: STAYS,
    async make(scene) {
      await wellStack(scene);
      const { port } = new URL(STACK_ENV.TRINO_URI!);
      await using way = slowWay(Number(port), 300);
      const env = { TRINO_URI: way.uri };
      return await scene.step("query", [slow(1)], { env }).ended;
    },
    holds: tableIsAsBefore,
  },
  {
    step: "upload",
    fault: "the way to the object store is slow",
    isLong: true,
    goesOn: true,
    told: "done",
    after: "every file is sent",
    async make(scene) {
      await wellStack(scene);
      await scene.works("generate", "--seed", "8", "--rows", "0.02");
      const { port } = new URL(STACK_ENV.MINIO_HOST!);
      await using way = slowWay(Number(port), 100);
      const env = { MINIO_HOST: way.uri };
      const said = await scene.step("upload", [], { env }).ended;
      await scene.works("generate");
      await scene.stepWorks("upload");
      return said;
    },
    holds: tableIsAsBefore,
  },
];
