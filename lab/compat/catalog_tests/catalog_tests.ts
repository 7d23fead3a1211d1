/**
 * Iceberg's own tests of catalogs, run against the catalog of the settings.
 *
 * They are what Iceberg's REST Compatibility Kit runs: JUnit tests in
 * `iceberg-core`'s jar of tests. `catalog_tests/CatalogTestRun.java` runs them;
 * it needs no engine.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import type { Catalog } from "../../../lib/catalog/call.ts";
import { catalog, getConfig } from "../../../lib/catalog/config.ts";
import { listNamespaces } from "../../catalog/namespaces.ts";
import { getWarehouse } from "../../../lib/catalog/warehouses.ts";
import { LakehouseError } from "../../../lib/core/errors.ts";
import { interruptSignal, withLimit } from "../../../lib/core/interrupt.ts";
import { run } from "../../../lib/core/process.ts";
import { settings } from "../../../lib/core/settings.ts";
import { keyVariables } from "../../../lib/spark/submit.ts";
import { explanationOf, groupOf, NAMESPACES } from "./catalog_test_list.ts";
import { withOwnWarehouse } from "./own_warehouse.ts";

const SOURCE = fileURLToPath(
  new URL("./CatalogTestRun.java", import.meta.url),
);
const OWN_WAREHOUSE = "compat-catalog-tests";
const LIMIT_MS = 5 * 60_000;
const FAULTS_OF_OURS =
  /^java\.lang\.(NoClassDefFoundError|NoSuchMethodError|ExceptionInInitializerError)/;
const CANNOT_RUN = "Cannot run Iceberg's own catalog tests";

/** How one of the tests ended. */
export interface CatalogTest {
  /** What it is about, such as `namespaces`. */
  group: string;
  /** Its name, with its variant where it has several. */
  name: string;
  /**
   * `passed`; `other words` when the catalog gave the right error in other words
   * than Iceberg's own; `failed`; `skipped` by the test itself; `not applicable`
   * when it failed for want of something that no client can give.
   */
  outcome: "passed" | "other words" | "failed" | "skipped" | "not applicable";
  /** Why it did not pass: what its error says first, or what it wants. */
  reason: string;
  /** Seconds it took. */
  seconds: number;
}

/** What each outcome is called where it is counted. */
export const OUTCOMES: Readonly<Record<CatalogTest["outcome"], string>> = {
  passed: "passed",
  "other words": "passed but for the words of an error",
  failed: "failed",
  "not applicable": "ask for what a catalog need not have",
  skipped: "left out",
};

/** Options of {@linkcode runCatalogTests}. */
export interface CatalogTestsOptions {
  /** The program `java` of a JDK 17 or newer. */
  java: string;
  /** The jars of the tests and of what they need. */
  classPath: string[];
  /**
   * Runs in the warehouse of the settings where none of its own can be made, if
   * that has no namespace of a name that the tests use.
   *
   * @default {false}
   */
  mayShare?: boolean;
  /** Ends the run; what it made is removed. @default {interruptSignal()} */
  signal?: AbortSignal;
  /** Longest time for the tests, in milliseconds. @default {300_000} */
  limitMs?: number;
  /** Told each test as it ends. */
  onTest?: (test: CatalogTest) => void;
  /** Told why the emptied warehouse could not be removed. @default {that is an error} */
  onLeft?: (why: string) => void;
}

interface Line {
  suite: string;
  test: string;
  variant: string;
  outcome: "passed" | "failed" | "skipped";
  reason: string;
  seconds: number;
}

/** What an error says, without its stack. */
function words(reason: string): string {
  const lines = reason.split("\n").map((line) => line.trim());
  const end = lines.findIndex((line) =>
    /^(at |but |Throwable that failed)/.test(line)
  );
  return lines.slice(0, end < 0 ? 6 : end).filter((line) => line !== "")
    .join(" ").slice(0, 500);
}

function outcomeOf(test: string, said: string): CatalogTest["outcome"] {
  if (explanationOf(test, said)) return "not applicable";
  // The tests look at an error's type before they look at its message.
  return /^java\.lang\.AssertionError: Expecting (actual|throwable message): ".*" to (start with|contain): "/
      .test(said)
    ? "other words"
    : "failed";
}

