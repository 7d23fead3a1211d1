/**
 * Faults of what is recorded of a stack, of settings and of its folder.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { PROJECT_DIR } from "../../../lib/core/settings.ts";
import { python } from "../../../stack/install/python.ts";
import {
  programStates,
  startSupervisor,
} from "../../../stack/local/supervisor.ts";
import { closedPort } from "../../support/env.ts";
import type { Fault } from "../fault.ts";
import { type Disk, filesOf, type Said, type Scene, until } from "../scene.ts";
import { taskArguments } from "../../../tasks/dev/task.ts";

/** The stack's folder is as it was, and its state is told again. */
async function statusWorks(scene: Scene): Promise<void> {
  const { text } = await scene.task("status").ended;
  assert(text.includes("✗ trino    STOPPED"), text);
}

async function writeRecord(scene: Scene, text: string): Promise<void> {
  await Deno.mkdir(`${scene.state}/local/s3`, { recursive: true });
  await Deno.writeTextFile(`${scene.state}/stack.json`, text);
  await Deno.writeTextFile(`${scene.state}/local/s3/data`, "trips");
  scene.notes.set("data", "trips");
}

/** The stack's data is there; without the record all goes on. */
async function dataIsThere(scene: Scene): Promise<void> {
  const data = await Deno.readTextFile(`${scene.state}/local/s3/data`);
  assertEquals(data, "trips");
  await Deno.remove(`${scene.state}/stack.json`);
  await statusWorks(scene);
}

/** A record as a stack that is gone left it: nothing listens there any more. */
function oldRecord(): string {
  const uri = `http://127.0.0.1:${closedPort()}`;
  return JSON.stringify({
    stack: "local",
    settings: { TRINO_URI: uri, MINIO_HOST: uri, CATALOG_URI: uri },
    ports: {},
    spark: { command: ["spark-submit"], jobs: "spark", jars: [], env: {} },
  });
}

/** The project with a `docker/.env` and notebooks of its own, so that nobody's are touched. */
export async function projectCopy(scene: Scene): Promise<string> {
  const copy = `${scene.dir}/a project`;
  await Deno.mkdir(copy);
  const rooms = ["lib", "lab", "stack", "spark", "tasks", "docker", "jupyter"];
  for (const name of [...rooms, "notebooks", "deno.json", "deno.lock"]) {
    const { success } = await new Deno.Command("cp", {
      args: ["-r", `${PROJECT_DIR}/${name}`, copy],
    }).output();
    assert(success, `cannot copy ${name}`);
  }
  return copy;
}

export const inCopy = (
  scene: Scene,
  copy: string,
  task: string,
  ...args: string[]
) =>
  scene.start(
    [Deno.execPath(), ...taskArguments(task, ...args)].map((each) =>
      each.replace(PROJECT_DIR, copy)
    ),
  );

/** Generates with the copy, whose settings are damaged by `harm`. */
async function withSettings(
  scene: Scene,
  harm: (path: string) => Promise<void>,
) {
  const copy = await projectCopy(scene);
  scene.notes.set("copy", copy);
  await harm(`${copy}/docker/.env`);
  return await inCopy(scene, copy, "generate", "--rows", "0.01").ended;
}

async function worksWithoutSettings(scene: Scene): Promise<void> {
  assertEquals(await filesOf(scene.parquet), {});
  const copy = scene.notes.get("copy") as string;
  await Deno.remove(`${copy}/docker/.env`, { recursive: true });
  const { code, text } = await inCopy(
    ...[scene, copy, "generate", "--rows", "0.01"] as const,
  ).ended;
  assertEquals(code, 0, text);
}

/** Stops a supervisor, with a small program in the services' place, that lacks these files. */
async function downWithout(scene: Scene, files: readonly string[]) {
  await writeRecord(scene, oldRecord());
  const dir = `${scene.state}/local`;
  const { bin } = await python();
  const program = { name: "s3", command: ["sleep", "1000"] };
  await startSupervisor({ dir, bin }, [program], {});
  let pid: number | undefined;
  await until(async () => {
    pid = (await programStates({ dir, bin })).get("s3")?.pid;
    return pid !== undefined;
  }, "the program");
  for (const file of files) await Deno.remove(`${dir}/${file}`);
  const said = await scene.task("down").ended;
  const lives = await Deno.stat(`/proc/${pid}`).then(() => true, () => false);
  if (lives) Deno.kill(pid!, "SIGKILL");
  assert(!lives, "what the supervisor started still runs");
  return said;
}

async function dataIsStopped(scene: Scene): Promise<void> {
  const data = await Deno.readTextFile(`${scene.state}/local/s3/data`);
  assertEquals(data, "trips");
  await statusWorks(scene);
}

