/**
 * Other spellings of a good request, which must be let in.
 *
 * @module
 */

import type { GoodRequest } from "./clients.ts";
import type { Attack } from "./mutations.ts";
import { headerOf, latin1, type WireRequest, withHeaders } from "./wire.ts";

/** Other spellings of a good request, which mean what was signed. */
export function spellingsOf({ name, request }: GoodRequest): Attack[] {
  const [path, query] = request.target.split("?");
  const spellings: Record<string, WireRequest> = {
    "headers in another order": {
      ...request,
      headers: request.headers.toReversed(),
    },
    "headers in capitals": {
      ...request,
      headers: request.headers.map(([header, value]) => [
        header.toUpperCase(),
        value,
      ]),
    },
    "spaces around values": {
      ...request,
      headers: request.headers.map(([header, value]) => [
        header,
        `\t ${value}  `,
      ]),
    },
    "unsigned headers more": withHeaders(request, {
      "idempotency-key": "x",
      "if-none-match": "x",
      "user-agent": "x",
      "cookie": "a=b",
    }),
    "a whole address": {
      ...request,
      target: `http://${headerOf(request, "host")}${request.target}`,
    },
  };
  if (query !== undefined) {
    spellings["the query in another order"] = {
      ...request,
      target: `${path}?${query.split("&").reverse().join("&")}`,
    };
    spellings["a plus sign for a space"] = {
      ...request,
      target: `${path}?${query.replace("%20", "+")}`,
    };
  }
  if (request.body.length > 0) {
    const length = request.body.length.toString(16);
    const text = String.fromCharCode(...request.body);
    spellings["in chunks"] = {
      ...withHeaders(request, { "transfer-encoding": "chunked" }),
      body: latin1(`${length}\r\n${text}\r\n0\r\n\r\n`),
    };
  }
  return Object.entries(spellings).map(([spelling, spelled]) => ({
    name: `${spelling}; ${name}`,
    request: spelled,
  }));
}
