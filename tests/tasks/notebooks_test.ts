import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { settings, stateDir } from "../../lib/core/settings.ts";
import { outputTexts, readNotebook } from "../../tasks/notebooks/document.ts";
import { secretProblems } from "../../tasks/notebooks/secrets.ts";
import { findNotebooks } from "../../tasks/notebooks/paths.ts";
import { runNotebook } from "../../tasks/notebooks/run.ts";
import { closedPort } from "../support/env.ts";
import { notShown } from "../kernel/executed_notebooks.ts";

/** Notebooks that ask the stack, in reading order, and their charts at least. */
const CHARTS: Record<string, number> = {
  ...{ "01": 0, "02": 2, "03": 0, "04": 0, "05": 9, "06": 1, "07": 1 },
  ...{ "08": 1, "09": 1, "10": 1, "11": 2, "12": 2, "13": 0, "14": 2 },
};

for (const number of Object.keys(CHARTS).sort()) {
  Deno.test(`notebook ${number} runs, and every check holds`, async () => {
    const [path] = await findNotebooks([number]);
    const { fault, path: executed } = await runNotebook(path!);
    assertEquals(fault, undefined);
    const notebook = await readNotebook(executed);
    // What other stores may not have, this stack has; but few trips tell little.
    const missing = notShown(notebook)
      .filter((line) => !line.includes("too few to tell"));
    assertEquals(missing, []);
    const outputs = notebook.cells.flatMap((cell) => cell.outputs ?? []);
    const charts = outputs.filter((output) =>
      JSON.stringify(output).includes("data:image/svg+xml")
    );
    assert(charts.length >= (CHARTS[number] ?? 0), `${charts.length} charts`);
    // A secret in an output would travel with every report.
    assertEquals(secretProblems(executed, notebook), []);
  });
}

Deno.test("a notebook runs again on what the last run left", async () => {
  const [path] = await findNotebooks(["03"]);
  const { fault } = await runNotebook(path!);
  assertEquals(fault, undefined);
});

Deno.test("the notebook that lists the others needs no stack", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const [path] = await findNotebooks(["00"]);
    const { fault, path: executed } = await runNotebook(path!, {
      dir,
      env: {
        LAKEHOUSE_STATE: `${dir}/none`,
        STACK: "",
        TRINO_URI: `http://127.0.0.1:${closedPort()}`,
      },
    });
    assertEquals(fault, undefined);
    const { cells } = await readNotebook(executed);
    const texts = cells.flatMap((cell) => outputTexts(cell.outputs ?? []));
    assertStringIncludes(texts.join(), "none; start one");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("the notebook that lists the others shows the running stack's addresses", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const [path] = await findNotebooks(["00"]);
    const { fault, path: executed } = await runNotebook(path!, { dir });
    assertEquals(fault, undefined);
    const { cells } = await readNotebook(executed);
    const text = cells.flatMap((cell) => outputTexts(cell.outputs ?? []))
      .join();
    const { minioHost, catalogUri, warehouse, trinoUri } = settings();
    for (
      const shown of [
        minioHost,
        `${catalogUri}, warehouse ${warehouse}`,
        trinoUri,
      ]
    ) assertStringIncludes(text, shown);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("a notebook without a stack says so, and keeps what ran", async () => {
  const [path] = await findNotebooks(["01"]);
  const { fault, path: executed } = await runNotebook(path!, {
    dir: `${stateDir()}/executed-down`,
    env: { MINIO_HOST: `http://127.0.0.1:${closedPort()}` },
  });
  assertStringIncludes(fault ?? "", "deno task up");
  const { cells } = await readNotebook(executed);
  const texts = cells.flatMap((cell) => outputTexts(cell.outputs ?? []));
  assert(texts.some((text) => text.includes("warehouse")));
});
