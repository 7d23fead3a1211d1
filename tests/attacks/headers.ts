/**
 * Headers that are missing, changed, doubled, folded, or nobody's.
 *
 * @module
 */

import type { Generator, Named } from "./generator.ts";
import { sign } from "./sign.ts";
import { withHeaders } from "./wire.ts";

/** Every signed header, missing, changed, doubled, folded or stretched. */
export const signedHeaders: Generator = ({ request, signing }) => {
  const changed: Named = {};
  const signed = request.headers.filter(([name]) =>
    !signing.unsigned.includes(name)
  );
  for (const [name, value] of signed) {
    const others = request.headers.filter(([each]) => each !== name);
    const set = (what: string, ...lines: [string, string][]) =>
      changed[`${name}: ${what}`] = {
        ...request,
        headers: [...others, ...lines],
      };
    set("left out");
    set("empty", [name, ""]);
    set("another", [name, `${value}x`]);
    set("twice", [name, value], [name, value]);
    set("another first", [name, "x"], [name, value]);
    set("another last", [name, value], [name, "x"]);
    set("folded", [name, `${value}\r\n `]);
    set("folded with another", [name, `${value}\r\n x`]);
    set("a wide space after it", [name, `${value}\xa0`]);
    set("a control character", [name, `${value}\x01`]);
    set("NUL", [name, `${value}\0`]);
    set("a space before the colon", [`${name} `, value]);
    set("an underscore", [name.replaceAll("-", "_") + "_", value]);
  }
  return changed;
};

const UNSIGNED = {
  "x-amz-security-token": "x",
  "x-amz-copy-source": "/bucket/key",
  "x-amz-acl": "public-read",
  "x-amz-meta-a": "b",
  "x-amz-decoded-content-length": "1",
  "x-amz-trailer": "x-amz-checksum-crc32",
  "x-amz-content-sha512": "x",
  "X-AMZ-GRANT-READ": "everyone",
};

/** Headers of AWS that are not signed. */
export const added: Generator = ({ request }) =>
  Object.fromEntries(
    Object.entries(UNSIGNED).map(([name, value]) => [
      `unsigned ${name}`,
      withHeaders(request, { [name]: value }),
    ]),
  );

const HOSTS = [
  "evil.example",
  "evil.example:80",
  "127.0.0.1.evil.example",
  "localhost.evil.example:9002",
  "user@127.0.0.1",
  "127.0.0.1:0:1",
  "127.0.0.1/x",
  "127.0.0.1?x",
  "[",
  "[::1",
  "::1",
  "a b",
  "%",
  "127.0.0.1%00",
  "\xff",
];

/** Other hosts. */
export const hosts: Generator = ({ request, plain, signing }) => ({
  ...Object.fromEntries(
    HOSTS.flatMap((host) => [
      [`host ${host}`, withHeaders(request, { host })],
      [`signed host ${host}`, sign(withHeaders(plain, { host }), signing)],
    ]),
  ),
  "two hosts": {
    ...request,
    headers: [["host", "evil.example"], ...request.headers],
  },
  "a forwarded host": {
    ...withHeaders(request, { "x-forwarded-host": "127.0.0.1" }),
    headers: request.headers.map(([name, value]) =>
      name === "host" ? [name, "evil.example"] as const : [name, value] as const
    ),
  },
});
