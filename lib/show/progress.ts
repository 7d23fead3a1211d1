/**
 * Progress bars, in a notebook and in a terminal.
 *
 * @module
 */

import { Presets, SingleBar } from "cli-progress";
import { formatBytes, formatCompact } from "../core/format.ts";
import { formatDuration, formatNumber } from "../core/format.ts";
import { escapeHtml, type Kernel, kernel, seen } from "../core/kernel.ts";
import { showDetails } from "./error_details.ts";

/** How far something is. */
export interface ProgressState {
  /** What is done so far, in units. */
  done: number;
  /** What there is to do in all, in units; left out while it is not known. */
  total?: number;
  /** What is counted, in the plural; `"bytes"` shows as kB, MB, GB. */
  unit?: string;
  /** What is under way, for instance a file's name. */
  detail?: string;
}

/** A bar that is shown; see {@linkcode progress}. */
export interface Progress {
  /** Shows how far it is; may be called as often as it suits. */
  update(state: ProgressState): void;
  /** Shows the end; `text` says what came out. */
  done(text?: string): Promise<void>;
  /** Shows that it failed; `text` says why. */
  fail(text: string): Promise<void>;
}

/** What a bar shows at one moment. */
export interface ProgressView {
  /** Outcome, or that it is still going on. */
  status: "running" | "done" | "failed";
  /** Done share, 0 to 1, or `undefined` while the total is not known. */
  share: number | undefined;
  /** Line after the title. */
  text: string;
}

function amount(value: number, unit: string): string {
  return unit === "bytes"
    ? formatBytes(value)
    : `${formatNumber(value, 0)}${unit && ` ${unit}`}`;
}

/** A rate as text; what takes many seconds apiece is told by the minute. */
function pace(rate: number, unit: string): string {
  if (unit === "bytes") return `${formatBytes(rate)}/s`;
  const [value, time] = rate < 0.1 ? [rate * 60, "min"] : [rate, "s"];
  const text = value < 10 ? formatNumber(value, 1) : formatCompact(value);
  return `${text}${unit && ` ${unit}`}/${time}`;
}

/**
 * The view of a running step: share, count, rate, and the remaining time.
 *
 * @param elapsed Milliseconds since the work began.
 * @param idle Milliseconds since `done` last rose. @default {0}
 * @example Usage
 * ```ts
 * import { progressView } from "./progress.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { text } = progressView({ done: 250, total: 1000, unit: "rows" }, 5000);
 * assertEquals(text, "25 % · 250 of 1,000 rows · 50 rows/s · 15 s left");
 * ```
 */
export function progressView(
  state: ProgressState,
  elapsed: number,
  idle = 0,
): ProgressView {
  const { done, total, unit = "", detail } = state;
  const share = total === undefined || total <= 0
    ? undefined
    : Math.min(1, Math.max(0, done / total));
  const parts: string[] = [];
  if (share !== undefined) {
    const whole = unit === "bytes"
      ? `${formatBytes(done)} of ${formatBytes(total!)}`
      : `${formatNumber(done, 0)} of ${amount(total!, unit)}`;
    parts.push(`${Math.floor(share * 100)} %`, whole);
  } else if (done > 0 || !detail) parts.push(amount(done, unit));
  // The first moments say nothing about the rate.
  if (elapsed >= 1000 && done > 0) {
    parts.push(pace(done / elapsed * 1000, unit));
    // Work that comes in lumps counts down between them, not up.
    const took = Math.max(1, elapsed - idle);
    const left = share === undefined || share === 1
      ? 0
      : (total! - done) / done * took - idle;
    if (left > 0) {
      parts.push(`${formatDuration(Math.ceil(left / 1000) * 1000)} left`);
    }
  }
  if (detail) parts.push(detail);
  return { status: "running", share, text: parts.join(" · ") };
}

const COLORS = { running: "#1976d2", done: "#2e7d32", failed: "#c62828" };

/** The HTML of a bar, readable on a light and on a dark page. */
export function progressHtml(title: string, view: ProgressView): string {
  const percent = Math.round((view.share ?? 0) * 1000) / 10;
  return `<div><b>${escapeHtml(title)}</b> ${escapeHtml(view.text)}</div>` +
    `<div style="height:6px;width:100%;max-width:600px;margin:4px 0;` +
    `border-radius:3px;background:rgba(128,128,128,0.3);overflow:hidden">` +
    `<div style="height:6px;width:${percent}%;background:${
      COLORS[view.status]
    }"></div></div>`;
}

/** Draws a bar somewhere; the end is what no longer runs. */
type Surface = (view: ProgressView) => Promise<void> | void;

function inNotebook(notebook: Kernel, title: string): Surface {
  const id = `progress-${crypto.randomUUID()}`;
  let sent: Promise<void> | undefined;
  return (view) => {
    const content = {
      data: {
        "text/html": progressHtml(title, view),
        "text/plain": seen(`${title}: ${view.text}`),
      },
      metadata: {},
      transient: { display_id: id },
    };
    sent = sent === undefined
      ? notebook.broadcast("display_data", content)
      : sent.then(() => notebook.broadcast("update_display_data", content));
    return sent;
  };
}

