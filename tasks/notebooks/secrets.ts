/**
 * Secrets that must not stand in a notebook: its outputs travel with reports.
 *
 * @module
 */

import { basename, resolve } from "node:path";
import { dockerEnv, PROJECT_DIR, settings } from "../../lib/core/settings.ts";
import { escapeHtml } from "../../lib/core/kernel.ts";
import {
  codeCells,
  type Notebook,
  type Output,
  wholeText,
} from "./document.ts";

/** Shapes of secrets, whatever their value. */
const SHAPES: readonly [string, RegExp][] = [
  ["an AWS access key", /\b(AKIA|ASIA)[A-Z0-9]{16}\b/],
  [
    "an AWS secret key",
    /secret[-_]?(access[-_]?)?key["']?\s*[=:]\s*["']?[\w/+]{40}(?![\w/+])/i,
  ],
  ["a token", /\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/],
  ["a signed address", /X-Amz-Signature=[0-9a-f]{64}/i],
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
];
// A shorter word may stand there for other reasons; object stores take none.
const SHORTEST = 8;

function decodedImages(text: string): string {
  return [...text.matchAll(/data:image\/svg\+xml;base64,([A-Za-z0-9+/=]+)/g)]
    .map(([, data]) => {
      try {
        return new TextDecoder().decode(
          Uint8Array.from(atob(data!), (char) => char.charCodeAt(0)),
        );
      } catch {
        return "";
      }
    }).join("\n");
}

/** The ways in which a text may hold a value: as it is, in HTML, in an address. */
function formsOf(value: string): string[] {
  if (value.length < SHORTEST) return [];
  return [...new Set([value, escapeHtml(value), encodeURIComponent(value)])];
}

/** Names of variables whose values are secrets. */
const SECRET = /SECRET|TOKEN|PASSWORD|PASSWD|LICEN[CS]E|CREDENTIAL|API_?KEY/i;

/** The text of a file that a variable names, or the value itself. */
function contentOf(value: string): string {
  try {
    const path = resolve(`${PROJECT_DIR}/docker`, value);
    return Deno.readTextFileSync(path).trim();
  } catch {
    // A secret itself names no file, and may be no name of one.
    return value;
  }
}

/**
 * The values that nobody else may see, by what they are called: the secret key,
 * and what stands in the environment or in `docker/.env` under such a name.
 */
function knownSecrets(): Record<string, string> {
  const given = { ...dockerEnv(), ...Deno.env.toObject() };
  const { sessionToken } = settings();
  const named = Object.entries(given).flatMap(([name, value = ""]) =>
    SECRET.test(name) && value !== "" ? [[name, contentOf(value)]] : []
  );
  return {
    // The first that is found is named.
    "the secret key": settings().secretKey,
    ...sessionToken ? { "the session token": sessionToken } : {},
    ...Object.fromEntries(named),
  };
}

/**
 * What kind of secret a text shows, or `undefined`; charts in it are read too.
 *
 * @param values Secrets by what they are called.
 * @example Usage
 * ```ts
 * import { secretIn } from "./secrets.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const values = { "the secret key": "not-to-be-seen" };
 * assertEquals(secretIn("key: not-to-be-seen", values), "the secret key");
 * assertEquals(secretIn("key: ${ENV:KEY}", values), undefined);
 * ```
 */
export function secretIn(
  text: string,
  values: Record<string, string> = {},
): string | undefined {
  const whole = `${text}\n${decodedImages(text)}`;
  for (const [name, value] of Object.entries(values)) {
    if (formsOf(value).some((form) => whole.includes(form))) return name;
  }
  return SHAPES.find(([, shape]) => shape.test(whole))?.[0];
}

/** All text of an output, as it is: JSON would hide a secret behind escapes. */
function textOf(output: Output): string {
  return [
    output.text,
    output.ename,
    output.evalue,
    output.traceback?.join("\n"),
    ...Object.values(output.data ?? {}),
  ].map((value) =>
    value === undefined || typeof value === "string" || Array.isArray(value)
      ? wholeText(value)
      : JSON.stringify(value)
  ).join("\n");
}

/**
 * Secrets that a notebook's cells or outputs show, one line each; never the
 * secret itself.
 *
 * The values are looked for in outputs only: in a text of ours the default
 * `minioadmin` tells nobody anything.
 *
 * @param path Where it stands, for the messages.
 * @param values Secrets by what they are called.
 */
export function secretProblems(
  path: string,
  notebook: Notebook,
  values: Record<string, string> = knownSecrets(),
): string[] {
  const name = basename(path);
  const cells = notebook.cells.flatMap((cell, i) => {
    const secret = secretIn(wholeText(cell.source));
    return secret ? [`${name}, cell ${i + 1} of all: it holds ${secret}`] : [];
  });
  const outputs = codeCells(notebook).flatMap(({ number, outputs }) => {
    const secret = secretIn(outputs.map(textOf).join("\n"), values);
    return secret
      ? [`${name}, cell ${number}: its output shows ${secret}`]
      : [];
  });
  return [...cells, ...outputs];
}
