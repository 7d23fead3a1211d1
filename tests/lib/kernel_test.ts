// The real kernel, without a browser: what cells show, and the Stop button.
import {
  assert,
  assertEquals,
  assertLessOrEqual,
  assertStringIncludes,
} from "@std/assert";
import { runCells } from "../kernel/cells.ts";

const IMPORT = `
  import { abortable, interruptSignal } from "../lib/core/interrupt.ts";
  import { check, show } from "../lib/show/display.ts";
  import { table } from "../lib/show/table.ts";
  import { progress } from "../lib/show/progress.ts";
  import { LakehouseError } from "../lib/core/errors.ts";`;

Deno.test("Stop ends a pending request and a pending await, and the kernel keeps its state", async () => {
  const [, idle, request, waiting, after] = await runCells(
    `${IMPORT}
     let state = 41;
     const server = Deno.serve(
       { hostname: "127.0.0.1", port: 0, onListen() {} },
       () => new Promise<Response>(() => {}),
     );`,
    {
      source:
        `await new Promise((resolve) => setTimeout(resolve, 600)); "ran on"`,
      interrupt: 0.2,
    },
    {
      source: "await fetch(`http://127.0.0.1:${server.addr.port}`, " +
        "{ signal: interruptSignal() });",
      interrupt: 0.4,
    },
    {
      source: "await abortable(new Promise(() => {}), interruptSignal());",
      interrupt: 0.4,
    },
    "state++; state",
  );
  // Nothing takes the signal in this cell, and yet the kernel lives on.
  assertStringIncludes(idle!.outputs[0].data["text/plain"], "ran on");
  for (const cell of [request!, waiting!]) {
    assertEquals(cell.outputs[0]?.evalue, "Stopped by the user");
    assertLessOrEqual(cell.seconds, 2);
  }
  assertStringIncludes(after!.outputs[0].data["text/plain"], "42");
});

Deno.test("Stop before the library is loaded leaves the kernel alive", async () => {
  const [plain, after] = await runCells(
    {
      source:
        `await new Promise((resolve) => setTimeout(resolve, 500)); "ran on"`,
      interrupt: 0.1,
    },
    `"alive"`,
  );
  assertStringIncludes(plain!.outputs[0]?.data["text/plain"] ?? "", "ran on");
  assertStringIncludes(after!.outputs[0]?.data["text/plain"] ?? "", "alive");
});

Deno.test("an error in a cell is one sentence, without the library's stack", async () => {
  const [, failed] = await runCells(
    IMPORT,
    `throw new LakehouseError({ what: "Cannot x", next: "deno task up" });`,
  );
  assertEquals(failed!.outputs[0].traceback, [
    "Stack trace:",
    "LakehouseError: Cannot x. Next: deno task up",
  ]);
});

Deno.test("a step that fails shows what lies behind it folded, then one sentence", async () => {
  const [, failed, later] = await runCells(
    `import { ask, errorDetails, sql } from "../lib/mod.ts";`,
    'await ask(sql`SELECT\n  ${"<b>"}, nope`);',
    `await ask("SELECT nope", { isQuiet: true }).catch(() => {});\nerrorDetails()`,
  );
  const [details, error, ...rest] = failed!.outputs;
  assertEquals([details.type, error.type, rest], ["display_data", "error", []]);
  const html = details.data["text/html"];
  assert(html.startsWith("<details><summary"), html);
  assertStringIncludes(
    html,
    `2 │   &#39;&#60;b&#62;&#39;, nope\n  │          ^`,
  );
  assertStringIncludes(html, "at async ask (lib/trino/ask.ts:");
  assertStringIncludes(html, "Caused by Error: io.trino.");
  assertEquals(error.ename, "TrinoError");
  assertEquals(error.traceback, [
    "Stack trace:",
    `TrinoError: ${error.evalue}`,
  ]);
  assertStringIncludes(error.evalue, "COLUMN_NOT_FOUND at line 2, column 10");
  assertEquals(later!.outputs.length, 1);
  assertStringIncludes(
    later!.outputs[0].data["text/plain"],
    "COLUMN_NOT_FOUND at line 1, column 8",
  );
});

Deno.test("an error of the cell's own is a sentence, then where it came from", async () => {
  const [failed] = await runCells(
    `const trips: any = undefined;\ntrips.length;`,
  );
  const [, sentence, ...stack] = failed!.outputs[0].traceback;
  assertEquals(
    sentence,
    "TypeError: Cannot read properties of undefined (reading 'length')",
  );
  assertLessOrEqual(stack.length, 2);
});

