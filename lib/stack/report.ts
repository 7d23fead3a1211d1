/**
 * Executed notebooks as pages for colleagues: one HTML file each, which asks
 * the network for nothing, and an index.
 *
 * @module
 */

import { basename } from "node:path";
import { PROJECT_DIR } from "../config.ts";
import { escapeHtml } from "../display.ts";
import { LakehouseError } from "../errors.ts";
import { formatDuration } from "../format.ts";
import {
  codeCells,
  type Notebook,
  notebookFault,
  notebookText,
  notebookTitle,
  readNotebook,
  wholeText,
} from "../notebook.ts";
import { run } from "./process.ts";

const TEMPLATES = `${PROJECT_DIR}/lib/stack`;

// The browser itself refuses whatever else a page would ask for.
const POLICY =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; " +
  "script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** What a report tells above its pages. */
export interface ReportHeader {
  /** When the notebooks ran. */
  date: Date;
  /** The stack they ran on, with a note that tells it from others. */
  stack: string;
  /** Versions by name, in the order to show. */
  versions: Record<string, string>;
}

/** Options of {@linkcode writeReport}. */
export interface ReportOptions {
  /** Executed notebooks, in order. */
  notebooks: readonly string[];
  /** Folder for the pages; made when it is not there. */
  outDir: string;
  /** What the pages tell above. */
  header: ReportHeader;
  /** The Python environment with nbconvert. */
  python: { bin: string; env: Record<string, string> };
  /** Ends the conversion. */
  signal?: AbortSignal;
}

interface Page {
  path: string;
  file: string;
  title: string;
  fault: string | undefined;
  took: string;
  notebook: Notebook;
}

/** Headings of a notebook with the ids of their cells. */
function contentsOf(
  notebook: Notebook,
): { level: number; text: string; cell: string }[] {
  return notebook.cells.flatMap((cell) => {
    if (cell.cell_type !== "markdown") return [];
    // A "#" in a fenced block is code.
    const text = wholeText(cell.source).replace(/^(```|~~~)[^]*?^\1/gm, "");
    return [...text.matchAll(/^(#{1,3})\s+(.+?)\s*#*$/gm)].map((match) => ({
      level: match[1]!.length,
      text: match[2]!.replace(/[*_`]/g, ""),
      cell: cell.id ?? "",
    }));
  });
}

/** Why the notebook stopped, from the headless run's note or a cell's error. */
function faultOf(notebook: Notebook): string | undefined {
  const note = notebookFault(notebook);
  if (note) return note;
  for (const { number, outputs } of codeCells(notebook)) {
    const error = outputs.find((output) => output.output_type === "error");
    if (error) return `cell ${number}: ${error.ename}: ${error.evalue}`;
  }
  return undefined;
}

/** How long the cells ran, from the times the headless run records. */
function tookOf(notebook: Notebook): string {
  let ms = 0;
  for (const { index } of codeCells(notebook)) {
    const times = notebook.cells[index]!.metadata["execution"] as
      | Record<string, string>
      | undefined;
    const start = Date.parse(times?.["iopub.execute_input"] ?? "");
    const end = Date.parse(times?.["shell.execute_reply"] ?? "");
    if (end >= start) ms += end - start;
  }
  return formatDuration(ms);
}

function factsOf(header: ReportHeader): [string, string][] {
  const date = header.date.toISOString().replace("T", " ").slice(0, 16);
  return [
    ["Date", `${date} UTC`],
    ["Stack", header.stack],
    ...Object.entries(header.versions),
  ];
}

/** The notebook with what the template shows in its metadata. */
function prepared(
  page: Page,
  pages: readonly Page[],
  header: ReportHeader,
): Notebook {
  const at = pages.indexOf(page);
  const { notebook } = page;
  return {
    ...notebook,
    cells: notebook.cells.map((cell, i) => ({
      ...cell,
      id: cell.id ?? `c${i}`,
    })),
    metadata: {
      ...notebook.metadata,
      report: {
        title: page.title,
        fault: page.fault ?? null,
        policy: POLICY,
        facts: [...factsOf(header), ["Run time", page.took]],
        contents: contentsOf(notebook),
        previous: pages[at - 1]?.file ?? null,
        next: pages[at + 1]?.file ?? null,
      },
    },
  };
}

