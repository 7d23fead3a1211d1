/**
 * Runs the local stack's processes under supervisord.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { LakehouseError } from "../../lib/core/errors.ts";
import { run } from "../../lib/core/process.ts";

/** A process to keep running. */
export interface Program {
  /** Its name in `status` and `logs`. */
  name: string;
  /** Program and arguments; no secret may stand here. */
  command: string[];
  /** Variables besides those given to {@linkcode startSupervisor}; no secrets. */
  env?: Record<string, string>;
  /** Seconds it may take to end after SIGTERM. @default {10} */
  stopSeconds?: number;
  /** Where its class archive is, or will be. @default {it can have none} */
  archive?: string;
}

/** Where one supervisor lives. */
export interface Supervisor {
  /** Folder of its configuration, socket and logs, absolute. */
  dir: string;
  /** Folder of supervisor's programs, absolute. */
  bin: string;
}

/** What supervisor says of one process. */
export interface ProgramState {
  /** One of supervisor's states: `RUNNING`, `STARTING`, `BACKOFF`, `FATAL`, `EXITED`, `STOPPED`. */
  state: string;
  /** Process id, when it runs. */
  pid: number | undefined;
}

/** The log file of a program. */
export function logFile(dir: string, name: string): string {
  return `${dir}/logs/${name}.log`;
}

function socketPath(dir: string): string {
  const path = `${dir}/supervisor.sock`;
  // The kernel takes at most 107 bytes for a socket's path.
  if (new TextEncoder().encode(path).length <= 100) return path;
  const id = createHash("sha256").update(dir).digest("hex").slice(0, 16);
  return `${Deno.env.get("XDG_RUNTIME_DIR") || "/tmp"}/lakehouse-${id}.sock`;
}

// Supervisor expands %(name)s in values, and splits commands as a shell does.
const escape = (text: string) => text.replaceAll("%", "%%");
const quote = (word: string) =>
  `"${escape(word).replaceAll(/(["\\])/g, "\\$1")}"`;

/**
 * What a program is started through so that it gets the signal when who started
 * it is killed outright; nothing where the system has no such thing.
 */
export async function parentDeathWrapper(
  signal: "KILL" | "TERM" = "KILL",
): Promise<string[]> {
  for (const path of ["/usr/bin/setpriv", "/bin/setpriv"]) {
    if (await Deno.stat(path).then(() => true, () => false)) {
      return [path, "--pdeathsig", signal, "--"];
    }
  }
  return [];
}

/** The text of `supervisord.conf` for these programs. */
export function supervisorConfig(
  dir: string,
  programs: Program[],
  wrapper: string[] = [],
): string {
  const socket = socketPath(dir);
  const sections = programs.map((
    { name, command, env = {}, stopSeconds = 10 },
  ) =>
    `[program:${name}]
command=${[...wrapper, ...command].map(quote).join(" ")}
environment=${
      Object.entries(env).map(([key, value]) => `${key}=${quote(value)}`).join(
        ",",
      )
    }
autorestart=true
startretries=2
startsecs=2
stopwaitsecs=${stopSeconds}
stopasgroup=true
killasgroup=true
redirect_stderr=true
stdout_logfile=${escape(logFile(dir, name))}
stdout_logfile_maxbytes=20MB
stdout_logfile_backups=1`
  );
  return `[supervisord]
logfile=${escape(dir)}/logs/supervisor.log
logfile_maxbytes=5MB
logfile_backups=1
pidfile=${escape(dir)}/supervisord.pid
childlogdir=${escape(dir)}/logs
directory=${escape(dir)}
umask=077

[unix_http_server]
file=${escape(socket)}
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=unix://${escape(socket)}

${sections.join("\n\n")}
`;
}

async function control(
  { dir, bin }: Supervisor,
  ...args: string[]
): Promise<string> {
  const said: string[] = [];
  await run({
    command: `${bin}/supervisorctl`,
    args: ["-c", `${dir}/supervisord.conf`, ...args],
    onLine: (line) => said.push(line),
  });
  return said.join("\n");
}

