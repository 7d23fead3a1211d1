/**
 * What usually lies behind a failure inside Spark, and the next step.
 *
 * @module
 */

import type { Cause } from "../core/errors.ts";

/** Causes by the words of Spark and Java. */
export const SPARK_CAUSES: readonly Cause[] = [
  {
    pattern: /UnknownHostException|UnknownHost/,
    why: "Spark cannot find the object store under the name it was given",
    next:
      "deno task doctor; in containers the name is http://minio:9000, set by ENGINE_MINIO_HOST",
  },
  {
    pattern:
      /Connection refused|ConnectException|Unable to execute HTTP request/,
    why: "the object store or the catalog does not answer",
    next: "deno task status, then deno task up",
  },
  {
    pattern:
      /Forbidden|SignatureDoesNotMatch|AccessDenied|InvalidAccessKeyId|status code: 403|Status Code: 403/i,
    why: "the object store or the catalog refused the keys",
    next: "check MINIO_ACCESS_KEY and MINIO_SECRET_KEY",
  },
  {
    pattern: /No space left on device/,
    why: "the disk is full",
    next: "free some space, then run it again",
  },
  {
    pattern: /OutOfMemoryError/,
    why: "Spark ran out of memory",
    next: "close other programs, then run it again",
  },
];
