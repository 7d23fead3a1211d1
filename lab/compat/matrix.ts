/**
 * Asks every engine for every capability, and judges what came.
 *
 * @module
 */

import {
  type Answer,
  answerText,
  canonicalAnswer,
  sameAnswer,
} from "./answer.ts";
import {
  type Capability,
  type Difference,
  type EngineName,
  type Group,
  isNotOffered,
  type NotOffered,
  type ProbeContext,
  scriptOf,
} from "./capability.ts";
import { type CompatEngine, EngineError, firstLine } from "./engine.ts";

/** What a cell says: a run's outcome, nothing else. */
export type Verdict = "works" | "differs" | "fails" | "not offered";

/** One statement or call of a probe, as it ran. */
export interface Step {
  /** The statement, or what was called. */
  text: string;
  /** Seconds it took. */
  seconds: number;
  /** Its first rows. */
  answer?: unknown[][];
  /** How it was refused. */
  error?: string;
}

/** One engine and one capability. */
export interface Cell {
  /** The outcome. */
  verdict: Verdict;
  /** Why it is no plain "works". */
  reason?: string;
  /** What was run, in order. */
  steps: Step[];
  /** The answer that was expected. */
  expected?: unknown[][];
  /** The answer that came. */
  came?: unknown[][];
  /** Seconds of the whole probe. */
  seconds: number;
}

/** A row of the matrix with its outcomes. */
export interface CapabilityResult {
  id: string;
  group: Group;
  name: string;
  formatVersion?: 2 | 3;
  /** By engine; `null` where a fault of this program came in between. */
  cells: Partial<Record<EngineName, Cell | null>>;
}

/** A fault of this program: no verdict on any engine. */
export interface RunError {
  capability: string;
  engine: EngineName;
  message: string;
}

/** Options of {@linkcode runMatrix}. */
export interface MatrixOptions {
  /** Namespace of each engine; it exists, and is removed by the caller. */
  namespaceOf: (engine: EngineName) => string;
  /** Ends the run; cells that are done stay. */
  signal: AbortSignal;
  /** Longest time of one probe, in milliseconds. @default {60_000} */
  limitMs?: number;
  /** Told each cell as it is done. */
  onCell?: (
    cell: { capability: Capability; engine: EngineName; cell: Cell | null },
  ) => void;
}

const LIMIT_MS = 60_000;
const KEPT_ROWS = 20;
/** How Iceberg's clients say that the catalog lists no such endpoint. */
const NOT_LISTED = /does not support endpoint: (.*)$/;
/** Whose table engines that only read look at, first that works. */
const WRITERS: readonly EngineName[] = [
  ...["spark-3.5", "spark-4.1", "trino", "pyiceberg", "duckdb"] as const,
];

const seconds = (since: number) => Math.round(performance.now() - since) / 1000;

const kept = (answer: Answer) => canonicalAnswer(answer.slice(0, KEPT_ROWS));

/** A probe under way. */
interface Probe {
  capability: Capability;
  engine: EngineName;
  steps: Step[];
  signal: AbortSignal;
}

class Matrix {
  readonly #started = new Map<string, PromiseWithResolvers<Cell | null>>();
  readonly errors: RunError[] = [];

  constructor(
    readonly engines: ReadonlyMap<EngineName, CompatEngine>,
    readonly options: MatrixOptions,
  ) {}

  /** The cell, now or once it is done. */
  cell(capability: Capability, engine: EngineName): Promise<Cell | null> {
    const key = `${capability.id} ${engine}`;
    let known = this.#started.get(key);
    if (!known) {
      this.#started.set(key, known = Promise.withResolvers());
      // Nobody may wait for it when the run is stopped.
      known.promise.catch(() => {});
    }
    return known.promise;
  }

