import { relative, resolve } from "node:path";
import { PROJECT_DIR, stateDir } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { interruptSignal } from "../../lib/core/interrupt.ts";
import { notebookTitle, readNotebook } from "../notebooks/document.ts";
import type { ExecutedNotebook } from "../notebooks/run.ts";
import { runningStackOf } from "../../stack/mod.ts";
import { python } from "../../stack/install/python.ts";
import { writeReport } from "./report.ts";
import { requireChromium } from "./chromium.ts";
import type { MissingPage } from "./html.ts";
import { toPage } from "./page.ts";
import { findNotebooks, questionPaths } from "../notebooks/paths.ts";
import { command, main } from "../terminal/cli.ts";
import {
  printTimes,
  requireFinished,
  runNotebooks,
} from "../notebooks/summaries.ts";

/** Options of {@linkcode reportOn}. */
interface ReportOnOptions {
  /** Folder for the pages. @default {`${PROJECT_DIR}/reports`} */
  outDir?: string;
  /** Notebooks that have no page, and why. */
  missing?: MissingPage[];
  /** Also one file of all pages. */
  single?: boolean | undefined;
  /** Program of a Chromium that prints each page as a PDF. */
  chromium?: string | undefined;
}

/**
 * Writes the pages of executed notebooks; returns the index.
 *
 * @throws {LakehouseError} When a notebook shows a secret; the rest is written.
 */
export async function reportOn(
  executed: readonly ExecutedNotebook[],
  options: ReportOnOptions = {},
): Promise<string> {
  const { outDir = `${PROJECT_DIR}/reports`, chromium, single } = options;
  const paths: string[] = [];
  const unsaved: MissingPage[] = [];
  for (const { name, path, fault } of executed) {
    if (await readNotebook(path).catch(() => undefined)) paths.push(path);
    else unsaved.push({ title: name, why: fault ?? "its run saved nothing" });
  }
  return await writeReport({
    notebooks: paths,
    outDir,
    python: await python(),
    signal: interruptSignal(),
    missing: [...unsaved, ...options.missing ?? []],
    single,
    ...(chromium ? { chromium } : {}),
  });
}

const nameOf = (path: string) => relative(`${PROJECT_DIR}/notebooks`, path);

/** What was run before of these notebooks, without running anything. */
async function runBefore(paths: string[]): Promise<ExecutedNotebook[]> {
  const found: ExecutedNotebook[] = [];
  for (const path of paths) {
    const executed = `${stateDir()}/executed/${nameOf(path)}`;
    const notebook = await readNotebook(executed).catch(() => undefined);
    if (!notebook) continue;
    const { name, ms, fault } = toPage(executed, notebook);
    found.push({ name, path: executed, seconds: ms / 1000, fault });
  }
  return found;
}

/** Those of the notebooks that did not run, with the reason. */
async function missingOf(
  paths: string[],
  executed: ExecutedNotebook[],
): Promise<MissingPage[]> {
  const failed = executed.find(({ fault }) => fault);
  const missing: MissingPage[] = [];
  for (const path of paths) {
    if (executed.some(({ name }) => nameOf(path) === `${name}.ipynb`)) continue;
    missing.push({
      title: notebookTitle(await readNotebook(path), path),
      why: failed ? `did not run, since ${failed.name} failed` : "did not run",
    });
  }
  return missing;
}

async function report(named: string[], options: {
  executed?: boolean;
  keepGoing?: boolean;
  pdf?: boolean;
  single?: boolean;
  out: string;
}): Promise<void> {
  // Asked first: notebooks run for minutes.
  const chromium = options.pdf ? await requireChromium() : undefined;
  const paths = named.length > 0
    ? [...new Set(await findNotebooks(named))]
    : await questionPaths();
  if (!options.executed) console.log(`Stack: ${runningStackOf().name}`);
  const executed = options.executed
    ? await runBefore(paths)
    : await runNotebooks(paths, { keepGoing: options.keepGoing });
  const missing = await missingOf(paths, executed);
  if (
    executed.length === 0 ||
    (named.length > 0 && options.executed && missing[0])
  ) {
    throw new LakehouseError({
      what: `Cannot report on ${
        missing.map(({ title }) => `"${title}"`).join(", ")
      }`,
      why: "no earlier run is there",
      next: "deno task report, without --executed",
    });
  }
  const index = await reportOn(executed, {
    outDir: resolve(PROJECT_DIR, options.out),
    missing,
    chromium,
    single: options.single,
  });
  printTimes(executed);
  const shown = relative(Deno.cwd(), index) || index;
  console.log(`\nReport: ${shown}`);
  if (options.single) {
    console.log(`One file: ${shown.replace(/index\.html$/, "all.html")}`);
  }
  requireFinished(executed);
}

if (import.meta.main) {
  const more = (name: string, names: string[]) => [...names, name];
  await main(
    command(
      "report",
      "Executes notebooks and writes them as pages to reports/.",
    )
      .argument("[notebooks...]", "numbers or names; all when none is named")
      .option("--notebook <name>", "a notebook; may be repeated", more, [])
      .option("--executed", "run nothing: take what ran last")
      .option("--keep-going", "after a notebook that fails too")
      .option("--pdf", "write PDFs too, with an installed Chromium")
      .option("--single", "also one file of all pages, all.html")
      .option("--out <folder>", "where the pages go", "reports")
      .action((named: string[], { notebook, ...options }) =>
        report([...named, ...notebook], options)
      ),
  );
}
