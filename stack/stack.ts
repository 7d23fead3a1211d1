/**
 * What every stack can do, whichever one it is.
 *
 * @module
 */

import type { SparkSubmit, StackName } from "../lib/core/running_stack.ts";

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
  /**
   * Which object store, where a stack has several.
   *
   * @default {the one that is set or runs}
   */
  store?: string;
  /**
   * How many workers of each engine, where a stack can have some.
   *
   * @default {as many as run}
   */
  workers?: number;
  /** Ends the start; what was started is stopped again. */
  signal?: AbortSignal;
  /** Told what happens, a line at a time. */
  onStep?: OnStep;
  /** Told how many bytes of the downloads are there. */
  onDownload?: (progress: { done: number; total: number }) => void;
}

/** How a stack is stopped. */
export interface DownOptions {
  /** Remove its data too. @default {false} */
  clean?: boolean;
  /** Of the local stack: kill what runs and wait for nothing. @default {false} */
  atOnce?: boolean;
  /** Told what happens. */
  onStep?: OnStep;
}

/** One of the three ways to have a lakehouse. */
export interface Stack {
  /** Which one this is. */
  readonly name: StackName;
  /** Starts what is not running and waits until all of it is healthy. */
  up(options?: UpOptions): Promise<void>;
  /** Stops it. */
  down(options?: DownOptions): Promise<void>;
  /** Every service as it stands now. */
  status(): Promise<ServiceStatus[]>;
  /** The last lines of a service's log; with `follow`, those to come too. */
  logs(
    name: string,
    options?: { lines?: number; follow?: boolean; signal?: AbortSignal },
  ): AsyncIterable<string>;
  /** How a job is submitted to its Spark. */
  sparkSubmit(): Promise<SparkSubmit>;
}
