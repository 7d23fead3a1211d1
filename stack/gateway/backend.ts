/**
 * Calls to the reference catalog behind the gateway.
 *
 * @module
 */

import { createHmac } from "node:crypto";
import { Refusal, unavailable } from "./refusal.ts";

/** Where the reference catalog is. */
export interface Backend {
  /** Its address, without a final slash. */
  address: string;
  /** The secret key from which both sides make the token. */
  secretKey: string;
  /**
   * Longest wait for an answer, in milliseconds.
   *
   * @default {60000}
   */
  timeout?: number;
}

/** A request whose signature has been verified. */
export interface GatewayCall {
  /** Method in capitals. */
  method: string;
  /** Absolute address. */
  url: URL;
  /** The headers that its signature covers. */
  headers: Headers;
  /** Body; empty when there is none. */
  body: Uint8Array<ArrayBuffer>;
}

const FORWARDED = [
  "accept",
  "content-type",
  "idempotency-key",
  "if-none-match",
  "x-iceberg-access-delegation",
];
const RETURNED = ["content-type", "etag"];

/** What the reference catalog wants to see, so that nothing goes round the gateway. */
function backendToken(secretKey: string): string {
  return createHmac("sha256", secretKey).update("rest-catalog").digest("hex");
}

/**
 * Sends the call on to a path of the reference catalog, or a plain GET.
 *
 * @throws {Refusal} With the catalog's own error, or 503 or 504 when it does not answer.
 */
export async function callBackend(
  backend: Backend,
  path: string,
  call?: GatewayCall,
): Promise<Response> {
  const { address, secretKey, timeout = 60_000 } = backend;
  const headers = new Headers({
    authorization: `Bearer ${backendToken(secretKey)}`,
  });
  for (const name of FORWARDED) {
    const value = call?.headers.get(name);
    if (value) headers.set(name, value);
  }
  const method = call?.method ?? "GET";
  if (method === "POST" && !headers.has("content-type")) {
    headers.set("content-type", "application/json");
  }
  let response;
  let body: Uint8Array<ArrayBuffer>;
  // Not AbortSignal.timeout(), whose timers outlive the answers by a minute.
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), timeout);
  try {
    response = await fetch(`${address}${path}`, {
      method,
      headers,
      // Deno repeats what it can when the connection breaks: no Blob, no commit.
      body: method === "POST" && call?.body ? new Blob([call.body]) : null,
      redirect: "manual",
      signal: limit.signal,
    });
    body = await response.bytes();
  } catch (cause) {
    if (limit.signal.aborted) {
      throw new Refusal(
        504,
        "GatewayTimeoutException",
        `The catalog did not answer within ${timeout / 1000} s`,
        cause,
      );
    }
    throw unavailable("The catalog behind the gateway", cause);
  } finally {
    clearTimeout(timer);
  }
  if (response.status >= 400 && method !== "HEAD") {
    throw refusalOf(response.status, body);
  }
  const answer = new Headers();
  for (const name of RETURNED) {
    const value = response.headers.get(name);
    if (value) answer.set(name, value);
  }
  return new Response(body.length ? body : null, {
    status: response.status,
    headers: answer,
  });
}

/** The catalog's error without the Java stack that it adds to the envelope. */
function refusalOf(status: number, body: Uint8Array): Refusal {
  try {
    const { error } = JSON.parse(new TextDecoder().decode(body));
    return new Refusal(status, String(error.type), String(error.message));
  } catch {
    return new Refusal(
      status,
      status < 500 ? "BadRequestException" : "InternalServerError",
      `The catalog behind the gateway answered ${status}`,
    );
  }
}
