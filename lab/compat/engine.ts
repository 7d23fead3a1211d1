/**
 * An engine as the matrix sees it.
 *
 * @module
 */

import type { Answer } from "./answer.ts";
import type { EngineName } from "./capability.ts";

/** What an engine itself, the catalog or the store said when it refused. */
export class EngineError extends Error {
  override name = "EngineError";
}

/** A running engine. */
export interface CompatEngine {
  /** Its column. */
  readonly name: EngineName;
  /** Its title: `Spark 3.5.9`. */
  readonly title: string;
  /** The version, and those of what it reads Iceberg with. */
  readonly version: string;
  /** Whether it only reads: its statements look at the table of an engine that writes. */
  readonly isReader?: boolean;
  /** How it says that it has no such thing; a row may know other words. */
  readonly lacks?: RegExp;
  /** A table's name in its statements. */
  tableName(namespace: string, table: string): string;
  /** A namespace's name in its statements. */
  namespaceName(namespace: string): string;
  /** The statement that reads these columns, in the order of the first. */
  readStatement(table: string, columns: readonly string[]): string;
  /**
   * Runs a statement.
   *
   * @throws {EngineError} When the engine, the catalog or the store refuses it.
   */
  run(statement: string, signal: AbortSignal): Promise<Answer>;
  /** Ends it. */
  close(): Promise<void>;
}

/** First line of an error, without names of classes before it. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = text.split("\n").find((line) => line.trim() !== "") ?? "";
  return line.trim().slice(0, 300);
}
