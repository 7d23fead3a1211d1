/**
 * One executed notebook as a report shows it.
 *
 * @module
 */

import { basename } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { escapeHtml } from "../../lib/core/kernel.ts";
import {
  codeCells,
  type Notebook,
  type NotebookCell,
  notebookFault,
  notebookTitle,
  type Output,
  outputTexts,
  wholeText,
} from "../notebooks/document.ts";
import { headingAnchor, headings, replaceLinks } from "../notebooks/links.ts";
import { recordedFacts, type RunFacts } from "./run_facts.ts";

/** A fact that a cell has checked. */
export interface CheckedFact {
  /** What is claimed. */
  claim: string;
  /** The fact behind it, or empty. */
  fact: string;
}

/** What a report tells of a notebook. */
export interface ReportPage {
  /** Its name without the ending, such as `05-analyze`. */
  name: string;
  /** Name of its page. */
  file: string;
  /** Its title. */
  title: string;
  /** What it is about: its first paragraph, as plain text. */
  lead: string;
  /** Why it stopped, or `undefined`. */
  fault: string | undefined;
  /** Id of the cell at which it stopped. */
  faultCell: string | undefined;
  /** How long its cells ran, in milliseconds. */
  ms: number;
  /** When it ran; `undefined` when its file does not tell. */
  date: Date | undefined;
  /** On what it ran, when its run recorded it. */
  run: RunFacts | undefined;
  /** The facts it checked, in order. */
  checks: CheckedFact[];
  /** The notebook; every cell has an id. */
  notebook: Notebook;
}

/** A heading to be found from a table of contents. */
export interface Heading {
  /** 2 for a section, 3 for a part of it. */
  level: number;
  /** Its text. */
  text: string;
  /** Id of its cell. */
  cell: string;
}

const TITLE = /^#\s+.+\n*/;
const TICK = /^✓ (.+)$/;

function toCheck(line: string): CheckedFact | undefined {
  const text = line.match(TICK)?.[1];
  if (text === undefined) return undefined;
  const [, claim = text, fact = ""] = text.match(/^(.+?): (.+)$/) ?? [];
  return { claim, fact };
}

function checksOf(notebook: Notebook): CheckedFact[] {
  return codeCells(notebook).flatMap(({ outputs }) =>
    outputTexts(outputs.filter(({ name }) => name === "stdout"))
      .join("").split("\n").flatMap((line) => toCheck(line) ?? [])
  );
}

