/**
 * What every task does alike: arguments in, errors as sentences out.
 *
 * @module
 */

import { Command } from "commander";
import { LakehouseError } from "../../lib/core/errors.ts";
import { interruptSignal } from "../../lib/core/interrupt.ts";
import { isForeign } from "../../lib/core/process.ts";
import { progress } from "../../lib/show/progress.ts";
import { guardConsole } from "./printable.ts";
import type { UpOptions } from "../../stack/stack.ts";

/** A command named as its task. */
export function command(name: string, description: string): Command {
  return new Command(`deno task ${name}`).description(description)
    .showHelpAfterError();
}

/** What the system says when it refuses a file or a folder: no right, no room. */
const REFUSED_PATH = /\(os error (?:13|28|30|122)\)|\(os error \d+\): \w+ '/;

/** What a person is told: an error of the system's is a sentence too. */
function told(error: unknown): unknown {
  const { message = "" } = error as Partial<Error>;
  if (error instanceof LakehouseError || !REFUSED_PATH.test(message)) {
    return error;
  }
  return new LakehouseError({
    what: message,
    next: "check the folder, its permissions and the disk's space",
    cause: error,
  });
}

/** An error for a person: one sentence, the rest with `DEBUG=1`. */
export function errorText(error: unknown): string {
  const isOurs = error instanceof LakehouseError;
  const { stack = "", cause } = (error ?? {}) as Partial<Error>;
  const lines = [`error: ${isOurs ? error.message : String(error)}`];
  if (Deno.env.get("DEBUG") || !isOurs) {
    lines.push(stack);
    if (cause) lines.push(`caused by: ${Deno.inspect(cause)}`);
  }
  return lines.join("\n");
}

/** Variables of the user's shell that were left aside; see {@linkcode isForeign}. */
export const leftAside: string[] = Object.keys(Deno.env.toObject())
  .filter(isForeign).sort();

/** Runs a command to its end; its exit code tells whether it succeeded. */
export async function main(program: Command): Promise<void> {
  for (const name of leftAside) Deno.env.delete(name);
  guardConsole();
  try {
    await program.parseAsync([...Deno.args], { from: "user" });
  } catch (error) {
    console.error(errorText(told(error)));
    Deno.exit((error as Error)?.name === "AbortError" ? 130 : 1);
  }
  // Listeners for Ctrl+C would keep the program running.
  Deno.exit(Deno.exitCode);
}

/**
 * Options for bringing a stack up, with its steps and downloads on the screen.
 *
 * @param store The object store asked for, where the stack has several.
 */
export function shown(store?: string): UpOptions {
  let bar: ReturnType<typeof progress> | undefined;
  return {
    ...store ? { store } : {},
    signal: interruptSignal(),
    onStep: (message) => console.log(message),
    onDownload: ({ done, total }) => {
      bar ??= progress("Downloading Trino, S3Proxy and Iceberg");
      bar.update({ done, total, unit: "bytes" });
      if (done === total) bar.done();
    },
  };
}
