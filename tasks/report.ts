import { PROJECT_DIR, settings } from "../lib/config.ts";
import { LakehouseError } from "../lib/errors.ts";
import { readNotebook } from "../lib/notebook.ts";
import type { ExecutedNotebook } from "../lib/stack/notebooks.ts";
import { runningStackOf } from "../lib/stack/mod.ts";
import { python } from "../lib/stack/python.ts";
import { type ReportHeader, writeReport } from "../lib/stack/report.ts";
import { notebookPaths } from "./check_notebooks.ts";
import { command, main } from "./cli.ts";
import { printTimes, runNotebooks } from "./run_notebooks.ts";

// A reader must not take a result of the stand-in for one of AIStor.
const STACK_NOTES = {
  docker: "docker (MinIO AIStor)",
  local: "local (stand-in for MinIO AIStor)",
  remote: "remote",
};

async function trinoVersion(): Promise<string> {
  try {
    const response = await fetch(`${settings().trinoUri}/v1/info`, {
      signal: AbortSignal.timeout(5_000),
    });
    const { nodeVersion } = await response.json();
    return nodeVersion.version;
  } catch {
    return "unknown";
  }
}

async function reportHeader(): Promise<ReportHeader> {
  const { stack } = settings();
  return {
    date: new Date(),
    stack: stack ? STACK_NOTES[stack] : "none",
    versions: { Trino: await trinoVersion(), Deno: Deno.version.deno },
  };
}

/** Writes the pages of executed notebooks to `reports/`; returns the index. */
export async function reportOn(
  executed: readonly ExecutedNotebook[],
  outDir = `${PROJECT_DIR}/reports`,
): Promise<string> {
  const paths: string[] = [];
  for (const { path } of executed) {
    // A run that ended before it saved anything has no page.
    if (await readNotebook(path).catch(() => undefined)) paths.push(path);
  }
  return await writeReport({
    notebooks: paths,
    outDir,
    header: await reportHeader(),
    python: await python(),
  });
}

if (import.meta.main) {
  await main(
    command(
      "report",
      "Executes notebooks and writes them as pages to reports/.",
    )
      .argument("[notebooks...]", "numbers or names; all when none is named")
      .action(async (named: string[]) => {
        console.log(`Stack: ${runningStackOf().name}`);
        const executed = await runNotebooks(
          named.length ? named : await notebookPaths(),
        );
        const index = await reportOn(executed);
        printTimes(executed);
        console.log(`\nReport: ${index.replace(`${PROJECT_DIR}/`, "")}`);
        const failed = executed.find(({ fault }) => fault);
        if (failed) {
          throw new LakehouseError({
            what: `Cannot finish ${failed.name}`,
            why: failed.fault ?? "",
          });
        }
      }),
  );
}
