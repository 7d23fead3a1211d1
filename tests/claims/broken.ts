/**
 * Claims of the notebooks, each broken on purpose: a check that cannot fail
 * shows nothing.
 *
 * @module
 */

import { assertStringIncludes } from "@std/assert";
import { PROJECT_DIR } from "../../lib/config.ts";
import { notebookText, readNotebook } from "../../lib/notebook.ts";
import { notebookPaths, runNotebook } from "../../lib/stack/notebooks.ts";

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

/** Runs the notebook once for each way to break it; its claim has to fail. */
export function testBroken(number: string, ways: Broken[]): void {
  for (const way of ways) {
    Deno.test(`notebook ${number} notices: not "${way.claim}"`, async () => {
      const [path] = await notebookPaths([number]);
      const dir = await Deno.makeTempDir({
        dir: PROJECT_DIR,
        prefix: ".state-",
      });
      try {
        const copy = `${dir}/${path!.split("/").at(-1)}`;
        await Deno.writeTextFile(copy, await broken(path!, way));
        const { fault } = await runNotebook(copy, { dir: `${dir}/executed` });
        assertStringIncludes(
          fault ?? "nothing was noticed",
          `Check failed: "${way.claim}`,
        );
      } finally {
        await Deno.remove(dir, { recursive: true });
      }
    });
  }
}
