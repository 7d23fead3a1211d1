/**
 * The result of `deno task compat` as one page: a table like in a review, the
 * evidence of each cell one click away, no script.
 *
 * @module
 */

import { formatDuration } from "../../lib/core/format.ts";
import { escapeHtml } from "../../lib/core/kernel.ts";
import {
  type CatalogTest,
  OUTCOMES,
} from "../../lab/compat/catalog_tests/catalog_tests.ts";
import type { Cell, Step, Verdict } from "../../lab/compat/result.ts";
import {
  askedOf,
  type CompatResult,
  countVerdicts,
  type EngineFacts,
  groupsOf,
  scoreText,
  SIGNS,
} from "../../lab/compat/result.ts";
import { factsHtml, noteHtml, policy } from "../report/html.ts";

const WORDS: Readonly<Record<Verdict, string>> = {
  works: "works",
  differs: "works, with a difference",
  fails: "fails",
  "not offered": "not offered",
};

const className = (verdict: Verdict) => verdict.replace(" ", "-");

const seconds = (value: number) => formatDuration(value * 1000);

const answerHtml = (rows: unknown[][]) =>
  rows.length === 0 ? "no rows" : `<pre>${
    escapeHtml(
      rows.map((row) =>
        row.map((value) =>
          typeof value === "string" ? value : JSON.stringify(value)
        ).join(" | ")
      ).join("\n"),
    )
  }</pre>`;

function stepHtml({ text, seconds: took, answer, error }: Step): string {
  const outcome = error
    ? `<p class="error">${escapeHtml(error)}</p>`
    : answer && answer.length > 0
    ? answerHtml(answer)
    : "";
  return `<li><pre class="statement">${escapeHtml(text)}</pre>` +
    `${outcome}<small>${seconds(took)}</small></li>`;
}

function cellHtml(
  cell: Cell | null | undefined,
  anchor: string,
  engine: EngineFacts,
): string {
  if (!cell) {
    return `<td class="error"><span title="An error of the run: no verdict">!</span></td>`;
  }
  const { verdict, reason } = cell;
  const says = `${engine.title}: ${WORDS[verdict]}${
    reason ? `: ${reason}` : ""
  }`;
  return `<td class="${className(verdict)}"><a href="#${anchor}" ` +
    `title="${escapeHtml(says)}" aria-label="${escapeHtml(says)}">${
      SIGNS[verdict]
    }</a></td>`;
}

function evidenceHtml(
  cell: Cell,
  anchor: string,
  name: string,
  engine: EngineFacts,
): string {
  const { verdict, reason, steps, expected, came } = cell;
  const answers = [
    expected && `<dt>Expected</dt><dd>${answerHtml(expected)}</dd>`,
    came && `<dt>Came</dt><dd>${answerHtml(came)}</dd>`,
  ].filter(Boolean).join("");
  return `<section class="evidence" id="${anchor}">
<a class="close" href="#matrix" aria-label="Close">×</a>
<h3>${escapeHtml(name)} · ${escapeHtml(engine.title)}</h3>
<p class="verdict ${className(verdict)}">${SIGNS[verdict]} ${WORDS[verdict]}${
    reason ? `: ${escapeHtml(reason)}` : ""
  }</p>
${answers && `<dl>${answers}</dl>`}
${steps.length > 0 ? `<ol>${steps.map(stepHtml).join("")}</ol>` : ""}
<p><small>${seconds(cell.seconds)} in all</small></p>
</section>`;
}

function matrixHtml(result: CompatResult): string {
  const evidence: string[] = [];
  const groups = groupsOf(result).map(({ title, rows }) => {
    // Where the store alone is asked, there is room for what it said.
    const engines = askedOf(rows, result.engines);
    const isOne = engines.length === 1;
    const last = isOne ? '<col class="says">' : "";
    const columns = `<colgroup><col class="name"><col class="version">${
      engines.map(() => "<col>").join("")
    }${last}</colgroup>`;
    const head = `<thead><tr><th scope="col">Capability</th>` +
      `<th scope="col"><abbr title="Version of Iceberg's table format">Format</abbr></th>${
        engines.map(({ title }) => `<th scope="col">${escapeHtml(title)}</th>`)
          .join("")
      }${isOne ? '<th scope="col">What came</th>' : ""}</tr></thead>`;
    const scores = engines.map(({ name }) =>
      `<span>${escapeHtml(scoreText(rows, name))}</span>`
    ).join("");
    const lines = rows.map(({ id, name, formatVersion, cells }) => {
      const marks = engines.map((engine) => {
        const cell = cells[engine.name];
        const anchor = `${id}--${engine.name}`;
        if (cell) evidence.push(evidenceHtml(cell, anchor, name, engine));
        const says = isOne
          ? `<td class="says">${escapeHtml(cell?.reason ?? "")}</td>`
          : "";
        return cellHtml(cell, anchor, engine) + says;
      }).join("");
      return `<tr><th scope="row">${escapeHtml(name)}</th><td>${
        formatVersion ? `v${formatVersion}` : ""
      }</td>${marks}</tr>`;
    }).join("\n");
    return `<details open><summary><b>${escapeHtml(title)}</b>` +
      `<span class="scores${isOne ? " one" : ""}">${scores}</span></summary>
<table${
        isOne
          ? ' class="one"'
          : ""
      }>${columns}${head}<tbody>${lines}</tbody></table></details>`;
  });
  return `<main id="matrix">${groups.join("\n")}</main>\n${
    evidence.join("\n")
  }`;
}

