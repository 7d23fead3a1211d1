/**
 * What the documentation says of the code, held against the code.
 *
 * @module
 */

import type { LinkedText } from "../notebooks/links.ts";

/** A Markdown file, as `linkProblems()` takes it: pictures are links. */
export function linkedText(path: string, markdown: string): LinkedText {
  const shown = markdown.replace(
    /<img\b[^>]*?\bsrc="([^"]+)"[^>]*>/g,
    "![picture]($1)",
  );
  return { path, parts: [{ where: "", markdown: shown }] };
}

/** Says so when a text has too many lines. */
export function lengthProblems(
  path: string,
  text: string,
  most: number,
): string[] {
  const lines = text.trimEnd().split("\n").length;
  return lines > most
    ? [`${path} has ${lines} lines, ${most} at most: move something to docs/`]
    : [];
}

/** Tasks that a text names and `deno.json` does not have, one line each. */
export function taskNameProblems(
  texts: readonly LinkedText[],
  names: readonly string[],
): string[] {
  const problems = texts.flatMap(({ path, parts }) =>
    parts.flatMap(({ markdown }) =>
      [...markdown.matchAll(/\bdeno(?:@[\d.]+)?\s+task\s+([a-z][\w:-]*)/g)]
        .map((match) => match[1]!)
        .filter((name) => !names.includes(name))
        .map((name) => `${path} names deno task ${name}, which is no task`)
    )
  );
  return [...new Set(problems)];
}

/** A task of `deno.json`. */
export interface Task {
  /** What stands behind `deno task`. */
  name: string;
  /** Its options, as `--rows`. */
  options: string[];
}

const FLAG = /--[a-z][a-z-]*/g;

/**
 * A task with the options of its program.
 *
 * @param program The code of that program, which hands its options to commander.
 */
export function taskOf(name: string, program: string): Task {
  const declared = program.matchAll(
    /\.(?:option|requiredOption)\(\s*"([^"]+)"/g,
  );
  return {
    name,
    options: [...declared].flatMap(([, text = ""]) => text.match(FLAG) ?? []),
  };
}

/** Options that the tables of a text have. */
function tableFlags(markdown: string): string[] {
  return markdown.split("\n").flatMap((line) =>
    line.match(/^\|([^|]+)\|/)?.[1]?.match(FLAG) ?? []
  );
}

/**
 * Where the page about the tasks is not true: a task without a section, an
 * option that its table lacks, and either where there is none; one line each.
 *
 * @param page Markdown whose sections are headed by a task's name as code.
 */
export function taskPageProblems(
  page: string,
  tasks: readonly Task[],
): string[] {
  const sections = new Map(
    page.split(/^## /m).slice(1).flatMap((section) => {
      const name = section.match(/^`([^`]+)`/)?.[1];
      return name ? [[name, section] as const] : [];
    }),
  );
  const problems: string[] = [];
  for (const { name, options } of tasks) {
    const section = sections.get(name);
    sections.delete(name);
    if (section === undefined) {
      problems.push(`the task ${name} has no section`);
      continue;
    }
    const told = new Set(tableFlags(section));
    const real = new Set(options);
    for (const flag of real.difference(told)) {
      problems.push(`the section of ${name} lacks ${flag}`);
    }
    for (const flag of told.difference(real)) {
      problems.push(
        `the section of ${name} has ${flag}, which it does not take`,
      );
    }
  }
  for (const name of sections.keys()) {
    problems.push(`there is a section of ${name}, which is no task`);
  }
  return problems;
}

/**
 * Where the page about the settings is not true: a variable that the code reads
 * and the page lacks, and one that it has for nothing; one line each.
 *
 * @param page Markdown; every name in capitals that stands as code counts.
 * @param read Files by the name of a variable that they read.
 */
export function settingProblems(
  page: string,
  read: ReadonlyMap<string, string>,
): string[] {
  const named = new Set(
    [...page.matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map((match) => match[1]!),
  );
  return [
    ...[...read].filter(([name]) => !named.has(name))
      .map(([name, path]) => `${name} is missing, which ${path} reads`),
    ...[...named].filter((name) => !read.has(name))
      .map((name) => `${name} is there, which nothing reads`),
  ];
}

/**
 * Where `docker/.env.example` is not true: a variable of the Compose file that
 * it lacks, and one that nothing reads; one line each.
 *
 * @param compose Variables of the Compose file.
 * @param read Variables that anything reads.
 */
export function exampleProblems(
  example: string,
  compose: ReadonlyMap<string, string>,
  read: ReadonlyMap<string, string>,
): string[] {
  const named = new Set(
    [...example.matchAll(/^#?([A-Z][A-Z0-9_]*)=/gm)].map((match) => match[1]!),
  );
  return [
    ...[...compose.keys()].filter((name) => !named.has(name))
      .map((name) => `${name} is missing, which the Compose file reads`),
    ...[...named].filter((name) => !read.has(name))
      .map((name) => `${name} is there, which nothing reads`),
  ];
}
