/**
 * Claims of the notebooks, each broken on purpose: a check that cannot fail
 * shows nothing.
 *
 * @module
 */

import { assertStringIncludes } from "@std/assert";
import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { notebookText, readNotebook } from "../../tasks/notebooks/document.ts";
import { findNotebooks } from "../../tasks/notebooks/paths.ts";
import { runNotebook } from "../../tasks/notebooks/run.ts";

/** One way to break a claim of a notebook. */
export interface Broken {
  /** The claim that has to fail, or the first words of it. */
  claim: string;
  /** Text in one of the notebook's code cells; stands in it once. */
  from: string;
  /** What stands there instead. */
  to: string;
}

/** The notebook with the text replaced, which has to be there once. */
async function broken(path: string, { from, to }: Broken): Promise<string> {
  const notebook = await readNotebook(path);
  let places = 0;
  for (const cell of notebook.cells) {
    if (cell.cell_type !== "code") continue;
    const source = [cell.source].flat().join("");
    places += source.split(from).length - 1;
    cell.source = source.replace(from, () => to);
  }
  if (places === 1) return notebookText(notebook);
  throw new Error(`"${from}" stands ${places} times in ${path}, not once`);
}

async function run(path: string, way: Broken): Promise<string> {
  const dir = await Deno.makeTempDir({ dir: PROJECT_DIR, prefix: ".state-" });
  try {
    const copy = `${dir}/${path.split("/").at(-1)}`;
    await Deno.writeTextFile(copy, await broken(path, way));
    const { fault } = await runNotebook(copy, { dir: `${dir}/executed` });
    return fault ?? "nothing was noticed";
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/**
 * Runs the notebook once for each way to break it; its claim has to fail.
 *
 * That takes most of an hour, and only `deno task test:claims` does it. Elsewhere
 * it is only seen to that each way still fits its notebook.
 */
export function testBroken(number: string, ways: Broken[]): void {
  const runs = Deno.env.get("CLAIMS") === "run";
  for (const way of ways) {
    const claim = `"${way.claim}"`;
    const name = runs
      ? `notebook ${number} notices: not ${claim}`
      : `notebook ${number} has what breaks ${claim}`;
    Deno.test(name, async () => {
      const [path] = await findNotebooks([number]);
      if (!runs) return void await broken(path!, way);
      assertStringIncludes(
        await run(path!, way),
        `Check failed: "${way.claim}`,
      );
    });
  }
}
