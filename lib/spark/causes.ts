/**
 * What usually lies behind a failure inside Spark, and the next step.
 *
 * @module
 */

/** Likely cause and next step. */
export interface SparkCause {
  /** The likely cause. */
  why: string;
  /** What to do next. */
  next: string;
}

const CAUSES: [RegExp, string, string][] = [
  [
    /UnknownHostException|UnknownHost/,
    "Spark cannot find the object store under the name it was given",
    "deno task doctor; in containers the name is http://minio:9000, set by ENGINE_MINIO_HOST",
  ],
  [
    /Connection refused|ConnectException|Unable to execute HTTP request/,
    "the object store or the catalog does not answer",
    "deno task status, then deno task up",
  ],
  [
    /Forbidden|SignatureDoesNotMatch|AccessDenied|InvalidAccessKeyId|status code: 403|Status Code: 403/i,
    "the object store or the catalog refused the keys",
    "check MINIO_ACCESS_KEY and MINIO_SECRET_KEY",
  ],
  [
    /No space left on device/,
    "the disk is full",
    "free some space, then run it again",
  ],
  [
    /OutOfMemoryError/,
    "Spark ran out of memory",
    "close other programs, then run it again",
  ],
];

/** The known cause that Spark's words hint at, or `undefined`. */
export function sparkCause(text: string): SparkCause | undefined {
  const known = CAUSES.find(([pattern]) => pattern.test(text));
  return known && { why: known[1], next: known[2] };
}