Deno.test("results, fragments and plans show themselves as HTML", async () => {
  const [, fragment, result, plan, frame] = await runCells(
    `import { ask, sql, table } from "../lib/mod.ts";
     import { explain } from "../lab/engines/plan.ts";
     import { tripsByMonth } from "../lab/engines/queries.ts";`,
    "tripsByMonth()",
    'const one = await ask(sql`SELECT ${9007199254740993n} AS n, ${"<b>"} AS b`); one',
    "await explain(sql`SELECT ${1}`)",
    "table(await one.toPolars())",
  );
  const html = [fragment, result, plan, frame].map((cell) => {
    assertEquals(cell!.outputs.map(({ type }) => type), ["execute_result"]);
    return cell!.outputs[0].data["text/html"];
  });
  assertStringIncludes(html[0], "SELECT date_trunc(");
  assertStringIncludes(html[1], ">9,007,199,254,740,993</td>");
  assertStringIncludes(html[1], `target="_blank" rel="noopener">query 2`);
  assertStringIncludes(html[2], "Plan, not run");
  assertStringIncludes(html[3], "9,007,199,254,740,993");
  assert(!html[1].includes("<b>"), html[1]);
});

Deno.test("a chart of one's own shows itself as an image", async () => {
  const cells = await runCells(
    `import { Plot } from "../lib/mod.ts";
     Plot.plot({ marks: [Plot.dot([[1, 2]])] })`,
    "Plot.barX([3, 1]).plot()",
  );
  for (const { outputs: [shown, ...rest] } of cells) {
    assertEquals([shown?.type, rest], ["execute_result", []]);
    const html = shown.data["text/html"];
    assertStringIncludes(html, `<img src="data:image/svg+xml;base64,`);
  }
});

