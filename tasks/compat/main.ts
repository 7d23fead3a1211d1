import { relative, resolve } from "node:path";
import { writeWhole } from "../../lib/core/files.ts";
import { takeLock } from "../../lib/core/lock.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { PROJECT_DIR, settings, stateDir } from "../../lib/core/settings.ts";
import { progress } from "../../lib/show/progress.ts";
import { ENGINE_NAMES, type EngineName } from "../../lab/compat/capability.ts";
import {
  type CatalogTest,
  runCatalogTests,
} from "../../lab/compat/catalog_tests/catalog_tests.ts";
import {
  type CellChange,
  compareResults,
  type CompatResult,
  worse,
} from "../../lab/compat/result.ts";
import { askEngines } from "../../lab/compat/run.ts";
import { runningStackOf } from "../../stack/mod.ts";
import { java, SPARK_JAVA } from "../../stack/install/java.ts";
import { artifactPaths, fetchArtifacts } from "../../stack/install/maven.ts";
import { ensureTools } from "../../stack/tools.ts";
import { command, main, shown } from "../terminal/cli.ts";
import { runFacts } from "../report/run_facts.ts";
import { compatPage } from "./page.ts";
import { withMarked } from "../dev/markdown.ts";
import { compareText, compatText, scoresMarkdown } from "./summary.ts";

interface CompatTaskOptions {
  engines: string;
  only?: string;
  compare?: string[];
  expect?: string;
  table?: string[];
  catalogTests: boolean;
  out: string;
}

/** Reads a result that an earlier run has written. */
async function readResult(path: string): Promise<CompatResult> {
  try {
    const result = JSON.parse(await Deno.readTextFile(path)) as CompatResult;
    if (result.format === 1) return result;
    throw new Error("it is no result of this version");
  } catch (cause) {
    throw new LakehouseError({
      what: `Cannot read the result ${path}`,
      why: cause instanceof Error ? cause.message : String(cause),
      next: "deno task compat writes one, reports/compat.json",
      cause,
    });
  }
}

function parseEngines(text: string): EngineName[] {
  const named = text.split(",").map((name) => name.trim());
  const unknown = named.find((name) =>
    !ENGINE_NAMES.includes(name as EngineName)
  );
  if (unknown === undefined) {
    return ENGINE_NAMES.filter((name) => named.includes(name));
  }
  throw new LakehouseError({
    what: `Cannot ask the engine "${unknown}"`,
    why: `there are ${ENGINE_NAMES.join(", ")}`,
    next: "deno task compat --engines trino,duckdb",
  });
}

async function ask(options: CompatTaskOptions): Promise<CompatResult> {
  const engines = parseEngines(options.engines);
  const stack = runningStackOf();
  console.log(`Stack: ${stack.name} (${settings().trinoUri})`);
  await ensureTools({
    ...shown(),
    sparks: engines.includes("spark-4.1") ? ["4.1"] : [],
    python: engines.includes("duckdb") || engines.includes("pyiceberg"),
  });
  const { facts, note } = await runFacts(new Date());
  const name = facts.filter(([fact]) => /store|catalog/i.test(fact))
    .map(([, value]) => value).join(", ");
  const result = await askEngines({
    engines,
    ...options.only ? { only: options.only.split(",") } : {},
    store: { note, ...stack.name === "remote" ? {} : { name } },
  });
  if (!options.catalogTests || options.only) return result;
  return { ...result, ...await askCatalog() };
}

/** Iceberg's own tests of catalogs, on the running one, where they can run. */
async function askCatalog(): Promise<{ catalogTests?: CatalogTest[] }> {
  const { onStep: _, ...fetching } = shown();
  await fetchArtifacts(["catalog-tests"], {
    ...fetching.signal ? { signal: fetching.signal } : {},
    ...fetching.onDownload ? { onProgress: fetching.onDownload } : {},
  });
  const bar = progress("Iceberg's own catalog tests");
  let done = 0;
  try {
    const tests = await runCatalogTests({
      java: `${await java(SPARK_JAVA)}/bin/java`,
      classPath: artifactPaths("catalog-tests"),
      mayShare: false,
      onTest: ({ name }) =>
        bar.update({ done: ++done, unit: "tests", detail: name }),
      onLeft: (why) => console.log(`Left behind, empty: ${why}`),
    });
    await bar.done(`${done} tests`);
    return { catalogTests: tests };
  } catch (error) {
    await bar.fail("not run");
    if (!(error instanceof LakehouseError)) throw error;
    // The matrix stands without them.
    console.log(error.message);
    return {};
  }
}

