/**
 * What lies behind an error, folded: an error in a cell is one sentence.
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import { PROJECT_DIR } from "../core/settings.ts";
import { LakehouseError, latestError, traceOf } from "../core/errors.ts";
import { displayable, escapeHtml, FAINT, linkHtml } from "../core/kernel.ts";
import { type Displayable, kernel, seen } from "../core/kernel.ts";
import { show } from "./display.ts";

/** The part of a `TrinoError` that says where in the SQL it lies. */
type Place =
  & Record<"text" | "queryId" | "infoUri", string>
  & Record<"line" | "column", number | undefined>;

function placeOf(error: LakehouseError): Place | undefined {
  return "queryId" in error && "text" in error
    ? error as unknown as Place
    : undefined;
}

/** The SQL with line numbers and a mark under the place. */
function sqlLines({ text, line, column }: Place): string {
  if (!text) return "";
  const lines = text.split("\n");
  const width = String(lines.length).length;
  return lines.flatMap((content, i) => [
    `${String(i + 1).padStart(width)} │ ${content}`,
    ...(i + 1 === line && column !== undefined
      ? [`${" ".repeat(width)} │ ${" ".repeat(column - 1)}^`]
      : []),
  ]).join("\n");
}

// Deno's own frames lead nowhere, and a report is read on other machines.
function stackOf(error: Error): string {
  const root = pathToFileURL(`${PROJECT_DIR}/`).href;
  return traceOf(error).split("\n")
    .filter((line) => !/\b(ext|node):/.test(line))
    .join("\n").replaceAll(root, "");
}

function causesOf(error: Error): string[] {
  const lines: string[] = [];
  const seen = new Set<unknown>([error]);
  let { cause } = error;
  while (cause !== undefined && !seen.has(cause)) {
    seen.add(cause);
    if (!(cause instanceof Error)) {
      lines.push(`Caused by ${String(cause)}`);
      break;
    }
    const stack = stackOf(cause);
    lines.push(
      `Caused by ${cause.name}: ${cause.message}${stack && `\n${stack}`}`,
    );
    cause = cause.cause;
  }
  return lines;
}

/**
 * What lies behind an error: the SQL with the place at fault, the causes, and
 * the stack; folded in a notebook.
 *
 * The steps of this library show it above the sentence. For another error, ask
 * in the next cell.
 *
 * @param error The error. @default {the last one of this library}
 * @example Usage
 * ```ts
 * import { errorDetails, LakehouseError } from "@lakehouse";
 *
 * errorDetails(new LakehouseError({ what: "Cannot count", cause: new Error("no rows") }));
 * ```
 */
export function errorDetails(error?: Error): Displayable {
  const given = error ?? latestError();
  if (!given) return displayable("<div>no error yet</div>", "no error yet");
  const place = given instanceof LakehouseError ? placeOf(given) : undefined;
  const head = `${given.name}: ${given.message}`;
  const body = [
    place ? sqlLines(place) : "",
    head,
    stackOf(given),
    ...causesOf(given),
  ].filter(Boolean).map((part) => seen(part)).join("\n\n");
  const link = place?.queryId
    ? `<div>${linkHtml(`query ${place.queryId}`, place.infoUri)}</div>`
    : "";
  return displayable(
    `<details><summary style="${FAINT}">What lies behind the error: ${
      place ? "SQL, " : ""
    }causes, stack</summary>${link}` +
      `<pre style="overflow-x:auto;white-space:pre;text-align:left">${
        escapeHtml(body)
      }</pre></details>`,
    place?.infoUri ? `${body}\n\n${seen(place.infoUri)}` : body,
  );
}

/** Shows {@linkcode errorDetails} in a notebook, before the cell fails. */
export async function showDetails(error: unknown): Promise<void> {
  if (!(error instanceof LakehouseError) || error.name === "AbortError") return;
  if (kernel()) await show(errorDetails(error));
}
