/**
 * The house: which room may import which, and what breaks that.
 *
 * A room is a folder of the project; every path is relative to the project.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";

/** A module: TypeScript, or the cells of a notebook as one. */
export interface Module {
  /** Its file. */
  path: string;
  /** Its code. */
  text: string;
}

/** Files of the project that a module leads to; packages are left out. */
export interface Imports {
  /** The module's file. */
  from: string;
  /** What it imports, statically or by `import()`. */
  to: string[];
  /** What it names by `new URL()`: workers, programs for another process. */
  starts: string[];
  /** Whether it also imports what only a run can tell. */
  isOpen: boolean;
}

/** What a room's modules may import beside their own room. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  lib: ["spark/trip_columns.json"],
  lab: ["lib"],
  stack: ["lib"],
  tasks: ["stack", "lab", "lib"],
};
/** Rooms at the top, which may import everything. */
const ON_TOP: readonly string[] = ["bench", "tests"];
/** Notebooks up to this one are the main job, and stand on `lib` alone. */
const MAIN_JOB = 5;

const NAMES = String
  .raw`(?:[\w$]+\s*,\s*)?(?:\{[^}]*\}|[\w$]+|\*(?:\s*as\s+[\w$]+)?)`;
const IMPORTS = [
  new RegExp(
    String.raw`^(?:import|export)\s+(?:type\s+)?${NAMES}\s*from\s*"([^"]+)"`,
    "gm",
  ),
  /^import\s*"([^"]+)"/gm,
  /\bimport\(\s*"([^"]+)"/g,
];
const STARTS = [/\bnew URL\(\s*"([^"]+\.\w+)",\s*import\.meta\.url/g];
const OPEN_IMPORT = /\bimport\(\s*[^"\s)]/;
const COMMENT_LINE = /^\s*(?:\/\/|\/?\*).*$/gm;
const STAR_EXPORT = /^export\s*\*\s*from\s*"([^"]+)"/gm;

const isIn = (path: string, place: string) =>
  path === place || path.startsWith(`${place}/`);

/** Whether a file is a test, or what tests share. */
export const isTest = (path: string): boolean =>
  isIn(path, "tests") || path.endsWith("_test.ts");

/**
 * What a module imports and starts.
 *
 * @param aliases Files by the names that `deno.json` gives them.
 * @example Usage
 * ```ts
 * import { importsOf } from "./house.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const text = 'import { a } from "../b/c.ts";\nimport "npm:d";';
 * assertEquals(importsOf({ path: "a/a.ts", text }).to, ["b/c.ts"]);
 * ```
 */
export function importsOf(
  { path, text }: Module,
  aliases: Readonly<Record<string, string>> = {},
): Imports {
  const code = text.replace(COMMENT_LINE, "");
  const files = (patterns: readonly RegExp[]) => {
    const found = patterns.flatMap((pattern) =>
      [...code.matchAll(pattern)].flatMap(([, specifier = ""]) => {
        const alias = aliases[specifier];
        if (alias?.startsWith("./")) return join(alias);
        return specifier.startsWith(".") ? join(dirname(path), specifier) : [];
      })
    );
    return [...new Set(found)];
  };
  return {
    from: path,
    to: files(IMPORTS),
    starts: files(STARTS),
    isOpen: OPEN_IMPORT.test(code),
  };
}

/** Places a module may import from; `undefined` when that is everywhere. */
function allowed(path: string): readonly string[] | undefined {
  const room = path.split("/")[0]!;
  if (isTest(path) || ON_TOP.includes(room)) return undefined;
  if (room !== "notebooks") return [room, ...MAY_IMPORT[room] ?? []];
  const isMainJob = parseInt(basename(path)) <= MAIN_JOB;
  return isMainJob ? ["lib"] : ["lib", "lab", "bench/mod.ts"];
}

function arrowProblems({ from, to, starts, isOpen }: Imports): string[] {
  const problems: string[] = [];
  const places = allowed(from);
  for (const target of [...to, ...starts]) {
    if (isTest(target) && !isTest(from)) {
      problems.push(`${from} imports ${target}, which is for tests only`);
    } else if (places && !places.some((place) => isIn(target, place))) {
      problems.push(
        `${from} imports ${target}, but may import ${places.join(", ")} only`,
      );
    }
  }
  if (isOpen && !isTest(from)) {
    problems.push(`${from} imports what only a run can tell`);
  }
  return problems;
}