  async #step(
    { engine, steps, signal, capability }: Probe,
    statement: string,
    namespace = this.options.namespaceOf(engine),
  ): Promise<Answer> {
    const running = this.engines.get(engine);
    if (!running) throw new EngineError(`${engine} is not here`);
    const table = `t_${capability.id}`;
    const text = statement
      .replaceAll("{t}", running.tableName(namespace, table))
      .replaceAll("{ns}", running.namespaceName(namespace))
      .replaceAll("{table}", table)
      .replaceAll("{namespace}", namespace);
    const started = performance.now();
    const step: Step = { text, seconds: 0 };
    steps.push(step);
    try {
      const answer = await running.run(text, signal);
      step.answer = kept(answer);
      return answer;
    } catch (error) {
      step.error = firstLine(error);
      throw error;
    } finally {
      step.seconds = seconds(started);
    }
  }

  #context(probe: Probe): ProbeContext {
    const { capability, engine, steps, signal } = probe;
    return {
      namespace: this.options.namespaceOf(engine),
      table: `t_${capability.id}`,
      signal,
      engines: [...this.engines.keys()],
      run: (other, statement) =>
        this.#step(
          { ...probe, engine: other },
          statement,
          this.options.namespaceOf(engine),
        ),
      note: (text, answer) =>
        steps.push({ text, seconds: 0, ...answer && { answer: kept(answer) } }),
    };
  }

  /** The engine whose table of this capability one that only reads looks at. */
  async #writerFor(
    capability: Capability,
    reader: EngineName,
  ): Promise<EngineName | undefined> {
    const candidates = capability.writer ? [capability.writer] : WRITERS;
    for (const engine of candidates) {
      if (engine === reader || !this.engines.has(engine)) continue;
      const cell = await this.cell(capability, engine);
      if (cell?.verdict === "works" || cell?.verdict === "differs") {
        return engine;
      }
    }
    return undefined;
  }

  async #ask(probe: Probe): Promise<Answer | Difference | NotOffered> {
    const { capability, engine } = probe;
    const script = scriptOf(capability, engine);
    let namespace = this.options.namespaceOf(engine);
    let answer: Answer = [];
    if (script === undefined) {
      if (!capability.read) return { not: "it has no statement for this" };
      const writer = await this.#writerFor(capability, engine);
      if (!writer) return { not: "no engine here wrote such a table" };
      namespace = this.options.namespaceOf(writer);
    } else if (isNotOffered(script)) {
      return script;
    } else if (typeof script === "function") {
      const came = await script(this.#context(probe));
      if (!Array.isArray(came)) return came as Difference | NotOffered;
      answer = came;
    } else {
      for (const text of typeof script === "string" ? [script] : script) {
        answer = await this.#step(probe, text);
      }
    }
    if (!capability.read) return answer;
    const running = this.engines.get(engine)!;
    const statement = running.readStatement("{t}", capability.read);
    return await this.#step(probe, statement, namespace);
  }

  #judge(
    { capability, steps }: Probe,
    came: Answer | Difference,
  ): Omit<Cell, "seconds"> {
    const { expect } = capability;
    const explained = "says" in came ? [came] : [];
    const differs = [...explained, ...capability.differs ?? []];
    const answer = "says" in came ? came.answer : came;
    const shown = { steps, expected: kept(expect), came: kept(answer) };
    if (sameAnswer(answer, expect)) return { verdict: "works", ...shown };
    const known = differs.find((one) => sameAnswer(answer, one.answer));
    if (known) return { verdict: "differs", reason: known.says, ...shown };
    return {
      verdict: "fails",
      reason: `expected ${answerText(expect)}; came ${answerText(answer)}`,
      ...shown,
    };
  }

  #refusal(
    { capability, engine, steps }: Probe,
    error: EngineError,
  ): Omit<Cell, "seconds"> {
    const line = firstLine(error);
    const expected = kept(capability.expect);
    const [, endpoint] = line.match(NOT_LISTED) ?? [];
    if (endpoint) {
      const reason = `the catalog does not list ${endpoint}`;
      return { verdict: "not offered", reason, steps, expected };
    }
    const isNone = capability.refused?.[engine]?.test(error.message);
    const verdict = isNone ? "not offered" : "fails";
    return { verdict, reason: line, steps, expected };
  }

  async #probe(
    capability: Capability,
    engine: EngineName,
  ): Promise<Cell | null> {
    const { signal, limitMs = LIMIT_MS } = this.options;
    const limit = AbortSignal.timeout(limitMs);
    const probe: Probe = {
      ...{ capability, engine, steps: [] },
      signal: AbortSignal.any([signal, limit]),
    };
    const started = performance.now();
    const done = (cell: Omit<Cell, "seconds">) => ({
      ...cell,
      seconds: seconds(started),
    });
    try {
      const answer = await raced(this.#ask(probe), probe.signal);
      if ("not" in answer) {
        const { not: reason } = answer;
        return done({ verdict: "not offered", reason, steps: probe.steps });
      }
      return done(this.#judge(probe, answer));
    } catch (error) {
      signal.throwIfAborted();
      if (limit.aborted) {
        const reason = `no answer within ${limitMs / 1000} s`;
        return done({ verdict: "fails", reason, steps: probe.steps });
      }
      if (error instanceof EngineError) {
        return done(this.#refusal(probe, error));
      }
      const message = error instanceof Error && error.stack
        ? error.stack
        : String(error);
      this.errors.push({ capability: capability.id, engine, message });
      return null;
    }
  }

  /** One column, from the first capability to the last. */
  async column(
    capabilities: readonly Capability[],
    engine: EngineName,
  ): Promise<void> {
    for (const capability of capabilities) {
      this.cell(capability, engine);
      const { resolve, reject } = this.#started.get(
        `${capability.id} ${engine}`,
      )!;
      try {
        const cell = await this.#probe(capability, engine);
        resolve(cell);
        this.options.onCell?.({ capability, engine, cell });
      } catch (error) {
        reject(error);
        throw error;
      }
    }
  }
}

/** `promise`, or the signal's reason as soon as it is aborted. */
async function raced<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  promise.catch(() => {});
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/**
 * Asks each engine for each capability; the columns run side by side, the rows
 * of a column one after the other.
 *
 * @returns The rows with their cells, and what went wrong in this program itself.
 * @throws {unknown} The signal's reason.
 */
export async function runMatrix(
  capabilities: readonly Capability[],
  engines: readonly CompatEngine[],
  options: MatrixOptions,
): Promise<{ capabilities: CapabilityResult[]; errors: RunError[] }> {
  const matrix = new Matrix(
    new Map(engines.map((engine) => [engine.name, engine])),
    options,
  );
  const columns = await Promise.allSettled(
    engines.map(({ name }) => matrix.column(capabilities, name)),
  );
  for (const column of columns) {
    if (column.status === "rejected") throw column.reason;
  }
  const rows: CapabilityResult[] = [];
  for (const capability of capabilities) {
    const { id, group, name, formatVersion } = capability;
    const cells: CapabilityResult["cells"] = {};
    for (const engine of engines) {
      cells[engine.name] = await matrix.cell(capability, engine.name);
    }
    rows.push({
      id,
      group,
      name,
      ...formatVersion && { formatVersion },
      cells,
    });
  }
  return { capabilities: rows, errors: matrix.errors };
}
