/**
 * Signed HTTP requests of the calls that ask a store or a catalog, each one a
 * line of evidence.
 *
 * @module
 */

import {
  type HttpRequest,
  type SigningOptions,
  signRequest,
} from "../../../lib/core/sigv4.ts";
import { settings } from "../../../lib/core/settings.ts";
import type { ProbeContext } from "../capability.ts";
import { EngineError, firstLine } from "../engine.ts";

/** An answer over HTTP, whatever its status. */
export interface Reply {
  /** What was asked: `GET /staging/key`. */
  readonly asked: string;
  /** Its status. */
  readonly status: number;
  /** Its headers. */
  readonly headers: Headers;
  /** Its body. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Its body as text. */
  readonly text: string;
}

/** What {@linkcode send} needs of a probe. */
export type Sending = Pick<ProbeContext, "signal"> & {
  /** Left out for what is no evidence. */
  note?: ProbeContext["note"];
};

/** Headers with the signature of the user's keys, or of others. */
export async function signed(
  request: HttpRequest,
  service: SigningOptions["service"],
  changes: Partial<SigningOptions> = {},
): Promise<Record<string, string>> {
  const { accessKey, secretKey, sessionToken, region } = settings();
  const keys = { accessKey, secretKey, sessionToken };
  const options = { ...keys, region, service, ...changes };
  const { host: _, ...headers } = await signRequest(request, options);
  return headers;
}

/**
 * Sends a request as it is, once.
 *
 * @throws {EngineError} When the other side cannot be reached or hangs up.
 * @throws {unknown} The signal's reason.
 */
export async function send(
  { signal, note }: Sending,
  { method, url, headers = {}, body }: HttpRequest,
): Promise<Reply> {
  const { pathname, search } = new URL(url);
  const asked = `${method} ${pathname}${search}`;
  const request = new Request(url, {
    // Deno sends a body that it can repeat a second time: no Blob.
    ...{ method, headers, body: body ? new Blob([body]) : null },
    ...{ redirect: "manual", signal },
  });
  try {
    const response = await fetch(request);
    const bytes = await response.bytes();
    const text = new TextDecoder().decode(bytes);
    const { status, headers } = response;
    note?.(`${asked} → ${status}`, text ? [[said(text)]] : []);
    return { asked, status, headers, bytes, text };
  } catch (cause) {
    signal.throwIfAborted();
    throw new EngineError(`${asked}: ${firstLine(cause)}`, { cause });
  }
}

/** Whether the status says that it was done. */
export const isDone = ({ status }: Reply): boolean =>
  status >= 200 && status < 300;

/** What a body says: an error's type and message, or its first line. */
function said(text: string): string {
  try {
    const { type, message } = JSON.parse(text).error;
    return `${type}: ${firstLine(message)}`;
  } catch {
    const [, code] = text.match(/<Error>.*<Code>([^<]*)</s) ?? [];
    const [, message] = text.match(/<Error>.*<Message>([^<]*)</s) ?? [];
    return code ? [code, message].filter(Boolean).join(": ") : firstLine(text);
  }
}

/** What a server answered instead of doing it: `404 NoSuchKey: …`. */
export function refusalText({ status, text }: Reply): string {
  return `${status} ${said(text)}`.trim();
}

/** A server's refusal to do what was asked. */
export function refusal(reply: Reply): EngineError {
  return new EngineError(`${reply.asked} was answered ${refusalText(reply)}`);
}
