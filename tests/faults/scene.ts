/**
 * Where a fault takes place: folders, variables and programs of its own.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { taskArguments } from "../../tasks/dev/task.ts";
import { type Disk, mountDisk, unmountDisk } from "./disk.ts";

export type { Disk } from "./disk.ts";

/** What was said after the fault, and how long after it. */
export interface Said {
  /** All the words. */
  text: string;
  /** Seconds from the fault to the end of who said it. */
  seconds: number;
  /** The exit code of who said it. */
  code: number;
  /** How many letters were there after how many seconds. */
  heard: readonly { seconds: number; letters: number }[];
}

/** A program of the scene that runs. */
export interface Running {
  readonly pid: number;
  /** What it has said. */
  text(): string;
  /** Resolves when its words have these in them; fails when it ends before. */
  saw(words: string): Promise<void>;
  /** Sends a signal to it alone. */
  kill(signal: Deno.Signal): void;
  /** Ctrl+C in its terminal: to it and to its children. */
  stop(): void;
  /** Its end; seconds count from `harm`, or from its start. */
  ended: Promise<Said>;
  /** Does harm now; the seconds until something is said count from here. */
  harm(how: () => unknown): Promise<Said>;
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** How many programs want each core: so much longer everything takes. */
export function load(): number {
  const [wanting = 0] = Deno.loadavg();
  return Math.max(1, wanting / navigator.hardwareConcurrency);
}

/** Waits until it is so, for so many seconds of a machine that is not busy. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  what: string | (() => string),
  seconds = 60,
): Promise<void> {
  const started = performance.now();
  while (performance.now() - started < seconds * 1000 * load()) {
    if (await isSo()) return;
    await sleep(50);
  }
  const said = typeof what === "string" ? what : what();
  throw new Error(`It never came to this: ${said}`);
}

/** How a program is started. */
export interface StartOptions {
  /** Variables besides those of the scene. */
  env?: Record<string, string>;
  /** A program that starts it, with its arguments. */
  through?: readonly string[];
  /** Whether what it starts is to stay, as a stack is. @default {false} */
  stays?: boolean;
}

/** The folders, variables and programs of one fault. */
export class Scene implements AsyncDisposable {
  readonly #id = crypto.randomUUID();
  readonly #mounted: string[] = [];
  /** What a fault keeps from its making for what is to hold. */
  readonly notes = new Map<string, unknown>();

  private constructor(
    readonly dir: string,
    readonly env: Record<string, string>,
  ) {}

  /** A new one; `env` names another stack than its own empty one. */
  static async make(env?: Record<string, string>): Promise<Scene> {
    const dir = await Deno.makeTempDir({ prefix: "fault-" });
    return new Scene(dir, {
      ...{ STACK: "local", LAKEHOUSE_STATE: `${dir}/state` },
      PARQUET_DIR: `${dir}/parquet`,
      ...env,
      LAKEHOUSE_TRAIN: "0",
      NO_COLOR: "1",
    });
  }

  get parquet(): string {
    return `${this.dir}/parquet`;
  }

  get state(): string {
    return this.env.LAKEHOUSE_STATE!;
  }

  /** Starts a task of the project. */
  task(name: string, args: string[] = [], options?: StartOptions): Running {
    return this.start(
      [Deno.execPath(), ...taskArguments(name, ...args)],
      options,
    );
  }

  /** Starts one step of the library's; see step.ts. */
  step(name: string, args: string[] = [], options?: StartOptions): Running {
    const file = `${PROJECT_DIR}/tests/faults/step.ts`;
    return this.start(
      [Deno.execPath(), "run", "-A", file, name, ...args],
      options,
    );
  }

  /** Brings the scene's stack up again; it must succeed. */
  async up(): Promise<string> {
    const { code, text } = await this.task("up", [], { stays: true }).ended;
    assertEquals(code, 0, text);
    return text;
  }

  /** Runs a task that must succeed. */
  async works(name: string, ...args: string[]): Promise<string> {
    const { code, text } = await this.task(name, args).ended;
    assertEquals(code, 0, text);
    return text;
  }

