/**
 * On what the bench ran: machine, versions, stack. No name of a host.
 *
 * @module
 */

import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { runFacts } from "../../tasks/report/run_facts.ts";

/** A machine without its name. */
export interface Machine {
  /** Model of the processor. */
  cpu: string;
  /** Cores that programs may use. */
  cores: number;
  /** Memory in bytes. */
  memory: number;
  /** Operating system with its version, and the kernel's. */
  os: string;
  /** Processes that wanted a core in the minute before the bench: 0 on a quiet machine. */
  load: number;
}

const textOf = (path: string) => Deno.readTextFile(path).catch(() => "");

/** This machine as it stands now. */
export async function machine(): Promise<Machine> {
  const cpu = (await textOf("/proc/cpuinfo")).match(/^model name\s*:\s*(.+)$/m);
  const name = (await textOf("/etc/os-release"))
    .match(/^PRETTY_NAME="?([^"\n]+)/m);
  return {
    cpu: cpu?.[1] ?? Deno.build.arch,
    cores: navigator.hardwareConcurrency,
    memory: Deno.systemMemoryInfo().total,
    os: `${name?.[1] ?? Deno.build.os}, kernel ${Deno.osRelease()}`,
    load: Deno.loadavg()[0] ?? 0,
  };
}

/** The version of an npm package, as `deno.json` pins it. */
async function npmVersion(name: string): Promise<string> {
  const { imports } = JSON.parse(
    await Deno.readTextFile(`${PROJECT_DIR}/deno.json`),
  );
  return imports[name]?.match(/@(\d[^@/]*)$/)?.[1] ?? "unknown";
}

async function commit(): Promise<Record<string, string>> {
  const git = async (...args: string[]) => {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["-C", PROJECT_DIR, ...args],
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : "";
  };
  try {
    const hash = await git("rev-parse", "--short", "HEAD");
    const changed = await git("status", "--porcelain", "--", "lib", "spark");
    return hash ? { commit: hash + (changed ? " with changes" : "") } : {};
  } catch {
    return {};
  }
}

/** The stack as reports tell of it, and the versions of what is this side of it. */
export async function versions(): Promise<
  { note: string; versions: Record<string, string> }
> {
  const { note, facts } = await runFacts(new Date());
  // The trips table of the stack is none of the bench's.
  const shown = facts.filter(([name]) => name !== "Rows in the table");
  return {
    note,
    versions: {
      ...await commit(),
      ...Object.fromEntries(shown),
      Deno: Deno.version.deno,
      polars: await npmVersion("nodejs-polars"),
      DuckDB: await npmVersion("@duckdb/node-api"),
    },
  };
}
