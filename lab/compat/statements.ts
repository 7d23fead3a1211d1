/**
 * Statements that show more than their last answer: what is there, what is gone,
 * what is refused.
 *
 * @module
 */

import type { Answer } from "./answer.ts";
import type { Call, EngineName, ProbeContext, Script } from "./capability.ts";
import { EngineError } from "./engine.ts";

/** Both versions of Spark, which say the same in the same words. */
export const SPARKS: readonly EngineName[] = ["spark-3.5", "spark-4.1"];

/** What a call by statements is made of. */
export interface Statements {
  /** Runs a statement. */
  run(statement: string): Promise<Answer>;
  /**
   * Whether the statement is refused in such words.
   *
   * @throws {EngineError} When it is refused in others.
   */
  refuses(statement: string, words: RegExp): Promise<boolean>;
  /** What else a call may use. */
  context: ProbeContext;
}

/**
 * One call for each of the engines; `undo` is run at its end, as far as there is
 * anything to undo.
 */
export function byStatements(
  engines: readonly EngineName[],
  body: (statements: Statements) => ReturnType<Call>,
  undo: readonly string[] = [],
): Partial<Record<EngineName, Script>> {
  const call = (engine: EngineName): Call => async (context) => {
    const run = (statement: string) => context.run(engine, statement);
    const refuses = async (statement: string, words: RegExp) => {
      try {
        await run(statement);
        return false;
      } catch (error) {
        const isMeant = error instanceof EngineError &&
          words.test(error.message);
        if (isMeant) return true;
        throw error;
      }
    };
    try {
      return await body({ run, refuses, context });
    } finally {
      for (const statement of undo) {
        await run(statement).catch((error) => {
          if (!(error instanceof EngineError)) throw error;
        });
      }
    }
  };
  return Object.fromEntries(engines.map((engine) => [engine, call(engine)]));
}

/** What {@linkcode lives} answers. */
export const LIVED: Answer = [["there", true], ["there after the drop", false]];

/** Makes something, looks at it, drops it and looks again. */
export async function lives(
  { run, refuses }: Statements,
  statements: {
    make: string;
    look: string;
    drop: string;
    /** How looking at what is gone is refused. */
    gone: RegExp;
  },
): Promise<Answer> {
  const { make, look, drop, gone } = statements;
  await run(make);
  await run(look);
  await run(drop);
  return [
    ["there", true],
    ["there after the drop", !await refuses(look, gone)],
  ];
}
