import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parseHTML } from "linkedom";
import { policy } from "./html.ts";
import { singleHtml } from "./single.ts";

const page = (title: string, main: string) =>
  `<!DOCTYPE html><html><head><style>a{}</style></head><body>
<header><p class="crumbs"><a href="index.html">All</a></p><h1 id="t">${title}</h1>
<button id="toggle"></button></header>
<nav><a href="#b%C3%BC">Part</a></nav>
<main>${main}</main><footer><a href="02-b.html">next</a></footer>
<script>old()</script></body></html>`;

const INDEX = `<!DOCTYPE html><html><head>
<meta http-equiv="Content-Security-Policy" content="${policy()}"><style>p{}</style>
</head><body><header><h1>Report</h1></header>
<main><a href="01-a.html">A</a> <a href="01-a.html#b%C3%BC">there</a></main>
</body></html>`;

const SINGLE = singleHtml(INDEX, [
  {
    name: "01-a",
    html: page(
      "A",
      `<section id="bü"><a href="02-b.html">on</a></section>
<a href="https://example.com/x.html#y">web</a> <b>&lt;i&gt; "x"</b>`,
    ),
  },
  { name: "02-b", html: page("B", `<section id="bü"></section>`) },
], "now()");

Deno.test("singleHtml() has every page, and each id once", () => {
  const { document } = parseHTML(SINGLE);
  const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  assertEquals(ids, [
    ...["top", "toggle"],
    ...["01-a", "01-a--t", "01-a--bü"],
    ...["02-b", "02-b--t", "02-b--bü"],
  ]);
  assertEquals(document.querySelectorAll("main").length, 1);
  assertStringIncludes(SINGLE, `<b>&lt;i&gt; "x"</b>`);
});

Deno.test("singleHtml() leads every link of a page within itself", () => {
  const { document } = parseHTML(SINGLE);
  const hrefs = [...document.querySelectorAll("a")].map((a) =>
    a.getAttribute("href")
  );
  assertEquals(hrefs, [
    ...["#01-a", "#01-a--b%C3%BC"],
    ...["#01-a--b%C3%BC", "#02-b", "https://example.com/x.html#y"],
    "#02-b--b%C3%BC",
  ]);
});

Deno.test("singleHtml() has one script, the one that its policy allows", () => {
  assertEquals(SINGLE.match(/<script>([^<]*)/g), ["<script>now()"]);
  const { document } = parseHTML(SINGLE);
  const [meta] = document.querySelectorAll("meta[http-equiv]");
  assertEquals(meta!.getAttribute("content"), policy("now()"));
  assert(SINGLE.startsWith("<!DOCTYPE html>\n<html"));
});
