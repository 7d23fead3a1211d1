/**
 * What `/proc` knows of a process and those it started: memory and processor
 * time, watched while they run.
 *
 * @module
 */

/** How often the processes are looked at, in milliseconds. */
const LOOK_MS = 50;
/** New children are looked for at every so many looks. */
const TREE_EVERY = 4;
/** The kernel counts processor time in hundredths of a second. */
const TICKS = 100;

/** What a tree of processes used. */
export interface Usage {
  /**
   * Most resident memory in bytes: of all processes together as sampled, or of
   * the largest one by the kernel's own high-water mark where that is more.
   */
  rss: number;
  /** Seconds of processor time, up to the last look before each one's end. */
  cpu: number;
}

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    // It has ended, or is not ours to look at.
    return "";
  }
}

/** Children of a process; each of its threads may have started some. */
function childrenOf(pid: number): number[] {
  let threads: string[];
  try {
    threads = [...Deno.readDirSync(`/proc/${pid}/task`)].map(({ name }) =>
      name
    );
  } catch {
    return [];
  }
  return threads.flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`).split(" ").filter(Boolean)
      .map(Number)
  );
}

/** A process and all that descend from it. */
export function processTree(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(processTree)];
}

/** Resident memory now and at most, in bytes; zeros when it has ended. */
export function memoryOf(pid: number): { now: number; most: number } {
  const status = read(`/proc/${pid}/status`);
  const field = (name: string) =>
    Number(status.match(new RegExp(`^${name}:\\s+(\\d+) kB`, "m"))?.[1] ?? 0) *
    1024;
  return { now: field("VmRSS"), most: field("VmHWM") };
}

/** Seconds of processor time that a process has used; 0 when it has ended. */
function cpuOf(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  // The name may hold anything, so count from the bracket that ends it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS;
}

/** Watches a process and its descendants until {@linkcode Watch.end}. */
export interface Watch {
  /** Ends the watching; what was used until then. */
  end(): Usage;
}

/** Begins to watch a process and all that descend from it. */
export function watchTree(root: number): Watch {
  const cpu = new Map<number, number>();
  let pids = [root];
  let looks = 0;
  let rss = 0;
  const look = () => {
    if (looks++ % TREE_EVERY === 0) pids = processTree(root);
    let sum = 0;
    for (const pid of pids) {
      const { now, most } = memoryOf(pid);
      sum += now;
      rss = Math.max(rss, most);
      cpu.set(pid, Math.max(cpu.get(pid) ?? 0, cpuOf(pid)));
    }
    rss = Math.max(rss, sum);
  };
  look();
  const timer = setInterval(look, LOOK_MS);
  return {
    end() {
      clearInterval(timer);
      return { rss, cpu: [...cpu.values()].reduce((sum, one) => sum + one, 0) };
    },
  };
}
