/**
 * What usually lies behind an error of Trino, and the next step; and when
 * Iceberg refuses a commit because another writer's came in between.
 *
 * @module
 */

import { type Cause, knownCause } from "../core/errors.ts";
import { settings } from "../core/settings.ts";

const UNREACHED =
  /Cannot obtain metadata|UnknownHostException|Name or service not known|Connection refused|Failed to load table|Unable to execute HTTP request/i;
const REFUSED: Cause = {
  pattern: /Forbidden|signature|AccessDenied|403/i,
  why: "the catalog or the object store refused the keys Trino signs with",
  next:
    "check MINIO_ACCESS_KEY and MINIO_SECRET_KEY, then run notebook 01 again",
};

/**
 * Likely cause and next step of a failed statement; `undefined` when the message
 * says it all.
 *
 * @param underneath What the errors underneath say.
 */
export function trinoCause(
  errorName: string,
  message: string,
  underneath = "",
): Cause | undefined {
  const { engineMinioHost, engineCatalogUri, trinoCatalog } = settings();
  const known = knownCause([
    {
      pattern: UNREACHED,
      why:
        `Trino cannot reach the object store or the catalog under the name it was given (${engineMinioHost}, ${engineCatalogUri})`,
      next:
        "deno task doctor; in containers the name is http://minio:9000, set by ENGINE_MINIO_HOST",
    },
    REFUSED,
    {
      pattern: /^CATALOG_NOT_FOUND:/,
      why: "Trino forgets its catalogs when it stops",
      next:
        `run notebook 01 again, or await ensureTrinoCatalog(), which creates "${trinoCatalog}"`,
    },
    {
      pattern: /^(TABLE|SCHEMA)_NOT_FOUND:/,
      why: "nothing was ingested yet",
      next: "run notebook 04, or deno task analyze",
    },
  ], `${errorName}: ${message}`);
  // Trino says the same of a catalog that answers, and refuses.
  const isRefused = known?.pattern === UNREACHED &&
    /Forbidden|SignatureDoesNotMatch|AccessDenied/.test(underneath);
  return isRefused ? REFUSED : known;
}

const ICEBERG = "org.apache.iceberg.exceptions.";

// Iceberg's checks of a commit against those that came in between; the same
// exception also says that a request makes no sense.
const CHECKS =
  /conflict|concurrently|Cannot commit, |Missing required files|Found (new )?delete/i;

// Spark's copy-on-write, when the table has changed between two of its scans.
const BETWEEN_SCANS = /table has been concurrently modified/;

/** What an error about it says to do; the engines' own words name files only. */
export const CONFLICT_ADVICE = {
  why: "another writer committed in between, and nothing was written",
  next: "run the statement again",
} as const;

/** Whether an exception of Java, by its class and message, says so. */
export function isConflict(
  { name, message }: { name: string; message: string },
): boolean {
  return name === `${ICEBERG}CommitFailedException` ||
    name === `${ICEBERG}ValidationException` && CHECKS.test(message) ||
    name === "java.lang.IllegalStateException" && BETWEEN_SCANS.test(message);
}
