/**
 * Faults of notebooks that run headless, and of the report on them.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { findNotebooks } from "../../../tasks/notebooks/paths.ts";
import type { Fault } from "../fault.ts";
import { inCopy, projectCopy } from "./records.ts";
import {
  type Disk,
  filesOf,
  type Running,
  type Said,
  type Scene,
  until,
} from "../scene.ts";

/** Runs notebook 02, which needs no engine; its first cell takes a while. */
function reporting(scene: Scene, rows = "2"): Running {
  const args = ["02", "--out", `${scene.dir}/reports`];
  return scene.task("report", args, { env: { ROWS: rows } });
}

const isKernel = ({ command }: { command: string }) =>
  command.includes("--kernel");

/** Does something once the notebook's first cell writes trips. */
async function amidNotebook(
  scene: Scene,
  harm: (run: Running, kernel: number) => unknown,
): Promise<Said> {
  const run = reporting(scene);
  await until(
    async () => Object.keys(await filesOf(scene.parquet)).length > 1,
    "trips in the making",
  );
  const kernel = scene.left().find(isKernel);
  assert(kernel, "no kernel runs");
  return await run.harm(() => harm(run, kernel.pid));
}

/** Counts from the end of the notebook: it is then that something is written. */
function fromWriting(said: Said): Said {
  const end =
    said.heard.find(({ letters }) =>
      said.text.slice(0, letters).includes("ok in")
    )?.seconds ?? 0;
  return {
    ...said,
    heard: said.heard.map(({ seconds, letters }) => ({
      ...{ letters, seconds: seconds - end },
    })),
  };
}

/** The next run reports on the notebook; nothing half lies in its folder. */
async function nextReportIsWhole(scene: Scene): Promise<void> {
  const { code, text } = await reporting(scene, "0.02").ended;
  assertEquals(code, 0, text);
  const files = Object.keys(await filesOf(`${scene.dir}/reports`));
  assertEquals(files.sort(), ["02-generate.html", "index.html"]);
}

const NEXT = "the next run reports on every notebook";

