import { relative, resolve } from "node:path";
import {
  benchFacts,
  growthTable,
  missingTable,
  resultsTable,
  TABLES,
  targetsTable,
} from "./report/report.ts";
import { PRODUCT, resultsDir, STEPS, writeResults } from "./report/results.ts";
import type { StepName } from "./report/results.ts";
import { runBench } from "./measure/run.ts";
import { parseMillions } from "../lib/core/settings.ts";
import { facts, show } from "../lib/show/display.ts";
import { LakehouseError } from "../lib/core/errors.ts";
import { command, main } from "../tasks/terminal/cli.ts";

const DEFAULT_STEPS = "generate,upload,ingest,query,startup";

interface BenchTaskOptions {
  rows: string;
  steps: string;
  rounds: string;
  peers: string;
  warmUp: boolean;
  big?: boolean;
  out?: string;
}

function parseSteps(text: string): StepName[] {
  const named = text.split(",").map((name) => name.trim());
  const unknown = named.find((name) => !STEPS.includes(name as StepName));
  if (unknown === undefined) {
    return STEPS.filter((step) => named.includes(step));
  }
  throw new LakehouseError({
    what: `Cannot measure the step "${unknown}"`,
    why: `there are ${STEPS.join(", ")}`,
    next: "deno task bench --steps generate,upload",
  });
}

function parseRounds(text: string): number {
  const rounds = Number(text);
  if (Number.isInteger(rounds) && rounds > 0) return rounds;
  throw new LakehouseError({
    what: `Cannot measure "${text}" rounds`,
    why: "it is no positive whole number",
    next: "--rounds 3",
  });
}

function parsePeers(text: string): number {
  const millions = Number(text);
  if (text.trim() !== "" && millions >= 0) return Math.round(millions * 1e6);
  throw new LakehouseError({
    what: `Cannot run peers with "${text}" million rows at most`,
    why: "it is no number from 0 on",
    next: "--peers 5, or --peers 0 for the product alone",
  });
}

await main(
  command("bench", "Measures each step beside its peers, in turn, in one run.")
    .option(
      "--rows <millions>",
      "sizes in millions, separated by commas",
      "1,5",
    )
    .option(
      "--steps <names>",
      `any of ${STEPS.join(", ")}, separated by commas`,
      DEFAULT_STEPS,
    )
    .option("--rounds <number>", "measured rounds", "3")
    .option("--peers <millions>", "the most rows with which peers run", "5")
    .option("--no-warm-up", "leave the unmeasured round out")
    .option("--big", "upload single files of 256 MB and 2 GB too; from 20 on")
    .option("--out <folder>", "where the results go; default: bench/results")
    .action(async (options: BenchTaskOptions) => {
      const { warmUp, big } = options;
      const results = await runBench({
        rows: options.rows.split(",").map((text) => parseMillions(text))
          .sort((a, b) => a - b),
        steps: parseSteps(options.steps),
        rounds: parseRounds(options.rounds),
        peersUpTo: parsePeers(options.peers),
        ...{ warmUp, big },
        log: (line) => console.log(line),
      });
      console.log();
      const shown = [
        facts(benchFacts(results)),
        ...Object.values(TABLES).map((steps) => resultsTable(results, steps)),
        ...[growthTable(results), missingTable(results)],
        targetsTable(results, { all: false }),
      ];
      for (const each of shown) {
        if (!each) continue;
        await show(each);
        console.log();
      }
      const dir = options.out ? resolve(options.out) : resultsDir();
      const path = await writeResults(results, dir);
      console.log(`Results: ${relative(Deno.cwd(), path)}`);
      const isFailed = results.missing.some(({ subject, failed }) =>
        failed && subject === PRODUCT
      );
      if (isFailed) Deno.exitCode = 1;
    }),
);
