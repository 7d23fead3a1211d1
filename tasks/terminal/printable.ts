/**
 * Text from outside on a terminal.
 *
 * @module
 */

import { stripVTControlCharacters } from "node:util";
import { seen } from "../../lib/core/kernel.ts";

// Longest line.
const WIDEST = 20_000;

/**
 * Text that a terminal shows and does not obey: names and messages of a table,
 * a catalog or a service may hold sequences that clear the screen, write into
 * the clipboard or turn a name around. Those that are whole are left out, and
 * other characters that are not seen stand as `\u001b`.
 *
 * @example Usage
 * ```ts
 * import { printable } from "./printable.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(printable("\x1b[2Jgone\r\n"), "gone\n");
 * assertEquals(printable("a\x9bb"), "a\\u009bb");
 * ```
 */
export function printable(text: string): string {
  const lines = text.split(/\r?\n/).map((line) =>
    line.length <= WIDEST
      ? line
      : `${line.slice(0, WIDEST)} … and ${line.length - WIDEST} letters more`
  );
  return seen(stripVTControlCharacters(lines.join("\n")), Infinity);
}

/** Lets the console print nothing that is not {@linkcode printable}. */
export function guardConsole(): void {
  for (const name of ["log", "error", "warn", "info", "debug"] as const) {
    const print = console[name].bind(console);
    console[name] = (...values: unknown[]) =>
      print(
        ...values.map((value) =>
          printable(typeof value === "string" ? value : Deno.inspect(value))
        ),
      );
  }
}