/** Each cell that is no plain "works" and no "not offered", with its reason. */
function saidHtml({ capabilities, engines }: CompatResult): string {
  const lines = (["fails", "differs"] as const).flatMap((verdict) =>
    capabilities.flatMap(({ id, name, cells }) =>
      engines.flatMap((engine) => {
        const cell = cells[engine.name];
        if (cell?.verdict !== verdict) return [];
        const says = `${name}, ${engine.title}: ${cell.reason ?? ""}`;
        return [
          `<li><b class="${verdict}">${SIGNS[verdict]}</b> ` +
          `<a href="#${id}--${engine.name}">${escapeHtml(says)}</a></li>`,
        ];
      })
    )
  );
  return lines.length === 0
    ? ""
    : `<h2>What fails, and what differs</h2>\n<ul class="said">${
      lines.join("\n")
    }</ul>`;
}

function catalogTestsHtml(tests: readonly CatalogTest[]): string {
  const count = (outcome: CatalogTest["outcome"]) =>
    tests.filter((test) => test.outcome === outcome).length;
  const lines = (Object.keys(OUTCOMES) as CatalogTest["outcome"][])
    .filter((outcome) => count(outcome) > 0)
    .map((outcome) => {
      const items = tests.filter((test) => test.outcome === outcome)
        .map(({ name, group, reason }) =>
          `<li>${escapeHtml(group)}: ${escapeHtml(name)}${
            reason ? ` <small>${escapeHtml(reason)}</small>` : ""
          }</li>`
        ).join("");
      return `<details><summary>${count(outcome)} ${
        OUTCOMES[outcome]
      }</summary><ul>${items}</ul></details>`;
    });
  return `<h2>Iceberg's own catalog tests</h2>
<p>The ${tests.length} tests of the Iceberg project's compatibility kit, run against this catalog without any engine.</p>
${lines.join("\n")}`;
}

function leadHtml(result: CompatResult): string {
  const all = countVerdicts(
    result.capabilities.flatMap(({ cells }) => Object.values(cells)),
  );
  const asked = all.works + all.differs + all.fails;
  return `<p class="lead"><b>${
    all.works + all.differs
  } of ${asked}</b> probes ` +
    `work${all.differs ? `, ${all.differs} of them with a difference` : ""}; ` +
    `${all.fails} fail; ${all["not offered"]} are not offered by the engine ` +
    `or the catalog. Each cell is a run on this stack: click it for its ` +
    `statements, what was expected and what came.</p>
<p class="legend">${
      (Object.keys(SIGNS) as Verdict[]).map((verdict) =>
        `<span class="${className(verdict)}">${SIGNS[verdict]}</span> ${
          WORDS[verdict]
        }`
      ).join(" &nbsp; ")
    }</p>`;
}

/** The page, whole: it needs nothing else and asks no network for anything. */
export async function compatPage(result: CompatResult): Promise<string> {
  const { store, engines, machine, date, missing, errors } = result;
  const css = await Deno.readTextFile(new URL("./page.css", import.meta.url));
  const facts: [string, string][] = [
    ["Store", store.name],
    ["Stack", store.stack],
    ["Date", `${date.replace("T", " ").slice(0, 16)} UTC`],
    ["Machine", machine],
    ["Run time", seconds(result.seconds)],
    ...engines.map(({ title, version }) => [title, version] as [string, string])
      .filter(([, version]) => version !== ""),
  ];
  const notes = [
    ...missing.map(({ name, why }) => `${name} could not be asked: ${why}`),
    ...errors.map(({ capability, engine, message }) =>
      `${capability} with ${engine} has no verdict, by a fault of this program: ${
        message.split("\n")[0]
      }`
    ),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<title>Does ${escapeHtml(store.name)} work with these engines?</title>
<style>
${css}</style>
</head>
<body>
<header>
<h1>Does this store work with your engines?</h1>
${noteHtml(store.note)}${factsHtml(facts)}
</header>
${leadHtml(result)}
${notes.map((note) => `<p class="fault">${escapeHtml(note)}</p>`).join("\n")}
${matrixHtml(result)}
${saidHtml(result)}
${result.catalogTests ? catalogTestsHtml(result.catalogTests) : ""}
</body>
</html>
`;
}