async function convert(paths: string[], options: ReportOptions): Promise<void> {
  const { python, outDir, signal } = options;
  const lines: string[] = [];
  const code = await run({
    command: `${python.bin}/python`,
    args: [
      "-m",
      "nbconvert",
      "--to=html",
      "--template=report",
      `--TemplateExporter.extra_template_basedirs=${TEMPLATES}`,
      "--HTMLExporter.exclude_anchor_links=True",
      "--no-prompt",
      "--CoalesceStreamsPreprocessor.enabled=True",
      `--output-dir=${outDir}`,
      ...paths,
    ],
    env: python.env,
    ...(signal ? { signal } : {}),
    onLine: (line) => lines.push(line),
  });
  if (code === 0) return;
  throw new LakehouseError({
    what: `Cannot write the report to ${outDir}`,
    why: `nbconvert says "${lines.at(-1) ?? "nothing"}"`,
  });
}

function indexHtml(
  pages: readonly Page[],
  header: ReportHeader,
  css: string,
): string {
  const facts = factsOf(header).map(([name, value]) =>
    `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`
  );
  const rows = pages.map(({ file, title, fault, took }) =>
    `<tr><td><a href="${encodeURI(file)}">${escapeHtml(title)}</a></td>` +
    `<td>${took}</td>` +
    (fault
      ? `<td class="bad">stopped at ${escapeHtml(fault)}</td>`
      : `<td class="ok">✓ ran to its end</td>`) +
    "</tr>"
  );
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>Lakehouse analysis</title>
<style>${css}</style>
</head>
<body>
<header>
<h1>Lakehouse analysis</h1>
<dl class="facts">${facts.join("")}</dl>
</header>
<main>
<table>
<thead><tr><th align="left">Notebook</th><th align="left">Run time</th>` +
    `<th align="left">Result</th></tr></thead>
<tbody>${rows.join("")}</tbody>
</table>
</main>
</body>
</html>
`;
}

/**
 * Writes a page for each executed notebook and an index; a notebook that
 * failed gives a page too, with the failed cell marked.
 *
 * @returns Path of the index.
 * @throws {LakehouseError} When a notebook cannot be read or converted.
 * @example Usage
 * ```ts ignore
 * const index = await writeReport({
 *   notebooks: ["/tmp/run/01-setup.ipynb"],
 *   outDir: "reports",
 *   header: { date: new Date(), stack: "local", versions: { Trino: "483" } },
 *   python: await python(),
 * });
 * ```
 */
export async function writeReport(options: ReportOptions): Promise<string> {
  const { outDir, header } = options;
  const pages = await Promise.all(
    options.notebooks.map(async (path): Promise<Page> => {
      const notebook = await readNotebook(path);
      return {
        path,
        file: `${basename(path, ".ipynb")}.html`,
        title: notebookTitle(notebook, path),
        fault: faultOf(notebook),
        took: tookOf(notebook),
        notebook,
      };
    }),
  );
  await Deno.mkdir(outDir, { recursive: true });
  const dir = await Deno.makeTempDir();
  try {
    const paths = await Promise.all(pages.map(async (page) => {
      const path = `${dir}/${basename(page.path)}`;
      const text = notebookText(prepared(page, pages, header));
      await Deno.writeTextFile(path, text);
      return path;
    }));
    if (paths.length > 0) await convert(paths, options);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
  const css = await Deno.readTextFile(`${TEMPLATES}/report/report.css`);
  const index = `${outDir}/index.html`;
  await Deno.writeTextFile(index, indexHtml(pages, header, css));
  return index;
}
