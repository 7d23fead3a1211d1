import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { toPage } from "./page.ts";
import { indexHtml, periodOf, policy, sharedFacts } from "./html.ts";

function page(name: string, facts: [string, string][], note = "N") {
  return toPage(`${name}.ipynb`, {
    cells: [],
    metadata: {
      lakehouse: { run: { date: "2024-01-05T10:00:00Z", note, facts } },
    },
    nbformat: 4,
    nbformat_minor: 5,
  });
}

Deno.test("periodOf() gives a minute, or the first and the last", () => {
  const at = (text: string) => new Date(`2024-01-${text}Z`);
  assertEquals(periodOf([]), "not recorded");
  assertEquals(
    periodOf([at("05T10:00:59"), at("05T10:00:01")]),
    "2024-01-05 10:00 UTC",
  );
  assertEquals(
    periodOf([at("05T11:30:00"), at("05T10:00:00")]),
    "2024-01-05 10:00 – 11:30 UTC",
  );
  assertEquals(
    periodOf([at("05T10:00:00"), at("06T09:00:00")]),
    "2024-01-05 10:00 – 2024-01-06 09:00 UTC",
  );
});

Deno.test("sharedFacts() tells apart what pages agree on", () => {
  const a = page("01", [["Trino", "483"]]);
  const b = page("02", [["Trino", "483"], ["Rows", "1"]]);
  const c = page("03", [["Trino", "484"]]);
  assertEquals(sharedFacts([a, b]).shared, [["Trino", "483"], ["Rows", "1"]]);
  const { shared, own } = sharedFacts([a, b, c]);
  assertEquals(shared, [["Rows", "1"]]);
  assertEquals(own(b), [["Trino", "483"]]);
});

Deno.test("indexHtml() never lets one stack's note stand for another's", () => {
  const [local, docker] = [page("01", [], "no AIStor"), page("02", [], "")];
  const count = (html: string) => html.split("no AIStor").length - 1;
  const both = indexHtml([local, docker], [], "");
  assertEquals(count(both), 1);
  assert(both.indexOf("no AIStor") > both.indexOf("<article>"));
  const [head = ""] = indexHtml([local, local], [], "").split("<article>");
  assertEquals(count(head), 1);
  const unknown = toPage("03.ipynb", { ...local.notebook, metadata: {} });
  assertStringIncludes(indexHtml([unknown], [], ""), "It is not recorded");
});

Deno.test("policy() allows the page's script and no other", () => {
  assert(!policy().includes("script-src"));
  assert(policy("a") !== policy("b"));
  assertStringIncludes(
    policy("a"),
    "script-src 'sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs='",
  );
});

Deno.test("indexHtml() answers a page's numbered questions in a line each", () => {
  const image = (size: number, alt: string) =>
    `<style></style><div><img src="data:image/svg+xml;base64,${
      "A".repeat(size)
    }" alt="${alt}" width="1"></div>`;
  const outputs = [
    image(8, "Sun Taxi: 3 &#60;b&#62;"),
    image(400, "Friday"),
    `<div><b>Card</b></div><table></table>`,
    image(80, "2014"),
  ];
  const cells = outputs.flatMap((html, i) => [
    { id: `m${i}`, cell_type: "markdown", source: `## ${i} · What ${i}?` },
    { id: `before${i}`, cell_type: "code", source: "", outputs: [] },
    {
      ...{ id: `c${i}`, cell_type: "code", source: "" },
      outputs: [{ output_type: "display_data", data: { "text/html": html } }],
    },
    {
      ...{ id: `later${i}`, cell_type: "code", source: "" },
      outputs: [{
        output_type: "display_data",
        data: { "text/html": image(999, "another") },
      }],
    },
  ]).map((cell) => ({ ...cell, metadata: {} }));
  const notebook = { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 };
  const html = indexHtml([toPage("05-a.ipynb", notebook as never)], [], "");
  const [, list = ""] = html.split("<ol>");
  const lines = list.split("</ol>")[0]!.match(/<li>.*<\/li>/g)!;
  assertEquals(lines, [
    `<li><a href="05-a.html#c0">What 0?</a> Sun Taxi: 3 &#60;b&#62;</li>`,
    `<li><a href="05-a.html#c1">What 1?</a> Friday</li>`,
    `<li><a href="05-a.html#c2">What 2?</a> Card</li>`,
    `<li><a href="05-a.html#c3">What 3?</a> 2014</li>`,
  ]);
  // The two that are drawn of most.
  assertEquals(html.match(/(?<=<img [^>]*alt=")[^"]*/g), ["Friday", "2014"]);
});
