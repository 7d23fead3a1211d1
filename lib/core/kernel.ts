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
