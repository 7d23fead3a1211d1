/**
 * What a store and its engines may be able to do: a capability is a few lines of
 * data, which {@linkcode runMatrix} asks every engine for.
 *
 * @module
 */

import type { TableTree } from "../iceberg/tree.ts";
import type { Answer } from "./answer.ts";

/** The columns of the matrix. */
export const ENGINE_NAMES = [
  "spark-3.5",
  "spark-4.1",
  "trino",
  "duckdb",
  "pyiceberg",
  "typescript",
] as const;

/** An engine by its name; `typescript` is this project's own client and reader. */
export type EngineName = typeof ENGINE_NAMES[number];

/** Groups of capabilities, in the order they are shown, with their titles. */
export const GROUPS = {
  catalog: "Catalog",
  store: "Object store",
  access: "Who is let in",
  rows: "Tables: rows",
  schema: "Tables: schema and layout",
  history: "Tables: history and upkeep",
  v3: "Format version 3",
  across: "Across engines",
} as const;

/** A group by its name. */
export type Group = keyof typeof GROUPS;

/** Why an engine cannot be asked at all, and where that is documented. */
export interface NotOffered {
  /** The reason, as a sentence without its end. */
  not: string;
}

/**
 * Statements in the engine's language, or a call; the answer is that of the last
 * statement. `{t}` is the capability's own table, fully qualified, `{ns}` its
 * namespace, `{table}` and `{namespace}` their bare names; `{snapshot}` is the id
 * of the table's last snapshot but one, `{time}` when that was made, in UTC.
 */
export type Script =
  | string
  | readonly string[]
  | NotOffered
  | Call;

/**
 * A call: its answer, one that it can explain if it is not the expected one, or
 * why there is no such thing.
 */
export type Call = (
  context: ProbeContext,
) => Promise<Answer | Difference | NotOffered>;

/** What a call may use. */
export interface ProbeContext {
  /** The engine of the cell. */
  engine: EngineName;
  /** Its namespace: made before, removed with all that is in it afterwards. */
  namespace: string;
  /** A name for its table, its own. */
  table: string;
  /** Ends the probe. */
  signal: AbortSignal;
  /** Runs a statement in an engine; placeholders are filled in. */
  run(engine: EngineName, statement: string): Promise<Answer>;
  /** Engines that take part. */
  engines: readonly EngineName[];
  /** Its table as its metadata has it, read without any engine. */
  tree(): Promise<TableTree>;
  /** Adds a line to the evidence. */
  note(text: string, answer?: Answer): void;
}

/** An answer that does the job in another way than expected, and how. */
export interface Difference {
  /** The other answer. */
  answer: Answer;
  /** What is different, as a sentence without its end. */
  says: string;
}

/** What a table's metadata must show once an engine has written it. */
export interface Shown {
  /** What is looked up, in a few words: `files of deletes`. */
  what: string;
  /** Looks it up; `read` gives the bytes of one of the table's files. */
  of(
    tree: TableTree,
    read: (path: string) => Promise<Uint8Array>,
  ): Answer | Promise<Answer>;
  /** What must be found. */
  expect: Answer;
  /** What counts as "works with a difference". */
  differs?: readonly Difference[];
}

/** A row of the matrix. */
export interface Capability {
  /** Its name in addresses and comparisons: letters, digits, `_`. */
  id: string;
  /** Its group. */
  group: Group;
  /** What it is, in a few words. */
  name: string;
  /** Version of Iceberg's table format it is about. */
  formatVersion?: 2 | 3;
  /** What Spark, Trino and DuckDB run, unless named below. */
  sql?: Script;
  /** What one engine runs. */
  engines?: Partial<Record<EngineName, Script>>;
  /** What both Sparks run. */
  spark?: Script;
  /**
   * The one engine that runs its script; the others only read what it wrote.
   *
   * @default {every engine runs its own}
   */
  writer?: EngineName;
  /**
   * Columns to read from the table at the end, in the order of the first; also
   * by engines that only read.
   *
   * @default {the answer is that of the last statement}
   */
  read?: readonly string[];
  /** The answer expected. */
  expect: Answer;
  /** Answers that count as "works with a difference". */
  differs?: readonly Difference[];
  /** What its table must show besides, read without any engine; not asked of those that only read. */
  shows?: Shown;
  /**
   * An engine's own words by which it says that it has no such thing; a failure
   * that matches is "not offered".
   */
  refused?: Partial<Record<EngineName, RegExp>>;
}

/** Groups about the store itself, where an engine without a script is no matter. */
const OF_THE_STORE: readonly Group[] = ["store", "access"];

/** Whether the row is about that engine at all. */
export function isAbout(capability: Capability, engine: EngineName): boolean {
  return !OF_THE_STORE.includes(capability.group) ||
    scriptOf(capability, engine) !== undefined;
}

/** Whether a script is a reason instead. */
export function isNotOffered(script: Script): script is NotOffered {
  return typeof script === "object" && "not" in script;
}

/**
 * What an engine runs for a capability; `undefined` when it only reads.
 */
export function scriptOf(
  capability: Capability,
  engine: EngineName,
): Script | undefined {
  const { engines, spark, sql, writer } = capability;
  const own = engines?.[engine];
  if (writer && writer !== engine) {
    return own !== undefined && isNotOffered(own) ? own : undefined;
  }
  if (own !== undefined) return own;
  if (engine.startsWith("spark") && spark !== undefined) return spark;
  const takesSql = engine !== "pyiceberg" && engine !== "typescript";
  return takesSql ? sql : undefined;
}