/** What a task says while a start of the same folder is under way. */
async function duringStart(scene: Scene, name: "up" | "down"): Promise<Said> {
  // Its preparation takes a while, before anything is started.
  const env = { LAKEHOUSE_CACHE: `${scene.dir}/cache` };
  const first = scene.task("up", [], { env });
  await first.saw("Installing");
  const said = await scene.task(name, [], { env }).ended;
  first.stop();
  await first.ended;
  return said;
}

/** Faults of records, settings, locks and ports. */
export const RECORD_FAULTS: readonly Fault[] = [
  {
    step: "status",
    fault: "the record of the running stack, `stack.json`, is damaged",
    told:
      "Cannot read …/stack.json: the file is damaged. Next: deno task up, which writes it anew",
    after: "the stack's data is not touched",
    async make(scene) {
      await writeRecord(scene, oldRecord().slice(0, 40));
      return await scene.task("status").ended;
    },
    holds: dataIsThere,
  },
  {
    step: "status",
    fault: "the record of the running stack is of another version",
    told:
      "Cannot read …/stack.json: it is not a record of this version. Next: deno task up, which writes it anew",
    after: "the stack's data is not touched",
    async make(scene) {
      await writeRecord(scene, '{"stack": "local", "version": 7}');
      return await scene.task("status").ended;
    },
    holds: dataIsThere,
  },
  {
    step: "query",
    fault: "the machine was switched off while the stack ran",
    told:
      "Cannot reach Trino at http://127.0.0.1:…: nothing answers there. Next: deno task up",
    after: "the stack's data is not touched",
    async make(scene) {
      await writeRecord(scene, oldRecord());
      return await scene.step("query", ["SELECT 1"]).ended;
    },
    holds: dataIsThere,
  },
  {
    step: "down",
    fault: "the supervisor's socket and pid file are left of a dead one",
    told: "The local stack is stopped; its data stays",
    after: "the stack's data is not touched",
    async make(scene) {
      await writeRecord(scene, oldRecord());
      const dir = `${scene.state}/local`;
      await Deno.writeTextFile(`${dir}/supervisord.pid`, "4194303\n");
      await Deno.writeTextFile(`${dir}/supervisord.conf`, "[supervisord]\n");
      Deno.listen({ transport: "unix", path: `${dir}/supervisor.sock` })
        .close();
      await Deno.writeTextFile(`${dir}/supervisor.sock`, "");
      return await scene.task("down").ended;
    },
    async holds(scene) {
      const left = Object.keys(await filesOf(scene.state));
      assertEquals(left.sort(), ["local/s3/data", "local/supervisord.conf"]);
      await statusWorks(scene);
    },
  },
  {
    step: "down",
    fault: "the supervisor outlives the file with its id",
    told: "The local stack is stopped; its data stays",
    after: "nothing runs any more; the stack's data is not touched",
    make: (scene) => downWithout(scene, ["supervisord.pid"]),
    holds: dataIsStopped,
  },
  {
    step: "down",
    fault: "the supervisor outlives its socket and the file with its id",
    told: "The local stack is stopped; its data stays",
    after: "nothing runs any more; the stack's data is not touched",
    make: (scene) => downWithout(scene, ["supervisord.pid", "supervisor.sock"]),
    holds: dataIsStopped,
  },
  {
    step: "up",
    fault: "another program has one of the ports",
    told:
      "Cannot start on port …: another program listens there. Next: end that program, or set S3_PORT to a free port, then deno task up",
    after: "the other program is left alone, and nothing was started",
    async make(scene) {
      const other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const { port } = other.addr as Deno.NetAddr;
      try {
        const env = { S3_PORT: String(port) };
        return await scene.task("up", [], { env }).ended;
      } finally {
        other.close();
      }
    },
    holds: statusWorks,
  },
  {
    step: "up",
    fault: "the state's folder is read-only",
    told:
      "error: Read-only file system …. Next: check the folder, its permissions and the disk's space",
    after: "nothing was started",
    needsDisk: true,
    async make(scene) {
      const disk = await scene.disk("state", 8);
      await disk.readOnly(true);
      scene.notes.set("disk", disk);
      return await scene.task("up").ended;
    },
    async holds(scene) {
      await (scene.notes.get("disk") as Disk).readOnly(false);
      await statusWorks(scene);
    },
  },
  {
    step: "up",
    fault: "the disk of the state is full",
    told:
      "error: No space left on device …. Next: check the folder, its permissions and the disk's space",
    after: "nothing was started",
    needsDisk: true,
    async make(scene) {
      const disk = await scene.disk("state", 8);
      await disk.fill();
      scene.notes.set("disk", disk);
      return await scene.task("up").ended;
    },
    async holds(scene) {
      await (scene.notes.get("disk") as Disk).free();
      await statusWorks(scene);
    },
  },
  {
    step: "generate",
    fault: "an address in `docker/.env` is none",
    told:
      'Cannot use MINIO_HOST "localhost 9000": it is not an http:// or https:// address. Next: set MINIO_HOST to something like http://localhost:9000',
    after: "nothing is written",
    make: (scene) =>
      withSettings(
        scene,
        (path) => Deno.writeTextFile(path, "MINIO_HOST=localhost 9000\n"),
      ),
    holds: worksWithoutSettings,
  },
  {
    step: "generate",
    fault:
      "`docker/.env` is a folder, as Docker makes of a mount without a file",
    told:
      "error: Is a directory …docker/.env'. Next: check the folder, its permissions and the disk's space",
    after: "nothing is written",
    make: (scene) => withSettings(scene, (path) => Deno.mkdir(path)),
    holds: worksWithoutSettings,
  },
  {
    step: "up",
    fault: "another start of the same folder is under way",
    by: "the second",
    told:
      "Cannot start the local stack: a start of the stack (process …, since …) is at it. Next: wait for it, or end it with Ctrl+C in its terminal",
    after: "the first one goes on alone",
    make: (scene) => duringStart(scene, "up"),
    holds: statusWorks,
  },
  {
    step: "down",
    fault: "a start of the same folder is under way",
    told:
      "Cannot stop the local stack: a start of the stack (process …, since …) is at it. Next: wait for it, or end it with Ctrl+C in its terminal",
    after: "the start goes on alone",
    make: (scene) => duringStart(scene, "down"),
    holds: statusWorks,
  },
  {
    step: "install",
    fault: "Ctrl+C in the first installation",
    told: "Stopped by the user",
    after:
      "what is half installed counts for nothing: the next run begins anew",
    async make(scene) {
      const env = { LAKEHOUSE_CACHE: `${scene.dir}/cache` };
      const run = scene.task("up", [], { env });
      await run.saw("Installing");
      return await run.harm(run.stop);
    },
    async holds(scene) {
      const files = Object.keys(await filesOf(`${scene.dir}/cache`));
      assertEquals(files.filter((path) => path.endsWith("/complete")), []);
      const env = { LAKEHOUSE_CACHE: `${scene.dir}/cache` };
      const again = scene.task("up", [], { env });
      await again.saw("Installing");
      await again.harm(again.stop);
      await until(() => scene.left().length === 0, "its end");
    },
  },
  {
    step: "install",
    fault: "the cache's disk is full",
    told:
      "Cannot make a Python environment in …: the disk is full: … are free. Next: free some space, or set LAKEHOUSE_CACHE to a folder on a larger disk, then run the same command again",
    after:
      "what is half installed counts for nothing: the next run begins anew",
    needsDisk: true,
    async make(scene) {
      await (await scene.disk("cache", 4)).fill();
      const env = { LAKEHOUSE_CACHE: `${scene.dir}/cache` };
      return await scene.task("up", [], { env }).ended;
    },
    async holds(scene) {
      const files = Object.keys(await filesOf(`${scene.dir}/cache`));
      assertEquals(files.filter((path) => path.endsWith("/complete")), []);
      await statusWorks(scene);
    },
  },
  {
    step: "install",
    fault: "the cache's folder is another user's",
    told:
      "error: Permission denied …. Next: check the folder, its permissions and the disk's space",
    after: "nothing is written",
    async make(scene) {
      const cache = `${scene.dir}/cache`;
      const how = await scene.forbid(cache);
      const env = { LAKEHOUSE_CACHE: cache };
      return await scene.task("up", [], { ...how, env }).ended;
    },
    async holds(scene) {
      assertEquals(await filesOf(`${scene.dir}/cache`), {});
      await statusWorks(scene);
    },
  },
  {
    step: "install",
    fault:
      "the Python environment lost its interpreter, as when the system's Python was replaced",
    told: "Installing JupyterLab, Spark and the supervisor",
    after: "the environment is made anew; no data is in it",
    async make(scene) {
      const { bin } = await python();
      const cache = `${scene.dir}/cache`;
      const env = { LAKEHOUSE_CACHE: cache };
      const broken = `${cache}/${bin.split("/").at(-2)}`;
      await Deno.mkdir(`${broken}/bin`, { recursive: true });
      await Deno.mkdir(`${broken}/lib/python3.1/site-packages`, {
        recursive: true,
      });
      await Deno.symlink("/usr/bin/python3.1", `${broken}/bin/python`);
      await Deno.writeTextFile(`${broken}/complete`, "");
      const run = scene.task("up", [], { env });
      await run.saw("Installing");
      return await run.harm(run.stop);
    },
    async holds(scene) {
      const files = Object.keys(await filesOf(`${scene.dir}/cache`));
      assertEquals(files.filter((path) => path.endsWith("/complete")), []);
      await statusWorks(scene);
    },
  },
];
