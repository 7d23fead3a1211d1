/**
 * Faults of the generator and of its folder.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { Fault } from "../fault.ts";
import { filesOf, type Scene, until } from "../scene.ts";

const ROWS = ["--rows", "0.4"];
const FEW = ["--rows", "0.02"];
const RECORD = "_generated.json";

/** The same arguments give the same files: what they are, undisturbed. */
let undisturbed: Promise<Record<string, string>> | undefined;
function expected(scene: Scene): Promise<Record<string, string>> {
  return undisturbed ??= (async () => {
    const dir = `${scene.dir}/undisturbed`;
    await scene.works("generate", ...ROWS, "--dir", dir);
    return await filesOf(dir);
  })();
}

/** The next run makes every file, byte for byte, and nothing lies beside them. */
async function nextIsWhole(scene: Scene, dir = scene.parquet): Promise<void> {
  await scene.works("generate", ...ROWS, "--dir", dir);
  assertEquals(await filesOf(dir), await expected(scene));
}

/** Files of an earlier run, remembered. */
async function withFiles(scene: Scene, dir = scene.parquet): Promise<void> {
  await scene.works("generate", ...FEW, "--dir", dir);
  scene.notes.set("before", await filesOf(dir));
}

async function areAsBefore(scene: Scene, dir = scene.parquet): Promise<void> {
  assertEquals(await filesOf(dir), scene.notes.get("before"));
}

const generating = (scene: Scene) => scene.task("generate", ROWS);

const UNTOUCHED = "the files of before stay, byte for byte";

