/**
 * What every stack can do, whichever one it is.
 *
 * @module
 */

import type { StackName } from "../lib/core/settings.ts";

/** One service of a stack as it stands now. */
export interface ServiceStatus {
  /** Its name in `deno task logs NAME`. */
  name: string;
  /** What it is, in a few words. */
  title: string;
  /** Whether it answers its health check. */
  healthy: boolean;
  /** State of its process or container, in the supervisor's or engine's word. */
  state: string;
  /** Address it listens on. */
  address: string;
  /** Resident memory in bytes, when known. */
  memory: number | undefined;
}

/** Called when a step of a long operation begins or ends. */
export type OnStep = (message: string) => void;

/** Options of {@linkcode Stack.up}. */
export interface UpOptions {
  /** Ends the start; what was started is stopped again. */
  signal?: AbortSignal;
  /** Told what happens, a line at a time. */
  onStep?: OnStep;
  /** Told how many bytes of the downloads are there. */
  onDownload?: (progress: { done: number; total: number }) => void;
}

/** A job for spark-submit. */
export interface SparkJob {
  /** The script under `spark/`. */
  script: string;
  /** Arguments of spark-submit itself, such as `--conf`. @default {[]} */
  conf?: string[];
  /** Its arguments; no secret may stand here. */
  args: string[];
  /** Whether it works for a minute or more. @default {false} */
  isLong?: boolean;
  /** Ends the job, wherever it runs. */
  signal?: AbortSignal;
  /** Kills the job at once, wherever it runs, as a crash would: SIGKILL. */
  kill?: AbortSignal;
  /** Lines for the job's stdin, which closes when they end. @default {no stdin} */
  input?: ReadableStream<string>;
  /** Told each line the job writes to stdout or stderr. */
  onLine?: (line: string) => void;
}

/** Options of the Java virtual machine that a job's driver runs with. */
export function driverOptions({ isLong }: Pick<SparkJob, "isLong">): string[] {
  const options = ["-XX:+UseSerialGC"];
  // A job of seconds ends before the second compiler pays for itself.
  return isLong ? options : [...options, "-XX:TieredStopAtLevel=1"];
}

/** One of the three ways to have a lakehouse. */
export interface Stack {
  /** Which one this is. */
  readonly name: StackName;
  /** Starts what is not running and waits until all of it is healthy. */
  up(options?: UpOptions): Promise<void>;
  /** Stops it. `clean` removes its data too. */
  down(options?: { clean?: boolean; onStep?: OnStep }): Promise<void>;
  /** Every service as it stands now. */
  status(): Promise<ServiceStatus[]>;
  /** The last lines of a service's log; with `follow`, those to come too. */
  logs(
    name: string,
    options?: { lines?: number; follow?: boolean; signal?: AbortSignal },
  ): AsyncIterable<string>;
  /** Runs spark-submit; resolves to its exit code. */
  submit(job: SparkJob): Promise<number>;
}
