/**
 * Checks of Trino: reachable, of a fit version, and on its way to the lakehouse.
 *
 * @module
 */

import { identifier } from "../../../lib/trino/literal.ts";
import { query, TrinoError } from "../../../lib/trino/client.ts";
import type { Check, Outcome } from "../check.ts";
import { unreachable } from "../http.ts";
import { reachVerdict } from "./reach.ts";
import { sourceOf } from "../source.ts";
import { addressAdvice, type CheckedStack, needsOf } from "../subject.ts";

const GROUP = "Trino";
/** A busy Trino needs seconds for its first look; then the query is cancelled. */
const QUERY_MS = 8_000;
const CANCEL_MS = 300;
const CHECK_MS = QUERY_MS + 2 * CANCEL_MS;

/** What `GET /v1/info` says, as far as it matters here. */
export interface TrinoInfo {
  /** HTTP status. */
  status: number;
  /** Version, or `undefined` when the answer names none. */
  version?: string | undefined;
  /** Whether it is still starting. */
  starting?: boolean | undefined;
}

/** Whether Trino answers and has started. */
export function trinoInfoVerdict(info: TrinoInfo, uri: string): Outcome {
  if (info.status !== 200 || info.version === undefined) {
    return {
      status: "failed",
      text: `${uri} answers ${info.status}, but not as Trino does`,
      next: `set TRINO_URI to Trino's address (TRINO_URI: ${
        sourceOf("TRINO_URI")
      })`,
      effect: "Trino does not answer",
    };
  }
  return info.starting
    ? {
      status: "failed",
      text: `${uri} is still starting`,
      next: "wait 10 s, then the same again",
      effect: "Trino is starting",
    }
    : { status: "passed", text: uri };
}

const VERSION_ADVICE = "use Trino 483 or later";

/**
 * Whether a version of Trino can work with a SigV4-signed catalog.
 *
 * @example Usage
 * ```ts
 * import { trinoVersionVerdict } from "./trino.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(trinoVersionVerdict("483").status, "passed");
 * assertEquals(trinoVersionVerdict("482").status, "failed");
 * ```
 */
export function trinoVersionVerdict(version: string): Outcome {
  const number = parseInt(version);
  const unfit = (why: string): Outcome => ({
    status: "failed",
    text: `${version}: ${why}`,
    next: VERSION_ADVICE,
    effect: `Trino ${version} is unfit`,
  });
  if (Number.isNaN(number)) {
    return {
      status: "warning",
      text: `${version} is no release; 483 is the one this project was run on`,
      next: VERSION_ADVICE,
    };
  }
  if (number < 477) {
    return unfit("unfit, iceberg.rest-catalog.security=SIGV4 came with 477");
  }
  if (number === 482) {
    return unfit("unfit, its SIGV4 fails with NoClassDefFoundError");
  }
  return number < 483
    ? {
      status: "warning",
      text:
        `${version}: CREATE TABLE fails where the catalog assigns the location`,
      next: VERSION_ADVICE,
    }
    : { status: "passed", text: version };
}

/** Runs a query; one that takes too long is cancelled on the server. */
async function ask(text: string, signal: AbortSignal) {
  try {
    return await query(text, { signal, limitMs: QUERY_MS });
  } catch (error) {
    if (error instanceof Error && error.name === "TimeoutError") {
      await new Promise((resolve) => setTimeout(resolve, CANCEL_MS));
    }
    throw error;
  }
}

async function readInfo(uri: string, signal: AbortSignal): Promise<TrinoInfo> {
  const response = await fetch(`${uri}/v1/info`, { signal });
  const text = await response.text();
  let info: { nodeVersion?: { version?: string }; starting?: boolean } = {};
  try {
    info = JSON.parse(text) ?? {};
  } catch {
    // Not JSON, so not Trino; the verdict says so.
  }
  return {
    status: response.status,
    version: info.nodeVersion?.version,
    starting: info.starting,
  };
}

function reachCheck(
  subject: CheckedStack,
  check: Pick<Check, "name" | "needs"> & {
    sql: string;
    target: string;
    address: string;
    passed: string;
  },
): Check {
  return {
    name: check.name,
    group: GROUP,
    needs: check.needs ?? [],
    limitMs: CHECK_MS,
    run: async (signal) => {
      try {
        await ask(check.sql, signal);
        return { status: "passed", text: check.passed };
      } catch (error) {
        signal.throwIfAborted();
        // Trino looks for a view then, and some catalogs have none.
        const isMissing = error instanceof TrinoError &&
          (/^(TABLE|SCHEMA)_NOT_FOUND$/.test(error.errorName) ||
            /Failed to load view/.test(error.message));
        return isMissing
          ? { status: "skipped", text: "there is no table to read yet" }
          : reachVerdict(error, subject, check.target, check.address);
      }
    },
  };
}

/** Checks of Trino. */
export function trinoChecks(subject: CheckedStack): Check[] {
  const { stack, given } = subject;
  const { trinoUri, trinoCatalog, engineMinioHost, engineCatalogUri } = given;
  const down = (text: string): Outcome => ({
    status: "failed",
    text,
    next: addressAdvice(stack, "TRINO_URI"),
    effect: "Trino is down",
  });
  let version = "";
  const name = identifier(trinoCatalog);
  const table = [given.namespace, `${given.table}$manifests`]
    .map((part) => identifier(part)).join(".");
  return [
    {
      name: "Trino",
      group: GROUP,
      needs: needsOf(stack, "trino"),
      late: down(`${trinoUri} does not answer`),
      run: async (signal) => {
        try {
          const info = await readInfo(trinoUri, signal);
          version = info.version ?? "";
          return trinoInfoVerdict(info, trinoUri);
        } catch (error) {
          signal.throwIfAborted();
          return down(unreachable(error, trinoUri));
        }
      },
    },
    {
      name: "Trino version",
      group: GROUP,
      needs: ["Trino"],
      run: () => Promise.resolve(trinoVersionVerdict(version)),
    },
    {
      name: "Trino catalog",
      group: GROUP,
      needs: ["Trino version"],
      limitMs: CHECK_MS,
      run: async (signal) => {
        const { rows } = await ask("SHOW CATALOGS", signal);
        return rows.some(({ Catalog }) => Catalog === trinoCatalog)
          ? { status: "passed", text: trinoCatalog }
          : {
            status: "skipped",
            text:
              `Trino does not know "${trinoCatalog}" yet, or has forgotten it with a restart (notebook 01)`,
            effect: `Trino has no catalog "${trinoCatalog}" yet`,
          };
      },
    },
    reachCheck(subject, {
      name: "Trino to catalog",
      needs: [...needsOf(stack, "catalog"), "Trino catalog"],
      sql: `SHOW SCHEMAS FROM ${name}`,
      target: "the catalog",
      address: engineCatalogUri,
      passed: engineCatalogUri,
    }),
    reachCheck(subject, {
      name: "Trino to store",
      needs: ["object store", "Trino to catalog"],
      // Answered from one small object of the table, which lies in the store.
      sql: `SELECT count(*) FROM ${name}.${table}`,
      target: "the object store",
      address: engineMinioHost,
      passed: engineMinioHost,
    }),
  ];
}
