// Headless runs of small notebooks on the real kernel.
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { PROJECT_DIR } from "../../lib/core/settings.ts";
import {
  codeCells,
  type Notebook,
  notebookFault,
  notebookText,
  outputTexts,
  readNotebook,
} from "../../tasks/notebooks/document.ts";
import { runNotebook } from "../../tasks/notebooks/run.ts";
import { python } from "../../stack/install/python.ts";

const IMPORT = `import { check } from "../lib/show/display.ts";
import { abortable, interruptSignal } from "../lib/core/interrupt.ts";`;

interface Run {
  ok: boolean;
  lines: string[];
  fault: string | undefined;
  texts: string[][];
}

function notebookOf(cells: string[]): Notebook {
  return {
    cells: cells.map((source, i) => ({
      id: `cell-${i}`,
      cell_type: "code",
      metadata: {},
      source,
      outputs: [],
      execution_count: null,
    })),
    metadata: { kernelspec: { name: "deno", display_name: "Deno" } },
    nbformat: 4,
    nbformat_minor: 5,
  };
}

/** Runs a notebook of these cells, beside the notebooks' folder. */
async function runCells(
  cells: string[],
  options: { signal?: AbortSignal } = {},
): Promise<Run> {
  const dir = await Deno.makeTempDir({ dir: PROJECT_DIR, prefix: ".state-" });
  const path = `${dir}/01-test.ipynb`;
  const output = `${dir}/out/01-test.ipynb`;
  const lines: string[] = [];
  const read = async () => {
    const executed = await readNotebook(output);
    return {
      lines,
      fault: notebookFault(executed),
      texts: codeCells(executed).map((cell) => outputTexts(cell.outputs)),
    };
  };
  try {
    await Deno.writeTextFile(
      path,
      notebookText(notebookOf(cells)),
    );
    const run = runNotebook(path, {
      dir: `${dir}/out`,
      onLine: (line) => lines.push(line),
      ...options,
    });
    if (options.signal) {
      await assertRejects(() => run);
      return { ok: false, ...await read() };
    }
    const { fault } = await run;
    return { ok: fault === undefined, ...await read() };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Runs a cell that takes 10 s with a limit of one. */
async function runWithLimit(): Promise<string | undefined> {
  const { bin, env } = await python();
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${dir}/01-test.ipynb`,
      notebookText(
        notebookOf([`await new Promise((r) => setTimeout(r, 9e3));`]),
      ),
    );
    const { code } = await new Deno.Command(`${bin}/python`, {
      args: [
        `${PROJECT_DIR}/tasks/notebooks/run_notebook.py`,
        `${dir}/01-test.ipynb`,
        `--output=${dir}/out.ipynb`,
        "--timeout=1",
      ],
      env,
      stdout: "null",
    }).output();
    assertEquals(code, 1);
    return notebookFault(await readNotebook(`${dir}/out.ipynb`));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function assertFails(cells: string[], fault: string): Promise<Run> {
  const run = await runCells(cells);
  assert(!run.ok);
  assertStringIncludes(run.fault ?? "", fault);
  assertStringIncludes(
    run.lines.join("\n"),
    `\nerror: 01-test.ipynb, ${fault}`,
  );
  return run;
}

function isRunning(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch {
    return false;
  }
}

Deno.test("runNotebook() runs every cell and saves the outputs", async () => {
  const run = await runCells([IMPORT, `check("so", true, 5);`, `1 + 1`]);
  assert(run.ok, run.lines.join("\n"));
  assertEquals(run.fault, undefined);
  assertEquals(run.texts, [[], ["✓ so: 5\n"], ["2"]]);
  assertStringIncludes(run.lines.at(-1)!, "ok in ");
});

Deno.test("runNotebook() stops at the cell that throws and saves what ran", async () => {
  const run = await assertFails(
    [IMPORT, `check("not so", 1 > 2, 1);`, `console.log("never");`],
    `cell 2: LakehouseError: Check failed: "not so" is not so: it is 1`,
  );
  assertEquals(run.texts[2], []);
});

Deno.test("runNotebook() fails on a syntax error", async () => {
  await assertFails(["let q: = 3"], "cell 1: SyntaxError: Unexpected token");
});

Deno.test("runNotebook() fails when a check shows nothing", async () => {
  await assertFails(
    [IMPORT, `// check("x", true);`, `for (const x of []) check("x", x);`],
    "cell 3: the cell calls check() and shows no ✓",
  );
});

Deno.test("runNotebook() fails on failures that no cell awaits", async () => {
  await assertFails(
    [IMPORT, `void Promise.reject(new Error("lost"));`],
    "cell 2: error: nothing awaits this failure: Error: lost",
  );
  await assertFails(
    [IMPORT, `setTimeout(() => { throw new Error("late"); }, 20);`],
    "after the last cell: error: Uncaught Error: late",
  );
});

Deno.test("a cell that takes too long fails the notebook", async () => {
  assertEquals(await runWithLimit(), "cell 1: the cell took longer than 1 s");
});

Deno.test("runNotebook() stopped in a cell saves it and ends the kernel", async () => {
  const run = await runCells([
    IMPORT,
    `console.log(Deno.pid);
     await abortable(new Promise(() => {}), interruptSignal());`,
  ], { signal: AbortSignal.timeout(4_000) });
  assertEquals(run.fault, "cell 2: stopped by SIGTERM");
  assertEquals(isRunning(Number(run.texts[1]![0])), false);
  assertStringIncludes(run.texts[1]!.join(), "Stopped by the user");
});
