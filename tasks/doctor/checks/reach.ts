/**
 * Trino's way to the lakehouse: what it means when it fails.
 *
 * @module
 */

import { LakehouseError } from "../../../lib/core/errors.ts";
import type { Outcome } from "../check.ts";
import { wholeMessage } from "../http.ts";
import { isGiven, sourceOf } from "../source.ts";
import { type CheckedStack, upCommand } from "../subject.ts";

/** What gives Trino the object store's right name. */
export function engineAdvice({ stack, given }: CheckedStack): string {
  const source = sourceOf("ENGINE_MINIO_HOST");
  const inNetwork = "http://minio:9000";
  const steps = [
    `await query('DROP CATALOG "${given.trinoCatalog}"') and notebook 01`,
  ];
  if (stack === "docker" && given.engineMinioHost !== inNetwork) {
    steps.unshift(
      `set ENGINE_MINIO_HOST=${inNetwork} (ENGINE_MINIO_HOST: ${source})`,
    );
  } else if (stack === "local" && isGiven("ENGINE_MINIO_HOST")) {
    steps.unshift(
      `unset ENGINE_MINIO_HOST and ENGINE_CATALOG_URI (ENGINE_MINIO_HOST: ${source})`,
    );
  } else if (stack === "remote") {
    steps.unshift(
      `set ENGINE_MINIO_HOST to the object store's name in Trino's network (ENGINE_MINIO_HOST: ${source})`,
    );
  }
  return steps.join(", then ");
}

const UNREACHED =
  /Cannot obtain metadata|UnknownHost|Name or service not known|Connection refused|Unable to execute HTTP request|Connect timed out|Failed to connect/i;
const REFUSED = /Forbidden|signature|AccessDenied|Access Denied|\b40[13]\b/i;
const UNREADABLE =
  /Failed to open input stream|Failed to load table|Error (reading|opening)/i;

/**
 * What it means that Trino could not read through its catalog.
 *
 * @param target What it was to reach, such as `the object store`.
 * @param address Where it looks for that.
 */
export function reachVerdict(
  error: unknown,
  subject: CheckedStack,
  target: string,
  address: string,
): Outcome {
  const effect = `Trino cannot reach ${target}`;
  const text = wholeMessage(error);
  const isLate = error instanceof Error && error.name === "TimeoutError";
  if (isLate || (UNREACHED.test(text) && !REFUSED.test(text))) {
    return {
      status: "failed",
      text: `Trino ${
        isLate ? "gets no answer from" : "cannot reach"
      } ${target} under the name it was given, ${address}`,
      next: engineAdvice(subject),
      effect,
    };
  }
  if (REFUSED.test(text)) {
    return {
      status: "failed",
      text: `${target} refuses the keys that Trino signs with`,
      next: subject.stack === "remote"
        ? "set MINIO_ACCESS_KEY and MINIO_SECRET_KEY, then notebook 01"
        : `deno task down, then ${upCommand(subject.stack)} and notebook 01`,
      effect,
    };
  }
  const first = (error instanceof LakehouseError ? error.what : text)
    .replace(/ \(query \w+\)/, "").split("\n")[0]!;
  return {
    status: "failed",
    text: UNREADABLE.test(text)
      ? `Trino cannot read the table's files at ${address}: ${first}`
      : first,
    next: UNREADABLE.test(text)
      ? `${engineAdvice(subject)}; if files are gone, run notebook 04 again`
      : subject.stack === "remote"
      ? "Trino's own log says more"
      : "deno task logs trino",
    effect,
  };
}