/** Faults of `deno task report`. */
export const REPORT_FAULTS: readonly Fault[] = [
  {
    step: "report",
    fault: "the notebook's kernel is killed",
    told: "error: 02-generate.ipynb, cell 1: the kernel ended during the cell",
    after: NEXT,
    make: (scene) =>
      amidNotebook(scene, (_, kernel) => Deno.kill(kernel, "SIGKILL")),
    holds: nextReportIsWhole,
  },
  {
    step: "report",
    fault: "Ctrl+C",
    told: "Stopped by the user",
    after: NEXT,
    make: (scene) => amidNotebook(scene, (run) => run.stop()),
    holds: nextReportIsWhole,
  },
  {
    step: "report",
    fault: "its process is killed",
    by: "the next one",
    told: "02-generate.ipynb",
    after: `the kernel ends with it; ${NEXT}`,
    async make(scene) {
      await amidNotebook(scene, (run) => run.kill("SIGKILL"));
      await until(() => scene.left().length === 0, "the kernel's end", 10);
      return await reporting(scene, "0.02").ended;
    },
    holds: nextReportIsWhole,
  },
  {
    step: "report",
    fault: "two at once",
    isLong: true,
    by: "the second",
    told:
      "Cannot run the notebooks: another run of notebooks in this folder (process …, since …) is at it. Next: wait for it, or end it with Ctrl+C in its terminal",
    after: "the first goes on alone, and reports on every notebook",
    async make(scene) {
      let said: Said | undefined;
      const first = await amidNotebook(scene, async () => {
        said = await reporting(scene).ended;
      });
      assertEquals(first.code, 0, first.text);
      return said!;
    },
    holds: nextReportIsWhole,
  },
  {
    step: "report",
    fault: "the temporary folder's disk is full",
    isLong: true,
    told: "…No space left on device…",
    after: NEXT,
    needsDisk: true,
    async make(scene) {
      const disk = await scene.disk("tmp", 8);
      await disk.fill();
      const args = ["02", "--out", `${scene.dir}/reports`];
      const env = { ROWS: "0.02", TMPDIR: disk.path };
      return fromWriting(await scene.task("report", args, { env }).ended);
    },
    holds: nextReportIsWhole,
  },
  {
    step: "report",
    fault: "the reports' disk is full",
    isLong: true,
    told:
      "Cannot write the report to …: nbconvert says …No space left on device…. Next: check the folder, its permissions and the disk's space",
    after: NEXT,
    needsDisk: true,
    async make(scene) {
      const disk = await scene.disk("reports", 8);
      await disk.fill();
      const said = await reporting(scene, "0.02").ended;
      await disk.free();
      return fromWriting(said);
    },
    holds: nextReportIsWhole,
  },
  {
    step: "report",
    fault: "the reports' folder is read-only",
    isLong: true,
    told:
      "Cannot write the report to …: nbconvert says …Read-only file system…. Next: check the folder, its permissions and the disk's space",
    after: NEXT,
    needsDisk: true,
    async make(scene) {
      const disk = await scene.disk("reports", 8);
      await disk.readOnly(true);
      const said = await reporting(scene, "0.02").ended;
      await disk.readOnly(false);
      return fromWriting(said);
    },
    holds: nextReportIsWhole,
  },
  {
    step: "report",
    fault: "the disk for executed notebooks is full",
    isLong: true,
    told: "…No space left on device…",
    after: NEXT,
    needsDisk: true,
    async make(scene) {
      const disk = await scene.disk("state", 8);
      await disk.fill();
      scene.notes.set("disk", disk);
      const said = await reporting(scene, "0.02").ended;
      return fromWriting(said);
    },
    async holds(scene) {
      await (scene.notes.get("disk") as Disk).free();
      await nextReportIsWhole(scene);
    },
  },
  {
    step: "strip",
    fault: "the notebook's disk is full",
    told:
      "Cannot write …: …No space left on device…. Next: check the folder, its permissions and the disk's space",
    after: "the notebook stays as it is",
    needsDisk: true,
    async make(scene) {
      const disk = await scene.disk("notebooks", 8);
      const path = `${disk.path}/02.ipynb`;
      const [from] = await findNotebooks(["02"]);
      const notebook = await Deno.readTextFile(from!);
      // As if it had been run.
      const run = notebook.replace(
        /"execution_count": null/,
        (all) => all.replace("null", "7"),
      );
      await Deno.writeTextFile(path, run);
      await disk.fill();
      const said = await scene.task("strip", [path]).ended;
      assertEquals(await Deno.readTextFile(path), run);
      await disk.free();
      scene.notes.set("paths", [path, from]);
      return said;
    },
    async holds(scene) {
      const [path, from] = scene.notes.get("paths") as [string, string];
      await scene.works("strip", path);
      const [now, was] = await Promise.all(
        [path, from].map((each) => Deno.readTextFile(each)),
      );
      assertEquals(JSON.parse(now!), JSON.parse(was!));
    },
  },
  {
    step: "report",
    fault: "the notebook of an earlier run is damaged",
    isLong: true,
    told: "Cannot report on …. Next: deno task report, without --executed",
    after: NEXT,
    async make(scene) {
      assertEquals((await reporting(scene, "0.02").ended).code, 0);
      await Deno.truncate(`${scene.state}/executed/02-generate.ipynb`, 300);
      const args = ["02", "--executed", "--out", `${scene.dir}/reports`];
      return await scene.task("report", args).ended;
    },
    holds: nextReportIsWhole,
  },
  {
    step: "report",
    fault: "a notebook's file is damaged",
    isLong: true,
    told:
      'Cannot read the notebook "…/02-generate.ipynb": it is no Jupyter notebook of format 4. Next: open and save it in JupyterLab, or restore it with git',
    after: "nothing is run; the other notebooks are not touched",
    async make(scene) {
      const copy = await projectCopy(scene);
      await Deno.truncate(`${copy}/notebooks/02-generate.ipynb`, 700);
      return await inCopy(scene, copy, "report", "02").ended;
    },
    holds: nextReportIsWhole,
  },
];
