/**
 * Bodies of requests, read within bounds.
 *
 * @module
 */

import { badRequest, Refusal } from "./refusal.ts";

/** Bytes that several bodies share. */
export interface Room {
  /** How many are left. */
  bytes: number;
}

/** Within what a body is read. */
export interface Bounds {
  /** Most bytes. */
  max: number;
  /** What it shares with others. @default {nothing} */
  room?: Room;
  /** Longest time, in milliseconds. @default {30000} */
  timeout?: number;
}

function bodyless({ method, headers }: Request): boolean {
  const length = headers.get("content-length");
  return (method === "GET" || method === "HEAD") &&
    (length !== null && length !== "0" || headers.has("transfer-encoding"));
}

/**
 * The whole body.
 *
 * @throws {Refusal} When it is too large, too slow, broken off, or one that a GET has.
 */
export async function readBody(
  request: Request,
  { max, room = { bytes: Infinity }, timeout = 30_000 }: Bounds,
): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () =>
    new Refusal(
      413,
      "RequestEntityTooLarge",
      `The body is larger than ${max} bytes`,
    );
  // Deno shows no body of these, and what is not read cannot be checked.
  if (bodyless(request)) {
    throw badRequest(`A ${request.method} request has no body`);
  }
  if (Number(request.headers.get("content-length")) > max) throw tooLarge();
  if (!request.body) return new Uint8Array();
  const reader = request.body.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    reader.cancel().catch(() => {});
  }, timeout);
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (isLate) {
        throw new Refusal(
          408,
          "RequestTimeoutException",
          `The body did not come within ${timeout / 1000} s`,
        );
      }
      if (done) break;
      size += value.length;
      room.bytes -= value.length;
      if (size > max) throw tooLarge();
      if (room.bytes < 0) {
        throw new Refusal(
          429,
          "TooManyRequestsException",
          "Too much is sent at once of which the headers state no hash",
        );
      }
      chunks.push(value);
    }
    return new Uint8Array(await new Blob(chunks).arrayBuffer());
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw badRequest("The body broke off");
  } finally {
    clearTimeout(timer);
    room.bytes += size;
    reader.cancel().catch(() => {});
  }
}
