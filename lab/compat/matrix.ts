/**
 * Asks every engine for every capability, and judges what came.
 *
 * @module
 */

import { objectReader } from "../iceberg/object_store.ts";
import { tableTree } from "../iceberg/snapshots.ts";
import type { TableTree } from "../iceberg/tree.ts";
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
  isAbout,
  isNotOffered,
  type NotOffered,
  type ProbeContext,
  scriptOf,
  type Shown,
} from "./capability.ts";
import { type CompatEngine, EngineError, firstLine } from "./engine.ts";
import type { CapabilityResult, Cell, RunError, Step } from "./result.ts";
import { abortable } from "../../lib/core/interrupt.ts";

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
  /** Reads a table's metadata. @default {tableTree} */
  treeOf?: (
    namespace: string,
    table: string,
    signal: AbortSignal,
  ) => Promise<TableTree>;
}

const LIMIT_MS = 60_000;
const SETTLE_MS = 10_000;
const KEPT_ROWS = 20;
/** How Iceberg's clients say that the catalog lists no such endpoint. */
const NOT_LISTED = /does not support endpoint: (.*)$/m;
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
  /** Whose namespace its statements are about. */
  owner: EngineName;
  steps: Step[];
  signal: AbortSignal;
}

const tableOf = ({ id }: Capability) => `t_${id}`;

/** A time as every engine reads it in a literal. */
const timeText = (time: Date) =>
  time.toISOString().replace("T", " ").replace("Z", "");

/** What comes of an answer, or of what the metadata shows. */
function judged(
  came: Answer,
  { expect, differs = [] }: Pick<Capability, "expect" | "differs">,
  what = "",
): Pick<Cell, "verdict" | "reason"> {
  if (sameAnswer(came, expect)) return { verdict: "works" };
  const known = differs.find(({ answer }) => sameAnswer(came, answer));
  if (known) return { verdict: "differs", reason: known.says };
  return {
    verdict: "fails",
    reason: `${what}expected ${answerText(expect)}; came ${answerText(came)}`,
  };
}

const loadTree = (namespace: string, table: string, signal: AbortSignal) =>
  tableTree(namespace, table, { signal });

class Matrix {
  readonly #started = new Map<string, PromiseWithResolvers<Cell | null>>();
  /** Probes that have begun, also those that nobody waits for any more. */
  readonly #asking = new Set<Promise<unknown>>();
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

