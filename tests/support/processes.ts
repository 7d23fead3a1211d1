/**
 * What `/proc` tells everybody of processes: their command lines, and where they
 * listen.
 *
 * @module
 */

/** What a file of each process in `/proc` holds, by the process's id. */
async function texts(file: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    // It may have ended, or be somebody else's.
    const text = await Deno.readTextFile(`/proc/${name}/${file}`)
      .catch(() => "");
    if (text !== "") found.set(name, text);
  }
  return found;
}

/** Command lines of all processes, which everybody sees. */
export async function commandLines(): Promise<string[]> {
  return [...(await texts("cmdline")).values()];
}

/** Processes that have the text in their environment. */
export async function processesWith(text: string): Promise<string[]> {
  return [...await texts("environ")].filter(([, read]) => read.includes(text))
    .map(([pid]) => pid);
}

/** Processes that work in a folder or below it. */
export async function processesIn(dir: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const cwd = await Deno.readLink(`/proc/${name}/cwd`).catch(() => "");
    if (cwd.startsWith(dir)) found.push(name);
  }
  return found;
}

async function sockets(pid: string): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const { name } of Deno.readDir(`/proc/${pid}/fd`)) {
      const link = await Deno.readLink(`/proc/${pid}/fd/${name}`)
        .catch(() => "");
      const inode = link.match(/^socket:\[(\d+)\]$/)?.[1];
      if (inode) found.push(inode);
    }
  } catch {
    // It has ended, or is somebody else's.
  }
  return found;
}

/** Addresses at which the processes listen, as `/proc/net` writes them. */
export async function listening(pids: readonly string[]): Promise<string[]> {
  const own = new Set((await Promise.all(pids.map(sockets))).flat());
  const open: string[] = [];
  for (const table of ["tcp", "tcp6"]) {
    const lines = await Deno.readTextFile(`/proc/net/${table}`)
      .catch(() => "");
    for (const line of lines.split("\n")) {
      const [, local = "", , state, , , , , , inode = ""] = line.trim()
        .split(/\s+/);
      if (state === "0A" && own.has(inode)) open.push(local.split(":")[0]!);
    }
  }
  return open;
}

/** Whether only this machine can reach the address. */
export function isLoopback(address: string): boolean {
  return address === "0100007F" || address.endsWith("FFFF00000100007F") ||
    address === "00000000000000000000000001000000";
}
