// The task: which notebooks it takes, and how it ends.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { settings } from "../../lib/core/settings.ts";
import { closedPort } from "../support/env.ts";
import {
  FAILED,
  GOOD,
  inFolder,
  namesIn,
  written,
} from "../kernel/executed_notebooks.ts";
import { taskArguments } from "../../tasks/dev/task.ts";

/** Runs `deno task report` with `dir` for its state and its pages. */
async function task(
  dir: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: taskArguments("report", `--out=${dir}/report`, ...args),
    env: { NO_COLOR: "1", LAKEHOUSE_STATE: dir, ...env },
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

Deno.test("report --executed takes what ran, and fails where that failed", () =>
  inFolder(async (dir) => {
    const none = await task(dir, ["--executed"]);
    assertEquals(none.code, 1);
    assertStringIncludes(none.text, "no earlier run is there. Next: deno task");
    await written(`${dir}/executed`, {
      "01-setup.ipynb": GOOD,
      "02-generate.ipynb": FAILED,
    });
    const one = await task(dir, ["--executed", "--notebook", "01"]);
    assertEquals(one.code, 0, one.text);
    assertEquals(namesIn(`${dir}/report`), ["01-setup.html", "index.html"]);
    const all = await task(dir, ["--executed"]);
    assertEquals(all.code, 1);
    assertStringIncludes(
      all.text,
      "error: Cannot finish 02-generate: cell 1: LakehouseError: Cannot <x>",
    );
    assertEquals(namesIn(`${dir}/report`), [
      "01-setup.html",
      "02-generate.html",
      "index.html",
    ]);
    const index = await Deno.readTextFile(`${dir}/report/index.html`);
    assertStringIncludes(index, "did not run, since 02-generate failed");
  }));

Deno.test("report --pdf says at once that there is no Chromium", () =>
  inFolder(async (dir) => {
    const { code, text } = await task(dir, ["--pdf"], {
      CHROMIUM: "",
      PATH: "/none",
    });
    assertEquals(code, 1);
    assertStringIncludes(text, "error: Cannot write PDFs: no Chromium");
    assertEquals(namesIn(dir), []);
  }));

/** The settings that reach the stack, for a task with a state of its own. */
function endpoints(): Record<string, string> {
  const given = settings();
  return {
    STACK: given.stack ?? "local",
    TRINO_URI: given.trinoUri,
    MINIO_HOST: given.minioHost,
    CATALOG_URI: given.catalogUri,
  };
}

Deno.test("report runs a notebook and records on what it ran", () =>
  inFolder(async (dir) => {
    const { code, text } = await task(dir, ["--notebook=01"], endpoints());
    assertEquals(code, 0, text);
    const html = await Deno.readTextFile(`${dir}/report/01-setup.html`);
    for (const name of ["Stack", "Trino", "Deno", "Date"]) {
      assert(new RegExp(`<dt>${name}</dt><dd>[^<]+</dd>`).test(html), name);
    }
    assertStringIncludes(html, "<dt>Facts checked</dt><dd>3</dd>");
    // Later, when no stack runs, it still tells of the one of then.
    const later = await task(dir, ["--executed", "01"], {
      TRINO_URI: `http://127.0.0.1:${closedPort()}`,
      STACK: "remote",
    });
    assertEquals(later.code, 0, later.text);
    assertEquals(
      await Deno.readTextFile(`${dir}/report/01-setup.html`),
      html,
    );
  }));

Deno.test("report leaves the pages up to the cell that failed", () =>
  inFolder(async (dir) => {
    const { code, text } = await task(dir, ["01", "02"], {
      ...endpoints(),
      MINIO_HOST: `http://127.0.0.1:${closedPort()}`,
    });
    assertEquals(code, 1);
    assertStringIncludes(text, "error: Cannot finish 01-setup: cell 3");
    assertEquals(namesIn(`${dir}/report`), ["01-setup.html", "index.html"]);
    const html = await Deno.readTextFile(`${dir}/report/01-setup.html`);
    assertStringIncludes(html, "This notebook stopped at cell 3");
    const index = await Deno.readTextFile(`${dir}/report/index.html`);
    assertStringIncludes(index, "did not run, since 01-setup failed");
  }));

Deno.test("report --keep-going runs those after one that fails, and names it", () =>
  inFolder(async (dir) => {
    const { code, text } = await task(dir, ["01", "00", "--keep-going"], {
      ...endpoints(),
      MINIO_HOST: `http://127.0.0.1:${closedPort()}`,
    });
    assertEquals(code, 1);
    assertStringIncludes(text, "error: Cannot finish 01-setup: cell 3");
    assertEquals(namesIn(`${dir}/report`), [
      "00-index.html",
      "01-setup.html",
      "index.html",
    ]);
  }));