/** Cells that are worse than expected, of the rows and engines that were asked. */
function worseThan(expected: CompatResult, result: CompatResult): CellChange[] {
  const asked = new Set(result.capabilities.map(({ id }) => id));
  const names = new Set<string>(result.engines.map(({ name }) => name));
  const wanted = expected.capabilities.filter(({ id }) => asked.has(id));
  return worse(compareResults({ capabilities: wanted }, result))
    .filter(({ engine }) => names.has(engine));
}

/** Asks once more what is worse: a busy machine is not to be taken for a change. */
async function askAgain(
  changes: readonly CellChange[],
  result: CompatResult,
): Promise<CompatResult> {
  console.log(`\nAsked once more:\n${compareText(changes)}`);
  const again = await askEngines({
    only: [...new Set(changes.map(({ id }) => id))],
    // Engines that only read need those that write.
    engines: result.engines.map(({ name }) => name),
    store: result.store,
  });
  const rows = new Map(again.capabilities.map((row) => [row.id, row]));
  return {
    ...result,
    capabilities: result.capabilities.map((row) => rows.get(row.id) ?? row),
    errors: [
      ...result.errors.filter(({ capability }) => !rows.has(capability)),
      ...again.errors,
    ],
  };
}

/** Fails when cells got worse than in the expected result. */
function checkExpected(expected: CompatResult, result: CompatResult): void {
  const changes = worseThan(expected, result);
  if (changes.length === 0 && result.errors.length === 0) return;
  console.log(`\n${compareText(changes)}`);
  throw new LakehouseError({
    what:
      `${changes.length} cells are worse than expected, and ${result.errors.length} have no verdict`,
    why: "the lines above name them",
    next: "mend them, or commit the new result with the reason",
  });
}

/** Puts the scores of results into the README. */
async function writeTable(paths: readonly string[]): Promise<void> {
  const results = await Promise.all(paths.map(readResult));
  const readme = `${PROJECT_DIR}/README.md`;
  const text = await Deno.readTextFile(readme);
  const table = scoresMarkdown(results);
  const marked = withMarked(text, "compat", table);
  await writeWhole(readme, (part) => Deno.writeTextFile(part, marked));
  console.log(`README.md: made from ${paths.join(", ")}`);
}

async function compat(options: CompatTaskOptions): Promise<void> {
  if (options.table) return await writeTable(options.table);
  if (options.compare) {
    const [before = "", after = ""] = options.compare;
    const changes = compareResults(
      await readResult(before),
      await readResult(after),
    );
    console.log(compareText(changes));
    return;
  }
  const expected = options.expect
    ? await readResult(options.expect)
    : undefined;
  // Two would take each other's tables away, and call that the store's failure.
  using _lock = takeLock(
    `${stateDir()}/compat.lock`,
    "Cannot ask the engines",
    "another compat of this folder",
  );
  let result = await ask(options);
  const changes = expected ? worseThan(expected, result) : [];
  if (changes.length > 0) result = await askAgain(changes, result);
  const dir = resolve(PROJECT_DIR, options.out);
  const [page, json] = [`${dir}/compat.html`, `${dir}/compat.json`];
  const html = await compatPage(result);
  await writeWhole(page, (part) => Deno.writeTextFile(part, html));
  const text = JSON.stringify(result, null, 1) + "\n";
  await writeWhole(json, (part) => Deno.writeTextFile(part, text));
  console.log(`\n${compatText(result)}`);
  const at = (path: string) => relative(Deno.cwd(), path);
  console.log(`\nPage: ${at(page)}\nData: ${at(json)}`);
  if (expected) checkExpected(expected, result);
}

await main(
  command("compat", "Asks which engines work with the running stack's store.")
    .option("--engines <names>", "columns", ENGINE_NAMES.join(","))
    .option("--only <names>", "rows or groups by name; default: all")
    .option("--compare <files...>", "run nothing: what differs between two")
    .option("--expect <file>", "fail when a cell is worse than in this result")
    .option("--table <files...>", "run nothing: make README's table of these")
    .option("--no-catalog-tests", "leave Iceberg's own catalog tests out")
    .option("--out <folder>", "where page and data go", "reports")
    .action(compat),
);
