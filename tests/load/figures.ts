/**
 * Figures of a load, kept in a file from which the table of `docs/figures.md` is
 * made.
 *
 * @module
 */

import { machine } from "../../bench/report/machine.ts";
import { formatNumber } from "../../lib/core/format.ts";
import { PROJECT_DIR, stateDir } from "../../lib/core/settings.ts";
import { markdownTable, withMarked, wrap } from "../../tasks/dev/markdown.ts";

/** What was measured, by what it is of. */
export type Figures = Record<string, string>;

interface Noted {
  /** On what, and beside what. */
  note: string;
  rows: Figures;
}

const path = () => `${stateDir()}/load.json`;

/** Megabytes, without decimals. */
export const megabytes = (bytes: number): string =>
  `${formatNumber(Math.round(bytes / 1e6))} MB`;

/** Seconds since then, with one decimal. */
export const secondsSince = (start: number): string =>
  `${((performance.now() - start) / 1000).toFixed(1)} s`;

async function noted(): Promise<Noted | undefined> {
  const text = await Deno.readTextFile(path()).catch(() => "");
  return text === "" ? undefined : JSON.parse(text);
}

/** Prints figures and keeps them beside those of the other loads. */
export async function note(figures: Figures): Promise<void> {
  for (const [what, measured] of Object.entries(figures)) {
    console.log(`${what}: ${measured}`);
  }
  const { cpu, cores, memory, os, load } = await machine();
  const date = new Date().toISOString().slice(0, 10);
  const before = await noted();
  const all: Noted = {
    note: before?.note ??
      `On ${cores} cores (${cpu}), ${Math.round(memory / 2 ** 30)} GiB of ` +
        `memory, ${os}, on ${date}; ${load.toFixed(1)} processes wanted a ` +
        "core in the minute before.",
    rows: { ...before?.rows, ...figures },
  };
  await Deno.writeTextFile(path(), JSON.stringify(all));
}

/** Puts the figures that were kept between the marks of `docs/figures.md`. */
export async function writePage(): Promise<void> {
  const found = await noted();
  if (!found) throw new Error("no load has left figures");
  const page = `${PROJECT_DIR}/docs/figures.md`;
  const text = [
    wrap(found.note),
    "",
    markdownTable(["what", "measured"], Object.entries(found.rows)),
  ].join("\n");
  await Deno.writeTextFile(
    page,
    withMarked(await Deno.readTextFile(page), "load", text),
  );
}
