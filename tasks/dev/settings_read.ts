/**
 * Which environment variables the code reads, found in its text.
 *
 * @module
 */

import type { Module } from "./house.ts";

const READ = String.raw`Deno\.env\.get`;
/** A declaration that others can import, up to the next line at the margin. */
const EXPORTED =
  /^export (?:function|const) (\w+)[^]*?(?=\n[^\s})]|$(?![^]))/gm;
/** Variables in texts that are no TypeScript. */
const OTHERS: readonly [file: RegExp, name: RegExp][] = [
  [/\.py$/, /\bos\.environ(?:\.get\(|\[)\s*["'](\w+)/g],
  [/compose\.ya?ml$/, /\$\{([A-Z][A-Z0-9_]*)/g],
];

const all = (text: string, pattern: string): string[] =>
  [...text.matchAll(RegExp(pattern, "gm"))].map((match) => match[1]!);

/** Names of functions that read the variable that they are told. */
function readersOf(modules: readonly Module[]): string[] {
  return modules.flatMap(({ text }) =>
    [...text.matchAll(EXPORTED)].flatMap(([body, name = ""]) =>
      new RegExp(String.raw`${READ}\([a-z]\w*\)`).test(body) ? [name] : []
    )
  );
}

/** Variables that a module reads itself, or through one of the readers. */
function variablesIn(text: string, readers: readonly string[]): string[] {
  const call = String.raw`(?:${
    [READ, ...readers.map((name) => String.raw`(?<![\w.])${name}`)].join("|")
  })`;
  let isHandedOn = false;
  const found = all(text, String.raw`${call}\(\s*("[A-Z]\w*"|[\w.]+)\s*[,)]`)
    .flatMap((argument) => {
      if (argument.startsWith('"')) return [argument.slice(1, -1)];
      const [, property] = argument.match(/\.(\w+)$/) ?? [];
      const values = all(
        text,
        property
          ? String.raw`\b${property}: "(\w+)"`
          : String.raw`\bconst ${argument}\b[^=\n]*= "(\w+)"`,
      );
      isHandedOn ||= values.length === 0;
      return values;
    });
  if (!isHandedOn) return found;
  // A name comes from elsewhere in the file: all that are told to a function
  // count, and those of an object that is gone through.
  return [
    ...found,
    ...all(text, String.raw`\w\(\s*"([A-Z][A-Z0-9_]+)"`),
    ...text.includes("Object.keys(")
      ? all(text, String.raw`^\s+([A-Z][A-Z0-9_]*)\??: `)
      : [],
  ];
}

/**
 * Environment variables that files read, each with the first file that does:
 * by `Deno.env.get()`, by functions that hand a name on to it, in Python by
 * `os.environ`, and in Compose files.
 *
 * @example Usage
 * ```ts
 * import { settingsRead } from "./settings_read.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const text = 'console.log(Deno.env.get("ROWS"));';
 * assertEquals([...settingsRead([{ path: "a.ts", text }])], [["ROWS", "a.ts"]]);
 * ```
 */
export function settingsRead(files: readonly Module[]): Map<string, string> {
  const readers = readersOf(files.filter(({ path }) => path.endsWith(".ts")));
  const read = new Map<string, string>();
  for (const { path, text } of files) {
    const names = path.endsWith(".ts") ? variablesIn(text, readers) : [];
    for (const [file, name] of OTHERS) {
      if (file.test(path)) names.push(...all(text, name.source));
    }
    for (const name of names) if (!read.has(name)) read.set(name, path);
  }
  return read;
}
