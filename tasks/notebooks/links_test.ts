import { assertEquals } from "@std/assert";
import {
  headingAnchor,
  headings,
  type LinkedText,
  linkProblems,
  replaceLinks,
} from "./links.ts";

function linksIn(markdown: string): string[] {
  const found: string[] = [];
  replaceLinks(markdown, (text, target, link) => {
    found.push(`${text} → ${target}`);
    return link;
  });
  return found;
}

Deno.test("replaceLinks() finds links in text and tables, not in code", () => {
  assertEquals(
    linksIn(
      '| [a](b.md) | `[no](x)` |\n[`c`](d#e "title") and ![f](<g>)\n' +
        "```md\n[no](y)\n```\n``[no](`z`)`` [h](i)",
    ),
    ["a → b.md", "`c` → d#e", "f → g", "h → i"],
  );
  assertEquals(
    replaceLinks("see [a](b), `[c](d)`", (text) => text.toUpperCase()),
    "see A, `[c](d)`",
  );
});

Deno.test("headings() leaves out what only looks like one", () => {
  assertEquals(headings("# A `b` #\n\n```sh\n# no\n```\n### *C*\n#no"), [
    { level: 1, text: "A b" },
    { level: 3, text: "C" },
  ]);
  assertEquals(headingAnchor("1 · Who tips?"), "1-·-Who-tips?");
});

/** Problems of a project with two notebooks, a README and one more file. */
function problems(markdown: string, readme = ""): Promise<string[]> {
  const texts: LinkedText[] = [
    { path: "README.md", parts: [{ where: "", markdown: readme }] },
    {
      path: "notebooks/01-a.ipynb",
      parts: [{ where: "cell 1 of all", markdown }],
    },
    {
      path: "notebooks/02-b.ipynb",
      parts: [{
        where: "cell 1 of all",
        markdown: "# B\n\n## Three witnesses",
      }],
    },
  ];
  return linkProblems(texts, (path) => Promise.resolve(path === "lib/mod.ts"));
}

Deno.test("linkProblems() takes what leads somewhere", async () => {
  assertEquals(
    await problems(
      "# A\n[b](02-b.ipynb) [w](02-b.ipynb#Three-witnesses) [a](#A) " +
        "[m](../lib/mod.ts) [web](https://example.com/x#y) `[code](none)`",
      "# Read me\n[w](notebooks/02-b.ipynb#Three-witnesses) [r](#read-me)",
    ),
    [],
  );
});

Deno.test("linkProblems() names links to no file and to no heading", async () => {
  assertEquals(
    await problems(
      "[x](03-c.ipynb) [y](02-b.ipynb#Two-witnesses) [z](#B)",
      "[n](notebooks/3.ipynb) [b](notebooks/02-b.ipynb#b)",
    ),
    [
      "README.md: the link to notebooks/3.ipynb leads to no file",
      "README.md: the link to notebooks/02-b.ipynb#b leads to no heading",
      "01-a.ipynb, cell 1 of all: the link to 03-c.ipynb leads to no file",
      "01-a.ipynb, cell 1 of all: the link to 02-b.ipynb#Two-witnesses leads to no heading",
      "01-a.ipynb, cell 1 of all: the link to #B leads to no heading",
    ],
  );
});
