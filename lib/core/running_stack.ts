/**
 * The running stack as data: `deno task up` records it, everything else reads it.
 *
 * @module
 */

import { resolve } from "node:path";
import { LakehouseError } from "./errors.ts";
import { ifThere, PROJECT_DIR } from "./files.ts";

/** The three ways to have a lakehouse; see the README. */
export const STACK_NAMES = ["docker", "local", "remote"] as const;

/** One of them. */
export type StackName = typeof STACK_NAMES[number];

/** How a job is submitted to Spark; holds no secret. */
export interface SparkSubmit {
  /** spark-submit and the arguments that every job has. */
  command: string[];
  /** Folder of the jobs as spark-submit sees it. */
  jobs: string;
  /** Jars of the driver's class path, absolute; empty where Spark fetches them. */
  jars: string[];
  /** Options of the driver's JVM besides those that fit the job. */
  driverOptions: string[];
  /** Options that use the driver's class archive, once that file is there. */
  archive?: { path: string; options: string[] };
  /** Variables of its process; the keys are added when it starts. */
  env: Record<string, string>;
  /** Container in which the command runs, by name; absent on this machine. */
  container?: string;
  /** Whether it sees the endpoints as this machine does, whatever the stack's own see. */
  isOutside?: boolean;
}

/** What runs beside a stack's own programs, once it was asked for. */
export interface Tools {
  /** Other versions of Spark by their names: `4.1`. */
  sparks?: Record<string, SparkSubmit>;
  /** Interpreter of a Python that has DuckDB and PyIceberg. */
  python?: string;
}

/** What `deno task up` records in `stack.json`. */
export interface RunningStack {
  /** Which stack runs. */
  stack: StackName;
  /** Its endpoints: values of settings by their names. */
  settings: Record<string, string>;
  /** Ports it listens on, by the settings that change them. */
  ports: Record<string, number>;
  /** How a job is submitted to its own Spark. */
  spark: SparkSubmit;
  /** What was fetched besides. @default {{}} */
  tools?: Tools;
}

/** Folder for the running stacks' files, absolute: `LAKEHOUSE_STATE` or `.state`. */
export function stateDir(): string {
  return resolve(PROJECT_DIR, Deno.env.get("LAKEHOUSE_STATE") || ".state");
}

/** Where a running stack is recorded. */
export const stackFile = (): string => `${stateDir()}/stack.json`;

/** The text of a file, or `undefined` when there is none. */
export const readIfThere = (path: string): string | undefined =>
  ifThere(() => Deno.readTextFileSync(path));

function damaged(why: string, cause?: unknown): LakehouseError {
  return new LakehouseError({
    what: `Cannot read ${stackFile()}`,
    why,
    next: "deno task up, which writes it anew",
    cause,
  });
}

/**
 * What `deno task up` recorded, or `undefined` when no stack runs.
 *
 * @throws {LakehouseError} When the record is damaged, or of another version.
 */
export function runningStack(): RunningStack | undefined {
  const text = readIfThere(stackFile());
  if (text === undefined) return undefined;
  let record: Partial<RunningStack> | null;
  try {
    record = JSON.parse(text);
  } catch (cause) {
    throw damaged("the file is damaged", cause);
  }
  if (!record?.stack || !record.settings || !record.spark?.command) {
    throw damaged("it is not a record of this version");
  }
  return record as RunningStack;
}