/** A test from a line that the Java program wrote; `undefined` for others. */
export function catalogTest(line: string): CatalogTest | undefined {
  if (!line.startsWith('{"suite":')) return undefined;
  const { suite, test, variant, outcome, reason, seconds }: Line = JSON.parse(
    line,
  );
  const said = words(reason);
  const isVariant = variant !== `${test}()` && variant !== test;
  return {
    group: groupOf(suite, test),
    name: isVariant ? `${test} ${variant}` : test,
    outcome: outcome === "failed" ? outcomeOf(test, said) : outcome,
    reason: explanationOf(test, said) ?? said,
    seconds,
  };
}

async function runIn(
  lake: Catalog,
  isOwn: boolean,
  options: CatalogTestsOptions,
): Promise<CatalogTest[]> {
  const { java, classPath, onTest } = options;
  const { endpoints } = await getConfig(lake);
  const { bucket = lake.warehouse } = await getWarehouse(lake);
  const tests: CatalogTest[] = [];
  const other: string[] = [];
  const signal = withLimit(
    options.signal ?? interruptSignal(),
    options.limitMs ?? LIMIT_MS,
    "Iceberg's own catalog tests",
  );
  const code = await run({
    command: java,
    args: ["-XX:+UseSerialGC", "-cp", classPath.join(":"), SOURCE],
    env: {
      CATALOG_URI: lake.uri,
      WAREHOUSE: lake.warehouse,
      OWN_WAREHOUSE: String(isOwn),
      TRY_VIEWS: String(endpoints === undefined),
      // Where most catalogs put tables themselves; some allow no other place.
      LOCATION: `s3://${bucket}`,
      S3_ENDPOINT: settings().minioHost,
      ...keyVariables(),
    },
    signal,
    onLine: (line) => {
      const test = catalogTest(line);
      if (!test) return other.push(line);
      tests.push(test);
      onTest?.(test);
    },
  });
  // What the class path lacks is no fault of the catalog.
  const broken = tests.find(({ reason }) => FAULTS_OF_OURS.test(reason));
  if (code === 0 && tests.length > 0 && !broken) return tests;
  throw new LakehouseError({
    what: CANNOT_RUN,
    why: broken?.reason ??
      (other.slice(-5).join(" ") || `java ended with code ${code}`),
    next: "deno task doctor, then the same again",
  });
}

/**
 * Runs Iceberg's own tests of catalogs, about a minute, and returns how each
 * ended.
 *
 * They run in a warehouse of their own, which is removed afterwards.
 *
 * @throws {LakehouseError} When no warehouse can be made for them, or they cannot be run.
 * @throws {unknown} The signal's reason, once what was made is removed.
 * @example Usage
 * ```ts ignore
 * const tests = await runCatalogTests({
 *   java: "/usr/bin/java",
 *   classPath: artifactPaths("catalog-tests"),
 * });
 * console.log(tests.filter(({ outcome }) => outcome === "passed").length);
 * ```
 */
export async function runCatalogTests(
  options: CatalogTestsOptions,
): Promise<CatalogTest[]> {
  const signal = options.signal ?? interruptSignal();
  const tests = await withOwnWarehouse(
    OWN_WAREHOUSE,
    (lake) => runIn(lake, true, { ...options, signal }),
    { signal, onLeft: options.onLeft },
  );
  if (tests) return tests;
  const lake = catalog();
  const why = `the catalog at ${lake.uri} makes no warehouse for these keys`;
  if (!options.mayShare) {
    throw new LakehouseError({
      what: CANNOT_RUN,
      why: `${why}, and the tests empty what they run in`,
      next: "name an empty warehouse as WAREHOUSE, and allow them to share it",
    });
  }
  const taken = (await listNamespaces(lake, { signal }))
    .map((levels) => levels[0]!).filter((name) => NAMESPACES.includes(name));
  if (taken.length > 0) {
    throw new LakehouseError({
      what: CANNOT_RUN,
      why: `${why}, and "${lake.warehouse}" has namespaces of names that the ` +
        `tests use: ${taken.join(", ")}`,
      next: "name a warehouse without these as WAREHOUSE",
    });
  }
  return await runIn(lake, false, { ...options, signal });
}
