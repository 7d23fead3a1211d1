/**
 * PDFs of pages, printed by a Chromium or Chrome that is installed.
 *
 * @module
 */

import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import { LakehouseError } from "../../lib/core/errors.ts";
import { run } from "../../lib/core/process.ts";

const NAMES = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "chrome",
  "microsoft-edge",
];
const APPLICATIONS = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
const PRINT_MS = 120_000;

async function isProgram(path: string): Promise<boolean> {
  const found = await Deno.stat(path).catch(() => undefined);
  return found?.isFile === true && ((found.mode ?? 0o111) & 0o111) !== 0;
}

/**
 * The program of an installed Chromium: `CHROMIUM`, or the first of the usual
 * names on the `PATH`; `undefined` when there is none.
 *
 * @throws {LakehouseError} When `CHROMIUM` names no program.
 */
export async function findChromium(): Promise<string | undefined> {
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter(Boolean);
  const onPath = (name: string) =>
    isAbsolute(name) ? [name] : folders.map((folder) => `${folder}/${name}`);
  const given = Deno.env.get("CHROMIUM");
  for (const path of (given ? [given] : [...NAMES, ...APPLICATIONS])) {
    for (const program of onPath(path)) {
      if (await isProgram(program)) return program;
    }
  }
  if (!given) return undefined;
  throw new LakehouseError({
    what: `Cannot use CHROMIUM "${given}"`,
    why: "there is no such program",
    next:
      "set CHROMIUM to the program of a Chromium or Chrome, or leave it out",
  });
}

/**
 * The program that prints PDFs.
 *
 * @throws {LakehouseError} When none is installed.
 */
export async function requireChromium(): Promise<string> {
  const found = await findChromium();
  if (found) return found;
  throw new LakehouseError({
    what: "Cannot write PDFs",
    why: "no Chromium or Chrome is on the PATH",
    next: "install one, or set CHROMIUM to its program; without --pdf, " +
      "print the pages from any browser",
  });
}

/** A page as it is printed: a link to another file would name this machine's folders. */
function forPrint(html: string): string {
  return html.replace(
    /<a\b[^>]*\bhref="(?!#|https?:|mailto:)[^"]*"[^>]*>([^]*?)<\/a>/g,
    "$1",
  );
}

/**
 * Prints an HTML page to a PDF beside it.
 *
 * @returns Path of the PDF.
 * @throws {LakehouseError} When Chromium writes none.
 */
export async function printPage(
  chromium: string,
  page: string,
  signal?: AbortSignal,
): Promise<string> {
  const pdf = page.replace(/\.html$/, ".pdf");
  // Beside the page: a Chromium in a sandbox of its own sees no other /tmp.
  const source = page.replace(/\.html$/, ".print.html");
  const profile = await Deno.makeTempDir();
  const lines: string[] = [];
  const limit = AbortSignal.timeout(PRINT_MS);
  try {
    await Deno.writeTextFile(source, forPrint(await Deno.readTextFile(page)));
    await Deno.remove(pdf).catch(() => {});
    await run({
      command: chromium,
      args: [
        "--headless",
        "--disable-gpu",
        `--user-data-dir=${profile}`,
        "--no-first-run",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        "--no-pdf-header-footer",
        "--generate-pdf-document-outline",
        // Chromium refuses to run as root otherwise, as one does in containers.
        ...(Deno.uid() === 0 ? ["--no-sandbox"] : []),
        `--print-to-pdf=${pdf}`,
        pathToFileURL(source).href,
      ],
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      onLine: (line) => lines.push(line),
    }).catch((error) => {
      if (!limit.aborted) throw error;
      lines.push(`no answer for ${PRINT_MS / 1000} seconds`);
    });
    if (await Deno.stat(pdf).catch(() => undefined)) return pdf;
  } finally {
    await Deno.remove(source).catch(() => {});
    await Deno.remove(profile, { recursive: true }).catch(() => {});
  }
  throw new LakehouseError({
    what: `Cannot write ${pdf}`,
    why: `${chromium} says "${lines.at(-1) ?? "nothing"}"`,
    next: "set CHROMIUM to another one, or print the page from a browser",
  });
}
