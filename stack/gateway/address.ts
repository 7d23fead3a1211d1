/**
 * The address of a request, as it stands on the wire.
 *
 * @module
 */

import { badRequest, Refusal } from "./refusal.ts";

/** This machine's own names. */
const OWN = ["127.0.0.1", "localhost", "[::1]"];
const ADDRESS = /^http:\/\/([^/?#]*)(\/[^?]*)(?:\?.*)?$/i;

/**
 * The address that a request asks for.
 *
 * A page whose name leads to 127.0.0.1 makes a browser send requests here under
 * that name, so only this machine's own names are answered. A path that an URL
 * would read as another one is refused, since the signature is checked for the
 * one and would be for the other: `..`, backslashes, half an escape.
 *
 * @param names Names besides that this machine is asked by, in small letters.
 * @throws {Refusal} When it is another's, or says two things.
 * @example Usage
 * ```ts
 * import { addressOf } from "./address.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const good = new Request("http://localhost:9002/_iceberg/v1/config");
 * assertEquals(addressOf(good).pathname, "/_iceberg/v1/config");
 * assertThrows(() => addressOf(new Request("http://evil.example/")));
 * ```
 */
export function addressOf(
  { url, headers }: Pick<Request, "url" | "headers">,
  names: readonly string[] = [],
): URL {
  const isOurs = (host: string) =>
    [...OWN, ...names].includes(host.replace(/:\d{1,5}$/, "").toLowerCase());
  const [, named = "", path] = url.match(ADDRESS) ?? [];
  const host = headers.get("host") ?? named;
  if (path === undefined || !isOurs(named) || !isOurs(host)) {
    throw new Refusal(
      421,
      "MisdirectedRequestException",
      "The request is for another host, expected 127.0.0.1 or localhost",
    );
  }
  const parsed = URL.parse(url);
  if (parsed?.pathname !== path || !isEncoded(path)) {
    throw badRequest("The path can be read in two ways");
  }
  return parsed;
}

function isEncoded(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