  #treeOf({ owner, capability, signal }: Probe): Promise<TableTree> {
    const { treeOf = loadTree, namespaceOf } = this.options;
    return treeOf(namespaceOf(owner), tableOf(capability), signal);
  }

  /** The statement with its placeholders filled in. */
  async #filled(
    probe: Probe,
    statement: string,
    running: CompatEngine,
  ): Promise<string> {
    const namespace = this.options.namespaceOf(probe.owner);
    const table = tableOf(probe.capability);
    const text = statement
      .replaceAll("{t}", running.tableName(namespace, table))
      .replaceAll("{ns}", running.namespaceName(namespace))
      .replaceAll("{table}", table)
      .replaceAll("{namespace}", namespace);
    if (!/\{snapshot\}|\{time\}/.test(text)) return text;
    const before = (await this.#treeOf(probe)).table.snapshots.at(-2);
    if (!before) throw new Error(`${namespace}.${table} has not two snapshots`);
    return text.replaceAll("{snapshot}", String(before.id))
      .replaceAll("{time}", timeText(before.timestamp));
  }

  async #step(
    probe: Probe,
    statement: string,
    engine = probe.engine,
  ): Promise<Answer> {
    const running = this.engines.get(engine);
    if (!running) throw new EngineError(`${engine} is not here`);
    const text = await this.#filled(probe, statement, running);
    const started = performance.now();
    const step: Step = { text, seconds: 0 };
    probe.steps.push(step);
    try {
      const answer = await running.run(text, probe.signal);
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
    const { capability, owner, steps, signal } = probe;
    return {
      engine: probe.engine,
      namespace: this.options.namespaceOf(owner),
      table: tableOf(capability),
      signal,
      engines: [...this.engines.keys()],
      tree: () => this.#treeOf(probe),
      run: (engine, statement) => this.#step(probe, statement, engine),
      note: (text, answer) =>
        steps.push({ text, seconds: 0, ...answer && { answer: kept(answer) } }),
    };
  }

  /**
   * The engine whose table a probe is about: its own, or for one that only reads
   * the first that wrote what was expected. A reason when there is none.
   */
  async #ownerOf(
    capability: Capability,
    engine: EngineName,
  ): Promise<EngineName | NotOffered> {
    const script = scriptOf(capability, engine);
    const isReader = this.engines.get(engine)?.isReader;
    if (script && isNotOffered(script)) return script;
    if (script && (typeof script === "function" || !isReader)) return engine;
    if (!script && !capability.read) {
      return {
        not: isReader
          ? "it reads tables, and nothing else"
          : "it has no statement for this",
      };
    }
    const candidates = capability.writer ? [capability.writer] : WRITERS;
    for (const writer of candidates) {
      if (writer === engine || !this.engines.has(writer)) continue;
      const cell = await this.cell(capability, writer);
      if (cell?.verdict === "works" || cell?.verdict === "differs") {
        return writer;
      }
    }
    return { not: "no engine here wrote such a table" };
  }

  async #ask(probe: Probe): Promise<Answer | Difference | NotOffered> {
    const { capability, engine } = probe;
    const script = scriptOf(capability, engine);
    let answer: Answer = [];
    if (typeof script === "function") {
      const came = await script(this.#context(probe));
      if (!Array.isArray(came)) return came as Difference | NotOffered;
      answer = came;
    } else if (script && !isNotOffered(script)) {
      for (const text of typeof script === "string" ? [script] : script) {
        answer = await this.#step(probe, text);
      }
    }
    if (!capability.read) return answer;
    const running = this.engines.get(engine)!;
    const statement = running.readStatement("{t}", capability.read);
    return await this.#step(probe, statement);
  }

  /** What the metadata of its own table shows, when that is asked for. */
  async #lookUp(probe: Probe, shows: Shown): Promise<Answer> {
    const started = performance.now();
    const objects = await objectReader(probe.signal);
    try {
      const tree = await this.#treeOf(probe);
      const found = await shows.of(tree, (path) => objects.read(path));
      probe.steps.push({
        ...{ text: `metadata: ${shows.what}`, answer: kept(found) },
        seconds: seconds(started),
      });
      return found;
    } finally {
      objects.close();
    }
  }

  async #judge(
    probe: Probe,
    came: Answer | Difference,
  ): Promise<Omit<Cell, "seconds">> {
    const { capability, steps } = probe;
    const { expect, shows } = capability;
    const explained = "says" in came ? [came] : [];
    const differs = [...explained, ...capability.differs ?? []];
    const answer = "says" in came ? came.answer : came;
    const shown = { steps, expected: kept(expect), came: kept(answer) };
    const first = judged(answer, { expect, differs });
    const isItsOwn = probe.owner === probe.engine;
    if (first.verdict === "fails" || !shows || !isItsOwn) {
      return { ...first, ...shown };
    }
    const found = await this.#lookUp(probe, shows);
    const second = judged(found, shows, `${shows.what}: `);
    return { ...second.verdict === "works" ? first : second, ...shown };
  }

  #refusal(
    { capability, engine, steps }: Probe,
    error: EngineError,
  ): Omit<Cell, "seconds"> {
    const line = firstLine(error);
    const expected = kept(capability.expect);
    const [, endpoint] = error.message.match(NOT_LISTED) ?? [];
    if (endpoint) {
      const reason = `the catalog does not list ${endpoint}`;
      return { verdict: "not offered", reason, steps, expected };
    }
    const isNone = [
      capability.refused?.[engine],
      this.engines.get(engine)?.lacks,
    ].some((pattern) => pattern?.test(error.message));
    const verdict = isNone ? "not offered" : "fails";
    return { verdict, reason: line, steps, expected };
  }

  async #probe(
    capability: Capability,
    engine: EngineName,
  ): Promise<Cell | null> {
    const { signal, limitMs = LIMIT_MS } = this.options;
    const owner = await abortable(this.#ownerOf(capability, engine), signal);
    if (typeof owner === "object") {
      const { not: reason } = owner;
      return { verdict: "not offered", reason, steps: [], seconds: 0 };
    }
    // Waiting for an engine that writes is no fault of one that reads.
    const limit = AbortSignal.timeout(limitMs);
    const probe: Probe = {
      ...{ capability, engine, owner, steps: [] },
      signal: AbortSignal.any([signal, limit]),
    };
    const started = performance.now();
    const done = (cell: Omit<Cell, "seconds">) => ({
      ...cell,
      seconds: seconds(started),
    });
    try {
      const asking = async () => {
        const answer = await this.#ask(probe);
        if (!("not" in answer)) return await this.#judge(probe, answer);
        const { not: reason } = answer;
        return { verdict: "not offered", reason, steps: probe.steps } as const;
      };
      const asked = asking();
      const ended: Promise<unknown> = asked.catch(() => {}).then(() =>
        this.#asking.delete(ended)
      );
      this.#asking.add(ended);
      return done(await abortable(asked, probe.signal));
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

  /** Waits for probes that were given up, so that they make nothing any more. */
  async settle(): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, SETTLE_MS);
    await Promise.race([Promise.all(this.#asking), late.promise]);
    clearTimeout(timer);
  }

  /** One column, from the first capability to the last. */
  async column(
    capabilities: readonly Capability[],
    engine: EngineName,
  ): Promise<void> {
    for (const capability of capabilities) {
      if (!isAbout(capability, engine)) continue;
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
  await matrix.settle();
  for (const column of columns) {
    if (column.status === "rejected") throw column.reason;
  }
  const rows: CapabilityResult[] = [];
  for (const capability of capabilities) {
    const { id, group, name, formatVersion } = capability;
    const cells: CapabilityResult["cells"] = {};
    for (const { name } of engines) {
      if (!isAbout(capability, name)) continue;
      cells[name] = await matrix.cell(capability, name);
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