/** Markdown as the plain text that it reads as. */
function plainText(markdown: string): string {
  return replaceLinks(markdown, (text) => text).replace(/[*`]+/g, "")
    .replace(/\s+/g, " ").trim();
}

function leadOf(notebook: Notebook): string {
  const first = wholeText(notebook.cells[0]?.source).replace(TITLE, "");
  return plainText(first.split(/\n\s*\n/)[0] ?? "");
}

/** Why the notebook stopped, from the headless run's note or a cell's error. */
function faultOf(
  notebook: Notebook,
): { fault: string; cell: string | undefined } | undefined {
  const note = notebookFault(notebook);
  for (const { index, number, outputs } of codeCells(notebook)) {
    const { id, metadata } = notebook.cells[index]!;
    const error = outputs.find((output) => output.output_type === "error");
    const marked = metadata["lakehouse"] as { fault?: string } | undefined;
    if (error || marked?.fault) {
      const fault = note ??
        `cell ${number}: ${
          marked?.fault ?? `${error?.ename}: ${error?.evalue}`
        }`;
      return { fault, cell: id };
    }
  }
  return note ? { fault: note, cell: undefined } : undefined;
}

function timesOf(
  cell: NotebookCell,
): { start: number; end: number } | undefined {
  const times = cell.metadata["execution"] as
    | Record<string, string>
    | undefined;
  const start = Date.parse(times?.["iopub.execute_input"] ?? "");
  const end = Date.parse(times?.["shell.execute_reply"] ?? "");
  return end >= start ? { start, end } : undefined;
}

/** What a report tells of an executed notebook. */
export function toPage(path: string, executed: Notebook): ReportPage {
  const notebook = {
    ...executed,
    cells: executed.cells.map((cell, i) => ({
      ...cell,
      id: cell.id ?? `c${i}`,
    })),
  };
  const name = basename(path, ".ipynb");
  const fault = faultOf(notebook);
  const times = notebook.cells.flatMap((cell) => timesOf(cell) ?? []);
  const run = recordedFacts(notebook);
  const date = run?.date ?? times[0]?.start;
  return {
    name,
    file: `${name}.html`,
    title: notebookTitle(notebook, path),
    lead: leadOf(notebook),
    fault: fault?.fault,
    faultCell: fault?.cell,
    ms: times.reduce((sum, { start, end }) => sum + end - start, 0),
    date: date === undefined ? undefined : new Date(date),
    run,
    checks: checksOf(notebook),
    notebook,
  };
}

/** The headings of a page below its title. */
export function contentsOf({ notebook }: ReportPage): Heading[] {
  return notebook.cells.flatMap((cell, i) => {
    if (cell.cell_type !== "markdown") return [];
    const source = wholeText(cell.source);
    return headings(i === 0 ? source.replace(TITLE, "") : source)
      .filter(({ level }) => level <= 3)
      .map((heading) => ({ ...heading, cell: cell.id ?? "" }));
  });
}

/** A numbered question of a page, and what its chart or table says. */
export interface Answer {
  question: string;
  /** The title of the first chart or table, as HTML. */
  answer: string;
  /** Id of the cell that shows it. */
  cell: string;
  /** The chart, as the address of an image. */
  image: string | undefined;
}

/** What came out of the questions that a page asks under numbered headings. */
export function answersOf({ notebook }: ReportPage): Answer[] {
  const answers: Answer[] = [];
  let question: string | undefined;
  for (const { id = "", cell_type, source, outputs = [] } of notebook.cells) {
    if (cell_type === "markdown") {
      const [asked] = headings(wholeText(source))
        .filter(({ level }) => level === 2).slice(-1);
      if (asked) question = /^\d+ · (.+\?)$/.exec(asked.text)?.[1];
      continue;
    }
    const html = outputs.map(({ data }) => wholeText(data?.["text/html"] ?? ""))
      .join("");
    const [, image, alt] =
      /<img src="(data:image\/svg\+xml;base64,[\w+/=]+)" alt="([^"<>]*)"/
        .exec(html) ?? [];
    const answer = alt || /<div><b>([^<>]+)<\/b><\/div>/.exec(html)?.[1];
    if (!question || !answer) continue;
    answers.push({ question, answer, cell: id, image });
    question = undefined;
  }
  return answers;
}

/** Facts as a list: what a reader looks for, not what a terminal printed. */
export function checksHtml(checks: readonly CheckedFact[]): string {
  return `<ul class="checks">${
    checks.map(({ claim, fact }) =>
      `<li>${escapeHtml(claim)}${fact && `: <b>${escapeHtml(fact)}</b>`}</li>`
    ).join("")
  }</ul>`;
}

/** A stream with its checked facts as lists; its other lines stay. */
function withLists(output: Output): Output[] {
  const lines = stripVTControlCharacters(wholeText(output.text)).split("\n");
  if (!lines.some((line) => TICK.test(line))) return [output];
  const parts: (CheckedFact[] | string[])[] = [];
  for (const line of lines) {
    const check = toCheck(line);
    const last = parts.at(-1);
    const isSame = last && (typeof last[0] === "string") === !check;
    if (isSame) (last as unknown[]).push(check ?? line);
    else parts.push(check ? [check] : [line]);
  }
  return parts.flatMap((part): Output[] => {
    const [first] = part;
    if (typeof first !== "string") {
      const html = checksHtml(part as CheckedFact[]);
      return [{
        output_type: "display_data",
        data: { "text/html": html },
        ...{ metadata: {} },
      }];
    }
    const text = part.join("\n").trim();
    return text ? [{ ...output, text: `${text}\n` }] : [];
  });
}

// Trino's own pages, for instance: a colleague's machine has nothing there.
const HERE =
  /<a\b[^>]*\bhref="https?:\/\/(?:localhost|127\.[\d.]+|0\.0\.0\.0|\[::1\])[:/][^>]*>([^]*?)<\/a>/g;

function shownOutput(output: Output): Output[] {
  if (output.output_type === "stream" && output.name !== "stderr") {
    return withLists(output);
  }
  const html = output.data?.["text/html"];
  if (html === undefined) return [output];
  return [{
    ...output,
    data: {
      ...output.data,
      "text/html": wholeText(html).replace(HERE, "$1"),
    },
  }];
}

/** A link as it leads on from a page: to another page, the web, or nowhere. */
function shownLink(
  text: string,
  target: string,
  link: string,
  files: ReadonlySet<string>,
): string {
  if (/^(#|https?:|mailto:)/.test(target)) return link;
  const [path = "", anchor] = target.split("#");
  const file = `${basename(path, ".ipynb")}.html`;
  if (!path.endsWith(".ipynb") || !files.has(file)) return text;
  return `[${text}](${file}${anchor ? `#${anchor}` : ""})`;
}

/**
 * The notebook as the template takes it: without the title, which stands in
 * the page's head, and with links that lead somewhere from the page.
 *
 * @param files The pages that there are.
 */
export function shownNotebook(
  page: ReportPage,
  files: ReadonlySet<string>,
): Notebook {
  return {
    ...page.notebook,
    cells: page.notebook.cells.map((cell, i) => {
      if (cell.cell_type === "markdown") {
        const source = wholeText(cell.source);
        return {
          ...cell,
          source: replaceLinks(
            i === 0 ? source.replace(TITLE, "") : source,
            (text, target, link) => shownLink(text, target, link, files),
          ),
        };
      }
      if (!cell.outputs) return cell;
      return { ...cell, outputs: cell.outputs.flatMap(shownOutput) };
    }),
  };
}

/** The name by which a link reaches the page's title. */
export function titleAnchor({ title }: ReportPage): string {
  return headingAnchor(title);
}
