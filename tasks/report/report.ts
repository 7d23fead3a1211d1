/**
 * Executed notebooks as pages for colleagues: one HTML file each, which asks
 * the network for nothing, an index, and PDFs of them.
 *
 * @module
 */

import { basename } from "node:path";
import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import {
  type Notebook,
  notebookText,
  readNotebook,
} from "../notebooks/document.ts";
import { secretProblems } from "../notebooks/secrets.ts";
import { run } from "../../lib/core/process.ts";
import { printPage } from "./chromium.ts";
import { singleHtml } from "./single.ts";
import {
  GENERATOR,
  headHtml,
  indexHtml,
  type MissingPage,
  policy,
} from "./html.ts";
import {
  contentsOf,
  type ReportPage,
  shownNotebook,
  titleAnchor,
  toPage,
} from "./page.ts";

const TEMPLATES = `${PROJECT_DIR}/tasks/report`;

// Leaves out an optional part of jsonschema, for addresses that no notebook
// holds, which takes longer to import than all the rest.
const NBCONVERT = [
  "import sys",
  'sys.modules["rfc3987_syntax"] = None',
  "from nbconvert.nbconvertapp import main",
  "main()",
].join("; ");

/** Options of {@linkcode writeReport}. */
export interface ReportOptions {
  /** Executed notebooks, in order. */
  notebooks: readonly string[];
  /** Notebooks that have no page, and why; the index names them. @default {[]} */
  missing?: readonly MissingPage[];
  /** Folder for the pages; made when it is not there. */
  outDir: string;
  /** The Python environment with nbconvert. */
  python: { bin: string; env: Record<string, string> };
  /** Also one file of all pages, `all.html`. @default {false} */
  single?: boolean | undefined;
  /** Program of a Chromium that prints each page as a PDF. @default {no PDFs} */
  chromium?: string;
  /** Ends the conversion. */
  signal?: AbortSignal;
}

/** The notebook with what the template shows in its metadata. */
function prepared(
  page: ReportPage,
  pages: readonly ReportPage[],
  script: string,
): Notebook {
  const at = pages.indexOf(page);
  const notebook = shownNotebook(page, new Set(pages.map(({ file }) => file)));
  const link = (other: ReportPage | undefined) =>
    other ? { file: other.file, title: other.title } : null;
  return {
    ...notebook,
    metadata: {
      ...notebook.metadata,
      report: {
        title: page.title,
        anchor: titleAnchor(page),
        fault: page.fault ?? null,
        policy: policy(script),
        generator: GENERATOR,
        head: headHtml(page),
        contents: contentsOf(page),
        previous: link(pages[at - 1]),
        next: link(pages[at + 1]),
        script,
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
      "-c",
      NBCONVERT,
      "--to=html",
      "--template=template",
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
    next: "check the folder, its permissions and the disk's space",
  });
}

/** Removes what an earlier report left in the folder, and nothing else. */
async function removeOld(outDir: string): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(outDir)) {
    if (!isFile || !name.endsWith(".html")) continue;
    const path = `${outDir}/${name}`;
    const mark = `content="${GENERATOR}"`;
    if (!(await Deno.readTextFile(path)).includes(mark)) continue;
    await Deno.remove(path);
    await Deno.remove(path.replace(/html$/, "pdf")).catch(() => {});
  }
}

async function writePages(
  pages: readonly ReportPage[],
  options: ReportOptions,
): Promise<void> {
  if (pages.length === 0) return;
  const script = await Deno.readTextFile(`${TEMPLATES}/template/report.js`);
  const dir = await Deno.makeTempDir();
  try {
    const paths = await Promise.all(pages.map(async (page) => {
      const path = `${dir}/${page.name}.ipynb`;
      await Deno.writeTextFile(
        path,
        notebookText(prepared(page, pages, script)),
      );
      return path;
    }));
    await convert(paths, options);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/**
 * Writes a page for each executed notebook and an index, in place of those that
 * an earlier report left there.
 *
 * A notebook that failed gives a page too, with the failed cell marked. One
 * that shows a secret gives none: a report is sent on.
 *
 * @returns Path of the index.
 * @throws {LakehouseError} When a notebook cannot be read or converted, or, once all else is written, when one shows a secret.
 * @example Usage
 * ```ts ignore
 * const index = await writeReport({
 *   notebooks: ["/tmp/run/01-setup.ipynb"],
 *   outDir: "reports",
 *   python: await python(),
 * });
 * ```
 */
export async function writeReport(options: ReportOptions): Promise<string> {
  const { outDir, chromium, signal, missing = [] } = options;
  const pages: ReportPage[] = [];
  const withheld: MissingPage[] = [];
  for (const path of options.notebooks) {
    const notebook = await readNotebook(path);
    const page = toPage(path, notebook);
    const [secret] = secretProblems(path, notebook);
    if (secret) {
      withheld.push({ title: page.title, why: `left out: ${secret}` });
    } else pages.push(page);
  }
  await Deno.mkdir(outDir, { recursive: true });
  await removeOld(outDir);
  await writePages(pages, options);
  const css = await Deno.readTextFile(`${TEMPLATES}/template/report.css`);
  const index = `${outDir}/index.html`;
  await Deno.writeTextFile(
    index,
    indexHtml(pages, [...withheld, ...missing], css),
  );
  const files = ["index.html", ...pages.map(({ file }) => file)];
  if (options.single) {
    const written = await Promise.all(pages.map(async ({ name, file }) => ({
      name,
      html: await Deno.readTextFile(`${outDir}/${file}`),
    })));
    const script = await Deno.readTextFile(`${TEMPLATES}/template/report.js`);
    await Deno.writeTextFile(
      `${outDir}/all.html`,
      singleHtml(await Deno.readTextFile(index), written, script),
    );
    files.push("all.html");
  }
  if (chromium) {
    for (const file of files) {
      await printPage(chromium, `${outDir}/${file}`, signal);
    }
  }
  const [first] = withheld;
  if (!first) return index;
  throw new LakehouseError({
    what: `Cannot put "${first.title}" into the report`,
    why: first.why.replace("left out: ", ""),
    next: `change that cell and run the notebook again; ${
      basename(index)
    } leads to the others`,
  });
}
