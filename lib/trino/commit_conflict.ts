/**
 * When Iceberg refuses a commit because another writer's came in between.
 *
 * @module
 */

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
