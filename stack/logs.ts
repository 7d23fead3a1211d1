/**
 * Reads the end of a log file, and what is still to come.
 *
 * @module
 */

import { LakehouseError } from "../lib/core/errors.ts";

const TAIL_BYTES = 256 * 1024;
const POLL_MS = 250;

/** Options of {@linkcode readLog}. */
export interface LogOptions {
  /** How many of its last lines to give. @default {100} */
  lines?: number;
  /** Where in the file to begin at the earliest, in bytes. @default {0} */
  from?: number;
  /** Whether to go on with lines to come. @default {false} */
  follow?: boolean;
  /** Ends the following. */
  signal?: AbortSignal;
}

/**
 * Lines of a log file.
 *
 * @throws {LakehouseError} When there is no such log.
 */
export async function* readLog(
  path: string,
  options: LogOptions = {},
): AsyncGenerator<string> {
  const { lines = 100, from = 0, follow = false, signal } = options;
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch (cause) {
    throw new LakehouseError({
      what: `Cannot read ${path}`,
      why: "that service has no log yet, or there is no such service",
      next: "deno task status lists the services",
      cause,
    });
  }
  try {
    const { size } = await file.stat();
    // A log that became smaller was begun anew.
    const first = Math.max(size - TAIL_BYTES, from > size ? 0 : from);
    await file.seek(first, Deno.SeekMode.Start);
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(TAIL_BYTES);
    const read = async () => {
      let text = "";
      for (let n = await file.read(buffer); n; n = await file.read(buffer)) {
        text += decoder.decode(buffer.subarray(0, n), { stream: true });
      }
      return text;
    };
    const all = (await read()).split("\n");
    let rest = all.pop() ?? "";
    yield* all.slice(-lines);
    while (follow && !signal?.aborted) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      const parts = (rest + await read()).split("\n");
      rest = parts.pop() ?? "";
      yield* parts;
    }
    if (rest !== "") yield rest;
  } finally {
    file.close();
  }
}
