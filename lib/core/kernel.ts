/**
 * The notebook kernel, where there is one.
 *
 * @module
 */

/** Output by media type, as Jupyter takes it. */
export type MediaBundle = Record<string, string>;

/** The method by which Deno's kernel asks a value for its output. */
export const DISPLAY: unique symbol = Symbol.for("Jupyter.display");

/** Something a notebook cell can show, as its last value or by `show()`. */
export interface Displayable {
  /** The output by media type; `text/plain` is what a terminal shows. */
  [DISPLAY](): MediaBundle;
}

/** The part of `Deno.jupyter` this project uses. */
export interface Kernel {
  /** Sends one message to the notebook. */
  broadcast(
    type: "display_data" | "update_display_data",
    content: {
      data: MediaBundle;
      metadata: Record<string, unknown>;
      transient: { display_id?: string };
    },
  ): Promise<void>;
}

/**
 * The kernel this code runs in, or `undefined` in a terminal.
 *
 * @example Usage
 * ```ts
 * import { kernel } from "./kernel.ts";
 *
 * console.log(kernel() ? "in a notebook" : "in a terminal");
 * ```
 */
export function kernel(): Kernel | undefined {
  try {
    return (Deno as unknown as { jupyter: Kernel }).jupyter;
  } catch {
    // Outside `deno jupyter` the property exists, and reading it throws.
    return undefined;
  }
}

function reason(error: unknown): string {
  return error instanceof Error
    ? `${error.name}: ${error.message}`
    : `${error}`;
}

const text = (plain: string): Displayable => ({
  [DISPLAY]: () => ({ "text/plain": plain }),
});

/** Names of the notebook's own variables, as of the end of a cell. */
export let variables: readonly string[] = [];

/** Reads those names, which V8's inspector alone tells. */
async function readVariables(): Promise<void> {
  const { Session } = await import("node:inspector");
  // As a task of its own: asked within what the inspector itself runs, the
  // kernel panics.
  await new Promise((resolve) => setTimeout(resolve));
  const session = new Session();
  session.connect();
  variables = await new Promise((resolve) => {
    session.post("Runtime.globalLexicalScopeNames", {}, (_, found) => {
      resolve((found as { names?: string[] } | undefined)?.names ?? []);
    });
  });
  session.disconnect();
}

/** What a variable holds, when a cell that ends with it would show that. */
function resultIn(name: string): object | undefined {
  let value: unknown;
  try {
    value = (0, eval)(name);
  } catch { /* the cell that names it failed before it had a value */ }
  return value instanceof Object && DISPLAY in value ? value : undefined;
}

let hasPrinted = false;
const known = new WeakSet<object>();

/** Names the result that a cell left in a variable and nowhere else. */
function unshown(): Displayable | undefined {
  const [name, result] =
    variables.map((name) => [name, resultIn(name)] as const)
      .filter(([, result]) => result && !known.has(result)).at(-1) ?? [];
  if (!result || hasPrinted) return undefined;
  const { rows, columns, height } = result as Record<string, unknown>;
  const sizes = [Array.isArray(rows) ? rows : height, columns].map((all, i) => {
    const size = Array.isArray(all) ? all.length : all;
    return `${size} ${i ? "column" : "row"}${size === 1 ? "" : "s"}`;
  }).join(" × ");
  const held = /^\d+ .*\d/.test(sizes) ? sizes : "what can be shown";
  return text(`${name} holds ${held}: end the cell with ${name} to show it`);
}

/**
 * Has what ends a cell show as `shown` says, where it says something; nothing
 * and a promise show what is missing.
 */
export function watchCells(
  shown: (value: unknown) => Displayable | undefined,
): void {
  const notebook = kernel();
  if (!notebook) return;
  type Inner = { broadcastResult(count: number, value: unknown): unknown };
  const deno = Deno as unknown as Record<symbol, { jupyter: Inner }>;
  const { jupyter } = deno[(Deno as unknown as { internal: symbol }).internal]!;
  const { broadcastResult } = jupyter;
  jupyter.broadcastResult = async (count, value) => {
    await readVariables();
    const said = value === undefined
      ? unshown()
      : value instanceof Promise
      ? text("Not awaited: write await before it, and what comes of it shows")
      : shown(value);
    variables.map(resultIn).forEach((result) => result && known.add(result));
    hasPrinted = false;
    await broadcastResult(count, said ?? value);
  };
  const [{ broadcast }, { log }] = [notebook, console];
  notebook.broadcast = (type, content) => {
    // What has an id is a bar.
    hasPrinted ||= content.transient.display_id === undefined;
    return broadcast(type, content);
  };
  console.log = (...all) => {
    hasPrinted = true;
    log(...all);
  };
}

if (kernel()) {
  // The kernel drops what no cell awaits; without a line in the output, a
  // forgotten `await` would look like success.
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    console.error(
      `error: nothing awaits this failure: ${reason(event.reason)}`,
    );
  });
  addEventListener("error", (event) => {
    event.preventDefault();
    console.error(`error: ${event.message}`);
  });
}

const UNSEEN =
  // deno-lint-ignore no-control-regex
  /[\0-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
// Longest text on a page: a cell may hold megabytes.
const LONGEST = 100_000;

/**
 * Text that is cut where it is long, and in which what a terminal would obey,
 * what has no width, or what turns the direction of text, stands as `\u001b`;
 * lines and tabs stay.
 */
export function seen(text: string, longest = LONGEST): string {
  const whole = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return whole.replace(
    UNSEEN,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Text as HTML that shows it literally. */
export function escapeHtml(text: string): string {
  return seen(text).replace(
    /[&<>"']/g,
    (character) => `&#${character.charCodeAt(0)};`,
  );
}

/** Makes a value that a notebook shows as `html` and a terminal as `text`. */
export function displayable(html: string, text: string): Displayable {
  const plain = seen(text, Infinity);
  return { [DISPLAY]: () => ({ "text/html": html, "text/plain": plain }) };
}

/**
 * Style of a table's cell: words beyond 32 characters, such as ids and paths,
 * break, so that the columns beside them keep theirs whole.
 */
export function breaking(text: string): string {
  return /\S{33}/.test(text) ? "overflow-wrap:anywhere;min-width:16em" : "";
}

/** Style of what is there to be found, not to be read first; for light and dark pages. */
export const FAINT = "opacity:.7";

/**
 * A link, or its text alone when the address is none of the web.
 *
 * @example Usage
 * ```ts
 * import { linkHtml } from "./kernel.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(linkHtml("a", "javascript:alert(1)"), "a");
 * ```
 */
export function linkHtml(text: string, href: string): string {
  if (!/^https?:\/\//.test(href)) return escapeHtml(text);
  return `<a href="${escapeHtml(href)}" target="_blank" rel="noopener">${
    escapeHtml(text)
  }</a>`;
}
