/**
 * Values as a shell, Python and SQL have them, and the keys as references.
 *
 * @module
 */

import { dockerEnv, PROJECT_DIR } from "../../lib/core/settings.ts";
import type { Settings } from "../../lib/core/settings.ts";
import { isGiven } from "../doctor/source.ts";

/**
 * A text as one word of a shell.
 *
 * @example Usage
 * ```ts
 * import { word } from "./shell.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(word("a b"), "'a b'");
 * assertEquals(word("http://localhost:9000"), "http://localhost:9000");
 * ```
 */
export function word(text: string): string {
  return /^[\w@%+:,./-]+$/.test(text)
    ? text
    : `'${text.replaceAll("'", `'\\''`)}'`;
}

const ENV_FILE = word(`${PROJECT_DIR}/docker/.env`);
// Of that file the keys alone: it has an empty licence too.
const DEFAULT_KEYS = `export $(grep '^MINIO_[A-Z]*_KEY=' ${
  word(`${PROJECT_DIR}/docker/.env.example`)
})`;

/**
 * Lines that set these variables in a shell, from where the settings have them.
 * Their values are not in the lines.
 */
export function variableLines(...names: string[]): string[] {
  const all = names.join(", ");
  if (names.every((name) => Deno.env.get(name))) {
    return [`# ${all}: set in this shell.`];
  }
  if (names.some(isGiven)) return [`set -a; . ${ENV_FILE}; set +a`];
  return [`# ${all}: the defaults, which this file has.`, DEFAULT_KEYS];
}

/** Lines that set keys, region and trust as the clients of AWS read them. */
export function awsLines({ sessionToken, region, stack }: Settings): string[] {
  const profile = stack === "remote" &&
    (Deno.env.get("MINIO_PROFILE") || dockerEnv().MINIO_PROFILE);
  const token = sessionToken ? ["MINIO_SESSION_TOKEN"] : [];
  const keys = profile
    ? [
      "# Needs version 2 of the AWS CLI.",
      `eval "$(aws configure export-credentials --format env --profile ${
        word(profile)
      })"`,
    ]
    : [
      ...variableLines("MINIO_ACCESS_KEY", "MINIO_SECRET_KEY", ...token),
      `export AWS_ACCESS_KEY_ID="$MINIO_ACCESS_KEY"`,
      `export AWS_SECRET_ACCESS_KEY="$MINIO_SECRET_KEY"`,
      ...token.map((name) => `export AWS_SESSION_TOKEN="$${name}"`),
    ];
  const names = ["AWS_REGION", "AWS_DEFAULT_REGION"];
  const trust = ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"];
  const bundle = Deno.env.get("CA_BUNDLE");
  return [
    ...keys,
    `export ${names.map((name) => `${name}=${word(region)}`).join(" ")}`,
    ...bundle
      ? [`export ${trust.map((name) => `${name}=${word(bundle)}`).join(" ")}`]
      : [],
  ];
}
