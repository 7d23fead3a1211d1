/**
 * JupyterLab as `deno task lab` starts it, on a copy of this project, so that
 * the notebooks in git never get outputs.
 *
 * @module
 */

import { PROJECT_DIR } from "../../lib/core/settings.ts";

/** A running JupyterLab. */
export interface Lab {
  /** Folder of the copy, absolute. */
  dir: string;
  /** Address of a notebook, with the token. */
  address(notebook: string): string;
  /** Asks the server's own API; `path` is below `/api/`. */
  api(path: string, method?: string): Promise<Response>;
  /** What the server said so far, without the token. */
  log(): string;
  /** Ends it, and its kernels. */
  stop(): Promise<void>;
}

const START_SECONDS = 90;
/** What a fresh clone does not have, and what a test must not write to. */
const LEFT_OUT = /^(\.git|\.state.*|data|reports|docker|node_modules)$/;

async function copyProject(to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name } of Deno.readDir(PROJECT_DIR)) {
    if (LEFT_OUT.test(name)) continue;
    const { success } = await new Deno.Command("cp", {
      args: ["-R", `${PROJECT_DIR}/${name}`, `${to}/`],
    }).output();
    if (!success) throw new Error(`Cannot copy ${name}`);
  }
  // It may hold `.env`, of which there shall be no second one.
  await Deno.symlink(`${PROJECT_DIR}/docker`, `${to}/docker`);
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

/** Folders of Jupyter's own, so that the user's settings play no part. */
function jupyterDirs(dir: string): Record<string, string> {
  return {
    JUPYTER_CONFIG_DIR: `${dir}/config`,
    JUPYTER_DATA_DIR: `${dir}/data`,
    JUPYTER_RUNTIME_DIR: `${dir}/runtime`,
    JUPYTERLAB_SETTINGS_DIR: `${dir}/settings`,
    JUPYTERLAB_WORKSPACES_DIR: `${dir}/workspaces`,
  };
}

/** Starts JupyterLab on a new copy of the project in `home`. */
export async function startLab(home: string): Promise<Lab> {
  const dir = `${home}/project`;
  await Deno.remove(home, { recursive: true }).catch(() => {});
  await copyProject(dir);
  const port = freePort();
  const token = crypto.randomUUID();
  const base = `http://127.0.0.1:${port}`;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-lock",
      `${dir}/tasks/jupyter/lab.ts`,
      "--no-browser",
      `--port=${port}`,
    ],
    env: {
      NO_COLOR: "1",
      ...jupyterDirs(`${home}/jupyter`),
      JUPYTER_TOKEN: token,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let text = "";
  let hasEnded = false;
  child.status.then(() => hasEnded = true);
  for (const stream of [child.stdout, child.stderr]) {
    stream.pipeThrough(new TextDecoderStream())
      .pipeTo(new WritableStream({ write: (chunk) => void (text += chunk) }));
  }
  const lab: Lab = {
    dir,
    address: (notebook) => `${base}/lab/tree/${notebook}?reset&token=${token}`,
    api: (path, method = "GET") =>
      fetch(`${base}/api/${path}`, {
        method,
        headers: { Authorization: `token ${token}` },
        signal: AbortSignal.timeout(10_000),
      }),
    log: () => text.replaceAll(token, "…"),
    async stop() {
      if (!hasEnded) child.kill("SIGTERM");
      await child.status;
    },
  };
  for (let i = 0; i < START_SECONDS * 5 && !hasEnded; i++) {
    const up = await lab.api("status").then(
      async (response) => (await response.body?.cancel(), response.ok),
      () => false,
    );
    if (up) return lab;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await lab.stop();
  throw new Error(`JupyterLab did not start:\n${lab.log().slice(-2_000)}`);
}
