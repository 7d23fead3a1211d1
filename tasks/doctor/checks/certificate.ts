/**
 * Checks of certificates: whether they are trusted, and until when they hold.
 *
 * @module
 */

import { connect } from "node:tls";
import type { Check, Outcome } from "../check.ts";
import type { CheckedStack } from "../subject.ts";

const GROUP = "certificates";
const DAY_MS = 86_400_000;
/** From so many days before its end on it is a warning. */
const SOON_DAYS = 14;

/** What a server shows of itself. */
export interface ShownCertificate {
  /** From when it holds, in milliseconds. */
  from: number;
  /** Until when it holds, in milliseconds. */
  until: number;
  /** Who made it. */
  issuer: string;
  /** Why it is not trusted, in Node's words; none when it is. */
  distrust?: string | undefined;
}

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/**
 * Whether a certificate is trusted now and in the days to come.
 *
 * @example Usage
 * ```ts
 * import { certificateVerdict } from "./certificate.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const now = Date.parse("2026-03-01T00:00:00Z");
 * const year = { from: now, until: now + 365 * 86_400_000, issuer: "Office" };
 * assertEquals(certificateVerdict(year, now).text, "until 2027-03-01, by Office");
 * ```
 */
export function certificateVerdict(
  { from, until, issuer, distrust }: ShownCertificate,
  now: number,
): Outcome {
  const renew = "have it renewed by those who run the server";
  if (now > until) {
    return {
      status: "failed",
      text: `it has expired on ${day(until)}`,
      next: renew,
    };
  }
  if (now < from) {
    return {
      status: "failed",
      text: `it holds from ${day(from)} on`,
      next: "set this machine's clock",
    };
  }
  if (distrust && /ALTNAME/.test(distrust)) {
    return {
      status: "failed",
      text: "it is for another name",
      next: "use the name that it is for",
    };
  }
  if (distrust) {
    return {
      status: "failed",
      text: `its authority, ${issuer}, is not known here`,
      next: "set CA_BUNDLE to the file of that authority's certificate",
    };
  }
  const left = Math.floor((until - now) / DAY_MS);
  return left < SOON_DAYS
    ? {
      status: "warning",
      text: `it expires on ${day(until)}, in ${left} days`,
      next: renew,
    }
    : { status: "passed", text: `until ${day(until)}, by ${issuer}` };
}

/** The certificate that a server shows, trusted or not. */
async function shownBy(
  address: string,
  signal: AbortSignal,
): Promise<ShownCertificate> {
  const { hostname, port } = new URL(address);
  const host = hostname.replace(/^\[|\]$/g, "");
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({
    ...{ host, servername: host, port: Number(port || 443) },
    // Nothing is sent: it is only looked at.
    rejectUnauthorized: false,
  }, resolve);
  socket.on("error", reject);
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await promise;
    const { valid_from, valid_to, issuer } = socket.getPeerCertificate();
    const { CN, O } = issuer as { CN?: string; O?: string };
    return {
      from: Date.parse(valid_from),
      until: Date.parse(valid_to),
      issuer: CN ?? O ?? "somebody",
      distrust: socket.authorized
        ? undefined
        : String(socket.authorizationError),
    };
  } finally {
    signal.removeEventListener("abort", onAbort);
    socket.destroy();
  }
}

/** A check for each of the endpoints that speaks TLS. */
export function certificateChecks({ given }: CheckedStack): Check[] {
  const { minioHost, catalogUri, trinoUri } = given;
  const endpoints = {
    "certificate of the object store": minioHost,
    "certificate of the catalog": catalogUri,
    "certificate of Trino": trinoUri,
  };
  return Object.entries(endpoints)
    .filter(([, address]) => address.startsWith("https:"))
    .map(([name, address]) => ({
      ...{ name, group: GROUP },
      run: async (signal) => {
        try {
          return certificateVerdict(
            await shownBy(address, signal),
            Date.now(),
          );
        } catch {
          signal.throwIfAborted();
          return {
            status: "skipped",
            text: `${new URL(address).origin} shows none`,
          };
        }
      },
    }));
}
