/**
 * Who listens on a port of this machine, as `/proc` tells it.
 *
 * @module
 */

const LISTENING = "0A";

/**
 * Inodes of the sockets that listen on a port, from `/proc/net/tcp` or `tcp6`.
 *
 * @example Usage
 * ```ts
 * import { listeningInodes } from "./listener.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const line =
 *   "0: 0100007F:2328 00000000:0000 0A 0:0 00:0 0 1000 0 4711 1";
 * assertEquals(listeningInodes(line, 9000), ["4711"]);
 * ```
 */
export function listeningInodes(text: string, port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return text.split("\n").map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) =>
      state === LISTENING && local?.endsWith(`:${hex}`)
    )
    .map((fields) => fields[9] ?? "");
}

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    // Not Linux, or a process that has just ended.
    return "";
  }
}

function* entries(dir: string): Generator<string> {
  try {
    for (const { name } of Deno.readDirSync(dir)) yield name;
  } catch {
    // Another user's process, or one that has just ended.
  }
}

/** Links of a process's open files: `socket:[4711]`. */
function* openFiles(pid: number): Generator<string> {
  for (const name of entries(`/proc/${pid}/fd`)) {
    try {
      yield Deno.readLinkSync(`/proc/${pid}/fd/${name}`);
    } catch {
      // Closed in between.
    }
  }
}

function parentOf(pid: number): number {
  // The name before the parent's id may hold spaces and brackets.
  const rest = read(`/proc/${pid}/stat`).replace(/^.*\) /s, "");
  return Number(rest.split(" ")[1] ?? 0);
}

/** Process ids, the descendants of `ourPid` and itself apart from the others. */
function processes(ourPid: number | undefined): {
  ours: number[];
  others: number[];
} {
  const parents = new Map<number, number>();
  for (const name of entries("/proc")) {
    if (/^\d+$/.test(name)) parents.set(Number(name), parentOf(Number(name)));
  }
  const isOurs = (pid: number | undefined): boolean => {
    for (let id = pid; id; id = parents.get(id)) {
      if (id === ourPid) return true;
    }
    return false;
  };
  const ours = [...parents.keys()].filter(isOurs);
  return {
    ours,
    others: [...parents.keys()].filter((pid) => !ours.includes(pid)),
  };
}

function canListen(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}

/** By port: `free`, `ours`, or the program that listens there. */
export type Listeners = Map<number, string>;

function withoutProc(ports: number[], ourPid: number | undefined): Listeners {
  // Only a try can tell; whose a taken port is, nobody says.
  const taken = ourPid === undefined ? "another program" : "ours";
  return new Map(ports.map((port) => [port, canListen(port) ? "free" : taken]));
}

/**
 * Who listens on these ports: `free`, `ours` when the program is `ourPid` or a
 * descendant of it, else the program's name and process id, where this user may
 * see them.
 */
export function listeners(ports: number[], ourPid?: number): Listeners {
  const tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(read).join("\n");
  if (tables.trim() === "") return withoutProc(ports, ourPid);
  const portOf = new Map<string, number>(
    ports.flatMap((port) =>
      listeningInodes(tables, port).map((inode) =>
        [`socket:[${inode}]`, port] as const
      )
    ),
  );
  const taken = new Set(portOf.values());
  const owners: Listeners = new Map(
    ports.map((port) => [port, taken.has(port) ? "" : "free"]),
  );
  const look = (pid: number, owner: () => string) => {
    for (const link of openFiles(pid)) {
      const port = portOf.get(link);
      if (port !== undefined) owners.set(port, owner());
    }
  };
  const isKnown = () => [...owners.values()].every((owner) => owner !== "");
  const { ours, others } = processes(ourPid);
  for (const pid of ours) look(pid, () => "ours");
  for (const pid of others) {
    if (isKnown()) break;
    const name = () => read(`/proc/${pid}/comm`).trim() || "a program";
    look(pid, () => `${name()} (process ${pid})`);
  }
  for (const [port, owner] of owners) {
    if (owner === "") owners.set(port, "a program of another user");
  }
  return owners;
}