const BAR_SIZE = 24;

function onTerminal(title: string): Surface {
  // The terminal stays as it is, so that a program which ends in the middle
  // has nothing to restore; catching its signals would keep it from ending.
  const bar = new SingleBar({
    format: `${title} {bar} {text}`,
    barsize: BAR_SIZE,
    hideCursor: false,
    linewrap: true,
    gracefulExit: false,
    autopadding: false,
  }, Presets.shades_classic);
  bar.start(1, 0, { text: "" });
  // A longer line would wrap, and each update would begin a new one.
  const room = () =>
    Math.max(0, Deno.consoleSize().columns - title.length - BAR_SIZE - 3);
  return ({ status, share, text }) => {
    bar.update(share ?? 0, { text: seen(text).slice(0, room()) });
    if (status !== "running") bar.stop();
  };
}

function onLines(title: string): Surface {
  let last = -1;
  return ({ status, share, text }) => {
    const step = Math.floor((share ?? 0) * 10);
    if (status === "running" && step <= last) return;
    last = step;
    console.error(seen(`${title}: ${text}`));
  };
}

// Updates faster than this are skipped; the eye does not follow more.
const SHORTEST_MS = 100;
// A step of unknown length tells the time so often, as a sign of life.
const TICK_MS = 1_000;

/**
 * Shows a progress bar with rate and remaining time.
 *
 * In a notebook it is one bar that changes in place; in a terminal a bar on
 * standard error; elsewhere a line for every tenth.
 *
 * @param title Names the step.
 * @param start When it began, by `performance.now()`. @default {now}
 * @example Usage
 * ```ts
 * import { progress } from "@lakehouse";
 *
 * const bar = progress("Upload");
 * for (let done = 0; done <= 10; done++) {
 *   bar.update({ done, total: 10, unit: "files" });
 * }
 * await bar.done("10 files");
 * ```
 */
export function progress(
  title: string,
  start: number = performance.now(),
): Progress {
  const notebook = kernel();
  const show = notebook
    ? inNotebook(notebook, title)
    : Deno.stderr.isTerminal()
    ? onTerminal(title)
    : onLines(title);
  let share: number | undefined;
  let waiting: ProgressState | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let drawn = -Infinity;
  let hasEnded = false;
  // When the work began; before, nobody knows how long it takes.
  let begun: number | undefined;
  let risen = { done: 0, at: start };

  function draw(): void {
    clearTimeout(timer);
    timer = undefined;
    if (!waiting) return;
    drawn = performance.now();
    const view = progressView(
      waiting,
      drawn - (begun ?? drawn),
      drawn - risen.at,
    );
    const seconds = Math.floor((drawn - start) / 1000);
    if (begun === undefined && seconds > 0) {
      view.text += ` · ${formatDuration(seconds * 1000)}`;
    }
    share = view.share;
    show(view);
  }

  const tick = setInterval(() => begun === undefined && draw(), TICK_MS);
  Deno.unrefTimer(tick);

  async function end(view: ProgressView): Promise<void> {
    hasEnded = true;
    clearTimeout(timer);
    clearInterval(tick);
    const took = formatDuration(performance.now() - start);
    await show({
      ...view,
      text: [view.text, took].filter(Boolean).join(" · "),
    });
  }

  return {
    update(state) {
      // What was stopped may still report; the end stays what shows.
      if (hasEnded) return;
      waiting = state;
      const now = performance.now();
      if (state.done > 0) begun ??= start;
      else if (state.total) begun ??= now;
      if (state.done > risen.done) risen = { done: state.done, at: now };
      if (timer !== undefined) return;
      const wait = drawn + SHORTEST_MS - now;
      if (wait <= 0) draw();
      else timer = setTimeout(draw, wait);
    },
    done: (text = "") => end({ status: "done", share: 1, text }),
    fail: (text) => end({ status: "failed", share, text }),
  };
}

/**
 * Runs a step with a progress bar, which ends with the outcome, as stopped, or
 * as failed; what lies behind a failure is shown folded.
 *
 * @param outcome What the bar says at the end.
 * @throws {unknown} What the step throws.
 */
export async function withProgress<T>(
  title: string,
  step: (bar: Progress) => Promise<T>,
  outcome: (result: T) => string,
): Promise<T> {
  const bar = progress(title);
  try {
    const result = await step(bar);
    await bar.done(outcome(result));
    return result;
  } catch (error) {
    await failProgress(bar, error);
    throw error;
  }
}

/** Ends a bar, if there is one, as stopped or failed, and shows what lies behind. */
export async function failProgress(
  bar: Progress | undefined,
  error: unknown,
  stopped = "stopped",
): Promise<void> {
  const isStop = error instanceof Error && error.name === "AbortError";
  await bar?.fail(isStop ? stopped : "failed");
  await showDetails(error);
}