Deno.test("rows that end a cell show as a table, other arrays as they are", async () => {
  const [, rows, numbers, empty] = await runCells(
    `import { table } from "../lib/mod.ts"; 0`,
    `const all = [{ company: "Flash Cab", trips: 9_007_199_254_740_993n }];
     all.filter(({ trips }) => trips > 1)`,
    "[1, 2]",
    "[]",
  );
  const { data } = rows!.outputs[0];
  assertStringIncludes(data["text/html"], ">9,007,199,254,740,993</td>");
  assertStringIncludes(data["text/plain"], "1 row");
  const texts = [numbers, empty].map((cell) =>
    // deno-lint-ignore no-control-regex
    cell!.outputs[0].data["text/plain"].replace(/\x1b\[\d+m/g, "")
  );
  assertEquals(texts, ["[ 1, 2 ]", "[]"]);
});

Deno.test("a cell that ends with a promise says what is missing", async () => {
  const [, cell] = await runCells(
    `import { table } from "../lib/mod.ts"; 0`,
    `const later = async () => [{ trips: 1 }];
     later()`,
  );
  assertStringIncludes(cell!.outputs[0].data["text/plain"], "write await");
});

Deno.test("a name that is not there is told with the nearest, and its stack", async () => {
  const [first, , own, ours, missing, none, later] = await runCells(
    `import { ask } from "../lib/mod.ts"; barChrat([]);`,
    `import { barChart } from "../lib/mod.ts"; const trips = [1];`,
    `const count = () => tripz.length;\ncount()`,
    `barChrat([])`,
    `import { histogran } from "../lib/mod.ts"; histogran([])`,
    `await fetched.json()`,
    `barChrat([])`,
  );
  const said = [first, own, ours, missing, none, later].map((cell) =>
    cell!.outputs[0].traceback[1]
  );
  const chart = "ReferenceError: barChrat is not defined: the nearest name is";
  assertEquals(said, [
    `${chart} barChart. Next: import { barChart } from "@lakehouse"`,
    "ReferenceError: tripz is not defined: the nearest name is trips",
    `${chart} barChart`,
    `TypeError: histogran is not a function: the nearest name is histogram. Next: import { histogram } from "@lakehouse"`,
    "ReferenceError: fetched is not defined",
    `${chart} barChart`,
  ]);
  assertStringIncludes(own!.outputs[0].traceback[2], "at count (");
  assertEquals(own!.outputs[0].ename, "ReferenceError");
});

Deno.test("a result that a cell assigns and does not show is named, again when it runs again", async () => {
  const assign = `const trips = table([{ a: 1, b: 2 }]);`;
  const [, ...cells] = await runCells(
    `import pl from "nodejs-polars";
     import { QueryResult, show, table } from "../lib/mod.ts"; 0`,
    assign,
    assign,
    `const frame = pl.DataFrame({ a: [1, 2], b: ["x", null] });`,
    `const type = (name: string) =>
       ({ name, type: "bigint", typeSignature: { rawType: "bigint" } });
     const columns = ["n", "m", "o"].map(type);
     const rows = [{ n: 1n, m: 2n, o: 3n }];
     const given = { engine: "Trino", text: "", serverMs: 1, clientMs: 1 };
     let result = new QueryResult({ ...given, columns, rows });`,
    `const printed = table([]); console.log("it is there");`,
    `const shown = table([{ c: 3 }]); await show(shown);`,
    `const plain = [1]; const after = Promise.resolve(2);`,
    `trips`,
    `function later() {}`,
  );
  assertEquals(
    cells.map(({ outputs }) =>
      outputs.map(({ data, text }) => data?.["text/plain"] ?? text)
    ).slice(0, 7),
    [
      ["trips holds what can be shown: end the cell with trips to show it"],
      ["trips holds what can be shown: end the cell with trips to show it"],
      ["frame holds 2 rows × 2 columns: end the cell with frame to show it"],
      ["result holds 1 row × 3 columns: end the cell with result to show it"],
      ["it is there\n"],
      ["c\n─\n3\n1 row"],
      [],
    ],
  );
  assertStringIncludes(cells[7]!.outputs[0].data["text/html"], "<table>");
  assertEquals(cells[8]!.outputs, []);
});

Deno.test("what polars has ends a cell as a table, exact", async () => {
  const [, frame, series, empty] = await runCells(
    `import pl from "nodejs-polars";
     import { table } from "../lib/mod.ts"; 0`,
    `const big = pl.Series("n", ["9007199254740993", null], pl.Utf8)
       .cast(pl.Int64);
     pl.DataFrame([big])`,
    "big",
    `pl.DataFrame({ n: [1] }).filter(pl.col("n").gt(1))`,
  );
  for (const cell of [frame, series]) {
    const { data } = cell!.outputs[0];
    assertStringIncludes(data["text/html"], ">9,007,199,254,740,993</td>");
    assertStringIncludes(data["text/html"], "Int64");
    assertStringIncludes(data["text/plain"], "2 rows");
  }
  assertStringIncludes(empty!.outputs[0].data["text/plain"], "no rows");
});

Deno.test("a failure that no cell awaits shows as an error", async () => {
  const [, lost, timer] = await runCells(
    IMPORT,
    `void Promise.reject(new Error("lost"));`,
    `setTimeout(() => { throw new Error("late"); }, 10);
     await new Promise((resolve) => setTimeout(resolve, 200));`,
  );
  assertEquals(lost!.outputs, [{
    type: "stream",
    name: "stderr",
    text: "error: nothing awaits this failure: Error: lost\n",
  }]);
  assertStringIncludes(timer!.outputs[0].text, "error: Uncaught Error: late");
});

Deno.test("tables, checks and a progress bar show in their cell, in order", async () => {
  const [, shown, bar] = await runCells(
    IMPORT,
    `await show(table([{ n: 9007199254740993n }]));
     check("first", true, 1);
     check("second", true);
     table([{ last: null }])`,
    `const bar = progress("Upload");
     for (let done = 0; done <= 4; done++) {
       bar.update({ done, total: 4, unit: "files" });
       await new Promise((resolve) => setTimeout(resolve, 60));
     }
     await bar.done("4 files");`,
  );
  assertEquals(shown!.outputs.map((output) => output.type), [
    "display_data",
    "stream",
    "stream",
    "execute_result",
  ]);
  assertStringIncludes(
    shown!.outputs[0].data["text/html"],
    "9,007,199,254,740,993",
  );
  assertStringIncludes(shown!.outputs[1].text, "first: 1");
  const [first, ...updates] = bar!.outputs;
  assertEquals(first.type, "display_data");
  assert(updates.length >= 2 && updates.length <= 5, `${updates.length}`);
  for (const update of updates) {
    assertEquals(update.type, "update_display_data");
    assertEquals(update.transient, first.transient);
  }
  assertStringIncludes(updates.at(-1).data["text/plain"], "Upload: 4 files · ");
});
