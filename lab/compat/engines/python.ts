/**
 * The process behind DuckDB and PyIceberg: JSON lines to and from
 * `python_session.py`.
 *
 * @module
 */

import { CERTIFICATE_CAUSES, knownCause } from "../../../lib/core/errors.ts";
import { LakehouseError } from "../../../lib/core/errors.ts";
import { parseExactJson } from "../../../lib/core/json.ts";
import { run } from "../../../lib/core/process.ts";
import { PROJECT_DIR, settings } from "../../../lib/core/settings.ts";
import { keyVariables } from "../../../lib/spark/submit.ts";
import type { Answer } from "../answer.ts";
import { EngineError } from "../engine.ts";

const SCRIPT = `${PROJECT_DIR}/lab/compat/engines/python_session.py`;
const KEPT_LINES = 20;

type Message =
  | { ready: Record<string, string> }
  | { unready: { message: string } }
  | { rows: { id: number; rows: unknown[][] } }
  | { refused: { id: number; message: string } }
  | { fault: { id: number; message: string } };

function parseMessage(line: string): Message | undefined {
  if (!/^\{"(ready|unready|rows|refused|fault)": /.test(line)) return undefined;
  return parseExactJson(line) as Message;
}

/** One process, from its start to its end. */
interface Running {
  ready: Promise<Record<string, string>>;
  ask(text: string): Promise<Answer>;
  close(): void;
  kill(): void;
  gone: Promise<void>;
}

function start(python: string, engine: string): Running {
  const given = settings();
  const ready = Promise.withResolvers<Record<string, string>>();
  ready.promise.catch(() => {});
  const waiting = new Map<number, PromiseWithResolvers<Answer>>();
  const requests = new TransformStream<string, string>();
  const writer = requests.writable.getWriter();
  const ending = new AbortController();
  const log: string[] = [];
  let last = 0;
  const receive = (message: Message) => {
    if ("ready" in message) return ready.resolve(message.ready);
    if ("unready" in message) {
      return ready.reject(
        new LakehouseError({
          what: `Cannot open the catalog with ${engine}`,
          why: message.unready.message,
          next: "deno task doctor",
          ...knownCause(CERTIFICATE_CAUSES, message.unready.message),
        }),
      );
    }
    const [answer] = Object.values(message);
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ("rows" in message) asked?.resolve(message.rows.rows);
    else if ("refused" in message) {
      asked?.reject(new EngineError(message.refused.message));
    } else asked?.reject(new Error(message.fault.message));
  };
  const finish = (how: string) => {
    const shown = log.slice(-5).join("\n");
    const ended = new LakehouseError({
      what: `The process of ${engine} has ended`,
      why: how,
      next: "run it again",
      ...shown && { cause: new Error(shown) },
    });
    ready.reject(ended);
    for (const { reject } of waiting.values()) reject(ended);
  };
  const gone = run({
    command: python,
    // Nothing of the user's own Python gets in.
    args: [
      ...["-I", SCRIPT, engine, "--warehouse", given.warehouse],
      ...["--minio-host", given.minioHost, "--catalog-uri", given.catalogUri],
      ...["--s3-addressing", given.s3Addressing],
      ...["--signing-name", given.signingName],
    ],
    env: keyVariables(),
    input: requests.readable,
    kill: ending.signal,
    onLine: (line) => {
      const message = parseMessage(line);
      if (message) return receive(message);
      log.push(line);
      if (log.length > KEPT_LINES) log.shift();
    },
  }).then(
    (code) => finish(`it ended with code ${code}`),
    (error) => finish(String(error)),
  );
  return {
    ready: ready.promise,
    gone,
    ask(text) {
      const asked = Promise.withResolvers<Answer>();
      waiting.set(++last, asked);
      // A process that is gone reads no more; its end rejects what waits.
      writer.write(JSON.stringify({ id: last, text })).catch(() => {});
      return asked.promise;
    },
    close: () => void writer.close().catch(() => {}),
    kill: () => ending.abort(),
  };
}

/** DuckDB or PyIceberg in a process of its own. */
export interface PythonSession {
  /** Versions by package. */
  versions: Record<string, string>;
  /**
   * Runs a statement.
   *
   * @throws {EngineError} When the engine, the catalog or the store refuses it.
   * @throws {unknown} The signal's reason; the process is then another one.
   */
  run(text: string, signal: AbortSignal): Promise<Answer>;
  /** Ends it. */
  close(): Promise<void>;
}

/**
 * Starts the process of an engine.
 *
 * @param python The interpreter, with the packages of `requirements.txt`.
 * @throws {LakehouseError} When it does not start, or does not reach the catalog.
 */
export async function pythonSession(
  python: string,
  engine: "duckdb" | "pyiceberg",
  signal: AbortSignal,
): Promise<PythonSession> {
  let running = start(python, engine);
  let isGone = false;
  const watch = (process: Running) => {
    process.gone.then(() => isGone ||= process === running);
  };
  const begun = async (signal: AbortSignal) => {
    const { kill } = running;
    signal.addEventListener("abort", kill, { once: true });
    try {
      return await running.ready;
    } finally {
      signal.removeEventListener("abort", kill);
      signal.throwIfAborted();
    }
  };
  watch(running);
  const versions = await begun(signal);
  return {
    versions,
    async run(text, signal) {
      signal.throwIfAborted();
      if (isGone) {
        isGone = false;
        watch(running = start(python, engine));
        await begun(signal);
      }
      const { ask, kill } = running;
      // A statement cannot be cancelled; its process can be ended.
      signal.addEventListener("abort", kill, { once: true });
      try {
        return await ask(text);
      } finally {
        signal.removeEventListener("abort", kill);
        if (signal.aborted) await running.gone;
        signal.throwIfAborted();
      }
    },
    async close() {
      running.close();
      const late = setTimeout(running.kill, 5_000);
      await running.gone;
      clearTimeout(late);
    },
  };
}