/** Faults of `deno task generate`. */
export const GENERATE_FAULTS: readonly Fault[] = [
  {
    step: "generate",
    fault: "its process is killed",
    by: "the upload",
    told:
      "Cannot upload from …: it holds no Parquet files. Next: run notebook 02, or deno task generate",
    after: "no half set of files can be taken for a whole one",
    async make(scene) {
      const run = generating(scene);
      await run.saw("Generate: ");
      await run.harm(() => run.kill("SIGKILL"));
      return await scene.step("upload").ended;
    },
    holds: nextIsWhole,
  },
  {
    step: "generate",
    fault: "Ctrl+C",
    told: "Stopped by the user",
    after: "nothing of the run is left",
    async make(scene) {
      const run = generating(scene);
      await run.saw("Generate: ");
      return await run.harm(run.stop);
    },
    async holds(scene) {
      assertEquals(await filesOf(scene.parquet), {});
      await nextIsWhole(scene);
    },
  },
  {
    step: "generate",
    fault: "`deno task` itself is killed, and another generator is started",
    by: "the other",
    told:
      "Cannot generate into …: the generator (process …, since …) is at it. Next: wait for it, or end it with Ctrl+C in its terminal",
    after: "the first one goes on to its end, with every file",
    async make(scene) {
      // Long enough to be met by the other.
      const run = scene.start([Deno.execPath(), "task", "generate", ...ROWS]);
      await run.saw("Generate: ");
      const worker = scene.left().find(({ pid }) => pid !== run.pid);
      assert(worker, "deno task runs nothing");
      Deno.kill(worker.pid, "SIGSTOP");
      await run.harm(() => run.kill("SIGKILL"));
      const said = await generating(scene).ended;
      Deno.kill(worker.pid, "SIGCONT");
      await until(() => scene.left().length === 0, "the worker's end");
      return said;
    },
    async holds(scene) {
      assertEquals(await filesOf(scene.parquet), await expected(scene));
      await nextIsWhole(scene);
    },
  },
  {
    step: "generate",
    fault: "two at once into one folder",
    by: "the second",
    told:
      "Cannot generate into …: the generator (process …, since …) is at it. Next: wait for it, or end it with Ctrl+C in its terminal",
    after: "the first one's files are whole",
    async make(scene) {
      const first = generating(scene);
      await first.saw("Generate: ");
      // So that it is not done before the other begins.
      first.kill("SIGSTOP");
      const said = await generating(scene).ended;
      first.kill("SIGCONT");
      assertEquals((await first.ended).code, 0);
      return said;
    },
    async holds(scene) {
      assertEquals(await filesOf(scene.parquet), await expected(scene));
      await nextIsWhole(scene);
    },
  },
  {
    step: "generate",
    fault: "the machine sleeps for a while (SIGSTOP, SIGCONT)",
    told: "Generate: 400,000 trips in …",
    after: "every file is whole",
    async make(scene) {
      const run = generating(scene);
      await run.saw("Generate: ");
      run.kill("SIGSTOP");
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      return await run.harm(() => run.kill("SIGCONT"));
    },
    holds: nextIsWhole,
  },
  {
    step: "generate",
    fault: "the disk is too small",
    told:
      "Cannot generate into …: about … are needed and … are free. Next: ask for fewer rows, or choose a folder on a larger disk",
    after: UNTOUCHED,
    needsDisk: true,
    async make(scene) {
      const disk = await scene.disk("parquet", 16);
      await withFiles(scene, disk.path);
      return await generating(scene).ended;
    },
    async holds(scene) {
      await areAsBefore(scene);
      await scene.works("generate", "--rows", "0.01");
    },
  },
  {
    step: "generate",
    fault: "another program fills the disk meanwhile",
    told:
      "Cannot write 400,000 trips to …: …No space left on device… Next: check the folder's disk and permissions, then generate again",
    after: "nothing of the run is left",
    needsDisk: true,
    async make(scene) {
      const disk = await scene.disk("parquet", 150);
      scene.notes.set("disk", disk);
      const run = generating(scene);
      await run.saw("Generate: ");
      const said = await run.harm(async () => {
        // It may be done sooner than the disk is full.
        run.kill("SIGSTOP");
        await disk.fill();
        run.kill("SIGCONT");
      });
      await disk.free();
      return said;
    },
    async holds(scene) {
      assertEquals(await filesOf(scene.parquet), {});
      await nextIsWhole(scene);
    },
  },
  {
    step: "generate",
    fault: "the folder is read-only",
    told:
      "error: Read-only file system …. Next: check the folder, its permissions and the disk's space",
    after: UNTOUCHED,
    needsDisk: true,
    async make(scene) {
      const disk = await scene.disk("parquet", 150);
      await withFiles(scene);
      await disk.readOnly(true);
      const said = await generating(scene).ended;
      await areAsBefore(scene);
      await disk.readOnly(false);
      return said;
    },
    async holds(scene) {
      await areAsBefore(scene);
      await nextIsWhole(scene);
    },
  },
  {
    step: "generate",
    fault: "the folder is another user's",
    told:
      "error: Permission denied …. Next: check the folder, its permissions and the disk's space",
    after: "nothing is written",
    async make(scene) {
      const how = await scene.forbid(scene.parquet);
      return await scene.task("generate", ROWS, how).ended;
    },
    async holds(scene) {
      assertEquals(await filesOf(scene.parquet), {});
      await scene.allow(scene.parquet);
      await nextIsWhole(scene);
    },
  },
  {
    step: "generate",
    fault: "a Parquet file was cut off",
    told: "Generate: 20,000 trips in …",
    after: "the files are made anew, the same as they were",
    async make(scene) {
      await withFiles(scene);
      const [cut] = Object.keys(await filesOf(scene.parquet))
        .filter((name) => name.endsWith(".parquet"));
      await Deno.truncate(`${scene.parquet}/${cut}`, 1000);
      return await scene.task("generate", FEW).ended;
    },
    async holds(scene) {
      await areAsBefore(scene);
      await nextIsWhole(scene);
    },
  },
  {
    step: "generate",
    fault: "the record of the files is damaged",
    told:
      "Cannot read …: it is damaged, so nobody knows which of the files beside it are its. Next: remove the Parquet files you do not need and …",
    after: UNTOUCHED,
    async make(scene) {
      await withFiles(scene);
      await Deno.truncate(`${scene.parquet}/${RECORD}`, 100);
      scene.notes.set("before", await filesOf(scene.parquet));
      return await generating(scene).ended;
    },
    async holds(scene) {
      await areAsBefore(scene);
      await Deno.remove(scene.parquet, { recursive: true });
      await nextIsWhole(scene);
    },
  },
  {
    step: "generate",
    fault: "the record names a file outside of the folder",
    told:
      "Cannot read …: it is damaged, so nobody knows which of the files beside it are its. Next: remove the Parquet files you do not need and …",
    after: "the file outside stays, and those of before",
    async make(scene) {
      await withFiles(scene);
      const path = `${scene.parquet}/${RECORD}`;
      const text = await Deno.readTextFile(path);
      await Deno.writeTextFile(
        path,
        text.replace("trips-00000.parquet", "../theirs.parquet"),
      );
      await Deno.writeTextFile(`${scene.dir}/theirs.parquet`, "theirs");
      scene.notes.set("before", await filesOf(scene.parquet));
      return await generating(scene).ended;
    },
    async holds(scene) {
      await areAsBefore(scene);
      const theirs = await Deno.readTextFile(`${scene.dir}/theirs.parquet`);
      assertEquals(theirs, "theirs");
      await Deno.remove(scene.parquet, { recursive: true });
      await nextIsWhole(scene);
    },
  },
  {
    step: "generate",
    fault: "somebody else's Parquet file lies in the folder",
    told:
      'Cannot generate into …: it holds a Parquet file that the generator did not write, such as "theirs.parquet". Next: choose another folder, or move these files away',
    after: UNTOUCHED,
    async make(scene) {
      await withFiles(scene);
      await Deno.writeTextFile(`${scene.parquet}/theirs.parquet`, "theirs");
      scene.notes.set("before", await filesOf(scene.parquet));
      return await generating(scene).ended;
    },
    async holds(scene) {
      await areAsBefore(scene);
      await Deno.remove(`${scene.parquet}/theirs.parquet`);
      await nextIsWhole(scene);
    },
  },
  {
    step: "generate",
    fault: "a dead holder's lock is left, with damaged words in it",
    told: "Generate: 400,000 trips in …",
    after: "the lock is taken over",
    async make(scene) {
      await Deno.mkdir(scene.parquet);
      await Deno.writeTextFile(`${scene.parquet}/.lock`, '{"pid": 1, "do\0');
      return await generating(scene).ended;
    },
    holds: nextIsWhole,
  },
];