/** Reads the lines of `supervisorctl status`; no entry for a line that is none. */
export function parseStatus(text: string): Map<string, ProgramState> {
  const states = new Map<string, ProgramState>();
  for (const line of text.split("\n")) {
    const match = line.match(
      /^(\S+)\s+(RUNNING|STARTING|BACKOFF|FATAL|EXITED|STOPPED|STOPPING|UNKNOWN)\b(?:\s+pid (\d+))?/,
    );
    if (match) {
      states.set(match[1]!, {
        state: match[2]!,
        pid: match[3] ? Number(match[3]) : undefined,
      });
    }
  }
  return states;
}

/** State by program; empty when no supervisor runs. */
export async function programStates(
  supervisor: Supervisor,
): Promise<Map<string, ProgramState>> {
  const there = await Deno.stat(socketPath(supervisor.dir))
    .then(() => true, () => false);
  return there ? parseStatus(await control(supervisor, "status")) : new Map();
}

/**
 * Starts supervisord, which starts every program.
 *
 * @param secrets Variables all programs see, kept out of the configuration file.
 * @throws {LakehouseError} When supervisord does not start.
 */
export async function startSupervisor(
  supervisor: Supervisor,
  programs: Program[],
  secrets: Record<string, string>,
): Promise<void> {
  const { dir, bin } = supervisor;
  await Deno.mkdir(`${dir}/logs`, { recursive: true });
  const config = `${dir}/supervisord.conf`;
  await Deno.writeTextFile(
    config,
    supervisorConfig(dir, programs, await parentDeathWrapper()),
    { mode: 0o600 },
  );
  const said: string[] = [];
  // A terminal's Ctrl+C is not for it: whoever started it sees to that.
  const code = await run({
    command: `${bin}/supervisord`,
    args: ["-c", config],
    env: secrets,
    onLine: (line) => said.push(line),
  });
  if (code !== 0) {
    throw new LakehouseError({
      what: "Cannot start the supervisor",
      why: said.slice(-3).join(" "),
      next:
        `deno task down, then the same command again; its log is ${dir}/logs/supervisor.log`,
    });
  }
}

/** Starts programs that are stopped or gave up. */
export async function startPrograms(
  supervisor: Supervisor,
  names: string[],
): Promise<void> {
  await control(supervisor, "start", ...names);
}

/** Process ids with their command lines, as the system lists them. */
async function* processes(): AsyncGenerator<[pid: number, command: string]> {
  if (Deno.build.os === "linux") {
    for await (const { name } of Deno.readDir("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      const line = await Deno.readTextFile(`/proc/${name}/cmdline`)
        .catch(() => "");
      yield [Number(name), line.replaceAll("\0", " ")];
    }
    return;
  }
  const args = ["-A", "-ww", "-o", "pid=,args="];
  const { stdout } = await new Deno.Command("ps", { args }).output();
  for (const line of new TextDecoder().decode(stdout).split("\n")) {
    yield [parseInt(line), line];
  }
}

/**
 * The supervisor's process, by its command line: it may outlive its socket and
 * the file with its id, and a number in a file may be another's by now.
 */
async function processOf({ dir }: Supervisor): Promise<number | undefined> {
  const words = `supervisord -c ${dir}/supervisord.conf`;
  for await (const [pid, command] of processes()) {
    if (command.trimEnd().endsWith(words)) return pid;
  }
}

/**
 * Stops every program and the supervisor; does nothing when none runs.
 *
 * @param seconds Longest time to wait for them.
 */
export async function stopSupervisor(
  supervisor: Supervisor,
  seconds = 30,
): Promise<void> {
  const pid = await processOf(supervisor);
  if (pid !== undefined) {
    const end = (signal: Deno.Signal) => {
      try {
        Deno.kill(pid, signal);
      } catch {
        // It has ended this moment.
      }
    };
    end("SIGTERM");
    const runs = async () => await processOf(supervisor) === pid;
    for (let i = 0; i < seconds * 10 && await runs(); i++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    // Its programs end with it.
    if (await runs()) end("SIGKILL");
  }
  await Deno.remove(`${supervisor.dir}/supervisord.pid`).catch(() => {});
  await Deno.remove(socketPath(supervisor.dir)).catch(() => {});
}
