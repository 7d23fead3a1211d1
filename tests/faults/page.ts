/**
 * The page about faults, made of the tests' own data.
 *
 * @module
 */

import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { markdownTable, wrap } from "../../tasks/dev/markdown.ts";
import { MACHINE_FAULTS, STACK_FAULTS } from "./all.ts";
import type { Fault } from "./fault.ts";

/** Where the page is. */
export const PAGE = `${PROJECT_DIR}/docs/faults.md`;

const cell = (text: string) => text.replaceAll("|", "\\|");

const HEAD = ["what happens", "what you are told", "what becomes of your data"];

function row({ fault, by, told, after, withinSeconds }: Fault): string[] {
  const within = withinSeconds ? ` (within ${withinSeconds} s)` : "";
  const words = `${by ? `${by}: ` : ""}\`${told}\`${within}`;
  return [fault, words, after].map(cell);
}

/** The page as the tests have it. */
export function page(): string {
  const faults = [...MACHINE_FAULTS, ...STACK_FAULTS];
  const steps = Map.groupBy(faults, ({ step }) => step);
  const sections = [...steps].map(([step, rows]) =>
    `## ${step}

${markdownTable(HEAD, rows.map(row))}
`
  );
  return `# When something goes wrong

${
    wrap(
      "What happens in the middle of a step, what is said of it within ten seconds where no other time stands, and what becomes of the data; `…` stands for what differs from one time to the next. After each of them nothing is left running, and the next run works.",
    )
  }

This page is made of the tests that make these ${faults.length} faults:

\`\`\`bash
deno task test:faults --all  # makes them all
deno task test:faults --page # writes the page anew
\`\`\`

${sections.join("\n")}`;
}

if (import.meta.main) await Deno.writeTextFile(PAGE, page());