/** The shortest way from a module back to itself, or `undefined`. */
function circleOf(
  start: string,
  imports: ReadonlyMap<string, readonly string[]>,
): string[] | undefined {
  const before = new Map<string, string>();
  const queue = [start];
  for (const path of queue) {
    for (const next of imports.get(path) ?? []) {
      if (next === start) {
        const way = [path];
        while (way[0] !== start) way.unshift(before.get(way[0]!)!);
        return way;
      }
      if (before.has(next)) continue;
      before.set(next, path);
      queue.push(next);
    }
  }
}

function circleProblems(all: readonly Imports[]): string[] {
  const imports = new Map(all.map(({ from, to }) => [from, to]));
  const told = new Set<string>();
  const problems: string[] = [];
  for (const from of [...imports.keys()].sort()) {
    if (told.has(from)) continue;
    const circle = circleOf(from, imports);
    if (!circle) continue;
    for (const path of circle) told.add(path);
    problems.push(`imports go round: ${[...circle, from].join(" → ")}`);
  }
  return problems;
}

/**
 * Imports that go the wrong way between rooms or round in a circle, and names
 * that `lib/mod.ts` passes on without naming them; one line each.
 *
 * @param aliases Files by the names that `deno.json` gives them.
 */
export function houseProblems(
  modules: readonly Module[],
  aliases: Readonly<Record<string, string>> = {},
): string[] {
  const all = modules.map((module) => importsOf(module, aliases));
  const facade = modules.find(({ path }) => path === "lib/mod.ts")?.text ?? "";
  const stars = [...facade.matchAll(STAR_EXPORT)].map(([, from]) =>
    `lib/mod.ts exports all of ${from}: name what it exports`
  );
  return [...all.flatMap(arrowProblems), ...circleProblems(all), ...stars];
}

/** A room as CONTRIBUTING's map shows it. */
interface Room {
  path: string;
  /** Places it may import from beside itself; `undefined` when everywhere. */
  places: readonly string[] | undefined;
}

/** The rows of the table whose first heading is `room`. */
function roomsOf(markdown: string): Room[] {
  const lines = markdown.split("\n");
  const start = lines.findIndex((line) => /^\|\s*room\s*\|/.test(line));
  const rooms: Room[] = [];
  for (const line of start < 0 ? [] : lines.slice(start + 2)) {
    if (!line.startsWith("|")) break;
    const cells = line.split("|").slice(1, -1).map((cell) => cell.trim());
    const names = (cell = "") =>
      [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
    const [path = ""] = names(cells[0]);
    rooms.push({
      path: path.replace(/\/$/, ""),
      places: cells.at(-1)?.startsWith("everything")
        ? undefined
        : names(cells.at(-1)),
    });
  }
  return rooms;
}

/** Rooms within these have a row each. */
const WITH_ROOMS: readonly string[] = ["lib", "lab", "stack", "tasks"];

/**
 * Where CONTRIBUTING's map is not true: a room that is not there, a folder
 * without a row, an import that its row does not have; one line each.
 *
 * @param paths Every file of the project.
 */
export function mapProblems(
  markdown: string,
  modules: readonly Module[],
  paths: readonly string[],
  aliases: Readonly<Record<string, string>> = {},
): string[] {
  const rooms = roomsOf(markdown);
  const folders = new Set(paths.flatMap((path) => {
    const [top = "", inner = "", ...rest] = path.split("/");
    if (!inner || top.startsWith(".")) return [];
    return WITH_ROOMS.includes(top) && rest.length > 0
      ? [top, `${top}/${inner}`]
      : [top];
  }));
  const named = new Set(rooms.map(({ path }) => path));
  const problems = [
    ...[...named.difference(folders)].map((path) =>
      `the map's ${path} is not there`
    ),
    ...[...folders.difference(named)].map((path) =>
      `${path} is not on the map`
    ),
  ];
  for (const module of modules) {
    if (isTest(module.path)) continue;
    const room = rooms.filter(({ path }) => isIn(module.path, path))
      .sort((a, b) => b.path.length - a.path.length)[0];
    if (!room?.places) continue;
    const places = [room.path, ...room.places];
    const { to, starts } = importsOf(module, aliases);
    for (const target of [...to, ...starts]) {
      if (places.some((place) => isIn(target, place))) continue;
      problems.push(
        `${module.path} imports ${target}, which the map's ${room.path} may not`,
      );
    }
  }
  return problems;
}
