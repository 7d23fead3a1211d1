/**
 * Checks of what this machine needs to have: Python, the kernel, Java, jars.
 *
 * @module
 */

import { PROJECT_DIR } from "../../../lib/core/settings.ts";
import {
  findJava,
  type JavaNeed,
  parseRelease,
} from "../../../stack/install/java.ts";
import { artifactState, LOCAL_SETS } from "../../../stack/install/maven.ts";
import { run } from "../../../lib/core/process.ts";
import { findPython, systemPython } from "../../../stack/install/python.ts";
import type { Check, Outcome } from "../check.ts";

const GROUP = "tools";
const REQUIREMENTS = `${PROJECT_DIR}/jupyter/requirements.txt`;

/** Version of the kernel that `requirements.txt` pins. */
export function pinnedDeno(requirements: string): string {
  return requirements.match(/^deno==([\d.]+)/m)?.[1] ?? "";
}

/** Whether the notebooks' kernel is the pinned one; `text` is `deno --version`. */
export function kernelVerdict(text: string, pinned: string): Outcome {
  const version = text.match(/^deno ([\d.]+)/m)?.[1];
  return version === pinned
    ? { status: "passed", text: `Deno ${version}, the pinned one` }
    : {
      status: "failed",
      text: version
        ? `Deno ${version} instead of ${pinned}: later kernels lose outputs`
        : `${text.trim().split("\n")[0] || "its deno says nothing"}`,
      next: "remove the cache's python folders, then deno task up",
    };
}

/** Whether the jars are there, or will be fetched. */
export function jarsVerdict(total: number, missing: number): Outcome {
  if (missing === 0) {
    return { status: "passed", text: `all ${total} are there` };
  }
  return {
    status: "skipped",
    text: `${missing} of ${total} will be fetched by deno task up`,
  };
}

async function output(
  command: string,
  args: string[],
  signal: AbortSignal,
): Promise<string> {
  const lines: string[] = [];
  const onLine = (line: string) => lines.push(line);
  await run({ command, args, signal, onLine });
  return lines.join("\n");
}

async function lookAtPython(signal: AbortSignal): Promise<Outcome> {
  const python = await findPython();
  if (python) {
    const version = await output(`${python.bin}/python`, ["-V"], signal);
    return { status: "passed", text: `${version} in ${python.bin}` };
  }
  const found = await systemPython();
  return {
    status: "skipped",
    text: `its packages will be installed by deno task up, with ${found}`,
    effect: "the Python packages are not installed yet",
  };
}

async function lookAtJava(need: JavaNeed): Promise<Outcome> {
  const home = await findJava(need);
  if (!home) {
    return {
      status: "skipped",
      text: `Java ${need.versions[0]} will be fetched by deno task up`,
      effect: `there is no Java for ${need.of} yet`,
    };
  }
  const release = await Deno.readTextFile(`${home}/release`);
  return {
    status: "passed",
    text: `Java ${parseRelease(release).version} in ${home}`,
  };
}

async function lookAtKernel(signal: AbortSignal): Promise<Outcome> {
  const python = await findPython();
  const pinned = pinnedDeno(await Deno.readTextFile(REQUIREMENTS));
  const text = python
    ? await output(`${python.bin}/deno`, ["--version"], signal)
    : "";
  return kernelVerdict(text, pinned);
}

/** Check of the Python environment, and of the kernel in it. */
export function pythonChecks(): Check[] {
  return [
    { name: "Python", group: GROUP, run: lookAtPython },
    {
      name: "kernel",
      group: GROUP,
      needs: ["Python"],
      run: lookAtKernel,
    },
  ];
}

/** Check of the Java that a program needs. */
export function javaCheck(need: JavaNeed): Check {
  return {
    name: `Java for ${need.of}`,
    group: GROUP,
    run: () => lookAtJava(need),
  };
}

/** Check of the downloads. */
export function jarsCheck(): Check {
  return {
    name: "jars",
    group: GROUP,
    run: async () => {
      const { total, missing } = await artifactState(LOCAL_SETS);
      return jarsVerdict(total, missing.length);
    },
  };
}
