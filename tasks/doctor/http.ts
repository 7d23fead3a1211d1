/**
 * HTTP as the doctor speaks it: what an address that does not answer means.
 *
 * @module
 */

import { CERTIFICATE_CAUSES, knownCause } from "../../lib/core/errors.ts";

/** Names and messages of an error and of those underneath, in one text. */
export function wholeMessage(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const name = error.name === "Error" ? "" : `${error.name}: `;
  return `${name}${error.message} ${wholeMessage(error.cause)}`.trim();
}

/**
 * Why nothing answered at an address, as a clause.
 *
 * @example Usage
 * ```ts
 * import { unreachable } from "./http.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new TypeError("client error (Connect): Connection refused");
 * assertEquals(
 *   unreachable(error, "http://localhost:9000"),
 *   "nothing listens at http://localhost:9000",
 * );
 * ```
 */
export function unreachable(error: unknown, address: string): string {
  const text = wholeMessage(error);
  const { hostname } = new URL(address);
  if (/Connection refused|ECONNREFUSED/i.test(text)) {
    return `nothing listens at ${address}`;
  }
  if (/dns error|failed to lookup|ENOTFOUND|EAI_AGAIN/i.test(text)) {
    return `this machine does not know the name ${hostname}`;
  }
  if (/timed out|took longer|TimeoutError|ETIMEDOUT/i.test(text)) {
    return `${address} does not answer`;
  }
  if (/corrupt message|InvalidContentType/.test(text)) {
    return `${address} speaks no TLS: its address begins with http://`;
  }
  const known = knownCause(CERTIFICATE_CAUSES, text);
  if (known) return `${known.why}: ${address}`;
  if (/certificate|tls|ssl/i.test(text)) {
    return `this machine does not accept the certificate of ${address}`;
  }
  if (/unreachable|no route/i.test(text)) return `no route leads to ${address}`;
  return `${address} does not answer as an HTTP server does`;
}
