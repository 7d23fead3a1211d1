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