  /** Runs a step that must succeed. */
  async stepWorks(name: string, ...args: string[]): Promise<string> {
    const { code, text } = await this.step(name, args).ended;
    assertEquals(code, 0, text);
    return text;
  }

  start(words: readonly string[], options: StartOptions = {}): Running {
    const [command = "", ...args] = [...options.through ?? [], ...words];
    const child = spawn(command, args, {
      cwd: PROJECT_DIR,
      env: {
        ...Deno.env.toObject(),
        ...this.env,
        ...options.env,
        FAULT_SCENE: options.stays ? "none" : this.#id,
      },
      stdio: ["ignore", "pipe", "pipe"],
      // A terminal's group of its own.
      detached: true,
    });
    let [text, since, isOver] = ["", performance.now(), false];
    const heard: { at: number; letters: number }[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        heard.push({ at: performance.now(), letters: text.length });
      });
    }
    // Not "close": a grandchild that lives on holds its output open.
    const ended = once(child, "exit").then(async ([code, signal]) => {
      const seconds = (performance.now() - since) / 1000;
      await sleep(100);
      isOver = true;
      return {
        ...{ text, seconds, code: code ?? (signal ? 128 : 1) },
        heard: heard.map(({ at, letters }) => ({
          ...{ letters, seconds: (at - since) / 1000 },
        })),
      };
    });
    const pid = child.pid!;
    return {
      pid,
      text: () => text,
      ended,
      saw: (words) =>
        until(() => {
          assert(!isOver, `It ended without "${words}": ${text}`);
          return text.includes(words);
        }, () => `"${words}" in: ${text}`),
      kill: (signal) => Deno.kill(pid, signal),
      stop: () => Deno.kill(-pid, "SIGINT"),
      async harm(how) {
        since = performance.now();
        await how();
        return await ended;
      },
    };
  }

  /** Processes of this scene's programs that are still there. */
  left(): { pid: number; command: string }[] {
    const found = [];
    for (const { name } of Deno.readDirSync("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      try {
        const read = (file: string) =>
          Deno.readTextFileSync(`/proc/${name}/${file}`);
        if (!read("environ").includes(`FAULT_SCENE=${this.#id}`)) continue;
        const command = read("cmdline").replaceAll("\0", " ");
        if (command) found.push({ pid: Number(name), command });
      } catch {
        // It has ended, or is another user's.
      }
    }
    return found;
  }

  /** A file system of so many megabytes at `name` in the scene's folder. */
  async disk(name: string, megabytes: number): Promise<Disk> {
    const path = `${this.dir}/${name}`;
    const disk = await mountDisk(path, megabytes);
    this.#mounted.push(path);
    return disk;
  }

  /** Puts a folder beyond this user's right to write; how to start a program that feels it. */
  async forbid(path: string): Promise<StartOptions> {
    await Deno.mkdir(path, { recursive: true });
    if (Deno.uid() !== 0) {
      await Deno.chmod(path, 0o555);
      return {};
    }
    await Deno.chown(path, 65534, 65534);
    const caps = "-dac_override,-dac_read_search";
    return {
      through: ["setpriv", `--bounding-set=${caps}`, `--inh-caps=${caps}`],
    };
  }

  /** Gives that right back. */
  async allow(path: string): Promise<void> {
    if (Deno.uid() === 0) await Deno.chown(path, 0, 0);
    else await Deno.chmod(path, 0o755);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { pid } of this.left()) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch {
        // It has ended.
      }
    }
    for (const path of this.#mounted) await unmountDisk(path);
    await Deno.remove(this.dir, { recursive: true }).catch(() => {});
  }
}

/** Each file below a folder with what its bytes are; empty where there is none. */
export async function filesOf(dir: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const walk = async (at: string) => {
    for await (const { name, isDirectory, isFile } of Deno.readDir(at)) {
      const path = `${at}/${name}`;
      if (isDirectory) await walk(path);
      else if (isFile) {
        found[path.slice(dir.length + 1)] = createHash("sha256")
          .update(await Deno.readFile(path)).digest("hex");
      }
    }
  };
  await walk(dir).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  return found;
}
