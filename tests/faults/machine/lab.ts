/**
 * Faults of JupyterLab and of the task that opens it.
 *
 * @module
 */

import { assert } from "@std/assert";
import { closedPort } from "../../support/env.ts";
import type { Fault } from "../fault.ts";
import { type Running, type Said, type Scene, until } from "../scene.ts";

/** JupyterLab with a kernel that runs. */
async function lab(scene: Scene, asked = closedPort()): Promise<Running> {
  const env = {
    JUPYTER_RUNTIME_DIR: `${scene.dir}/runtime`,
    JUPYTER_DATA_DIR: `${scene.dir}/data`,
  };
  const run = scene.task(
    "lab",
    ["--no-browser", "--port", String(asked)],
    { env },
  );
  await run.saw("?token=");
  const [, port, token] = run.text().match(/:(\d+)\/\S*\?token=([0-9a-f]+)/) ??
    [];
  assert(token, run.text());
  // It tells its address before it listens.
  await until(async () => {
    const response = await fetch(`http://127.0.0.1:${port}/api/kernels`, {
      method: "POST",
      headers: { authorization: `token ${token}` },
      body: JSON.stringify({ name: "deno" }),
    }).catch(() => undefined);
    await response?.body?.cancel();
    return response?.status === 201;
  }, "JupyterLab's answer");
  const isKernel = ({ command }: { command: string }) =>
    command.includes("--kernel");
  await until(() => scene.left().some(isKernel), "a kernel");
  return run;
}

/** The process of JupyterLab itself. */
function server(scene: Scene): number {
  const found = scene.left().find(({ command }) =>
    /python\S* \S*jupyter-lab|jupyter lab/.test(command)
  );
  assert(found, scene.left().map(({ command }) => command).join("\n"));
  return found.pid;
}

/** It opens again, and ends as it should. */
async function opensAgain(scene: Scene): Promise<void> {
  const run = await lab(scene);
  run.stop();
  await until(() => scene.left().length === 0, "its end", 20);
}

const ends = async (
  scene: Scene,
  harm: (run: Running) => unknown,
): Promise<Said> => {
  const run = await lab(scene);
  return await run.harm(() => harm(run));
};

const AFTER = "its kernels end with it; the notebooks are as they were saved";

/** Faults of `deno task lab`. */
export const LAB_FAULTS: readonly Fault[] = [
  {
    step: "lab",
    fault: "JupyterLab is killed",
    told:
      "JupyterLab has ended: something killed it, as happens when memory runs out. Next: deno task lab; what was saved is there, and the kernels ended with it",
    after: AFTER,
    make: (scene) => ends(scene, () => Deno.kill(server(scene), "SIGKILL")),
    holds: opensAgain,
  },
  {
    step: "lab",
    fault: "another program has its port",
    isLong: true,
    goesOn: true,
    told: "…?token=…",
    after: "it takes the next free one, and tells it",
    async make(scene) {
      const port = closedPort();
      using _other = Deno.listen({ hostname: "127.0.0.1", port });
      const run = await lab(scene, port);
      assert(!run.text().includes(`:${port}/`), run.text());
      return await run.harm(() => run.stop());
    },
    holds: opensAgain,
  },
  {
    step: "lab",
    fault: "its task is killed",
    isLong: true,
    by: "JupyterLab's log",
    told: "received signal 15, stopping",
    after: AFTER,
    async make(scene) {
      const run = await lab(scene);
      const said = await run.harm(() => run.kill("SIGKILL"));
      await until(() => scene.left().length === 0, "JupyterLab's end", 10);
      const text = run.text();
      const heard = [{ seconds: said.seconds, letters: text.length }];
      return { ...said, text, heard };
    },
    holds: opensAgain,
  },
];
