// Secrets of every kind, planted before the notebooks run: afterwards they stand
// nowhere but in files that must hold them, which only their owner reads.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { PROJECT_DIR, settings, stateDir } from "../../lib/core/settings.ts";
import { cacheDir } from "../../stack/install/cache.ts";
import {
  commandLines,
  isLoopback,
  listening,
  processesWith,
} from "../support/processes.ts";
import { taskArguments } from "../../tasks/dev/task.ts";

/** As they stand in the environment while the notebooks run. */
const PLANTED = {
  AWS_SECRET_ACCESS_KEY: "planted/aws+secret-5101",
  AWS_SESSION_TOKEN: "planted/session+token-5102",
  GCS_ACCESS_KEY: "planted-bucket-key-5103",
  GCS_SECRET_KEY: "planted/bucket+secret-5104",
  SODA_APP_TOKEN: "planted-portal-token-5105",
  MINIO_LICENSE: "planted.licence.text-5106",
  JUPYTER_TOKEN: "planted-jupyter-token-5107",
};
/** These are refused where Trino has no TLS, so only failing tasks have them. */
const REFUSED = {
  TRINO_PASSWORD: "planted/trino+password-5108",
  TRINO_TOKEN: "planted-trino-token-5109",
};
const MARK = `planted-mark-${crypto.randomUUID()}`;

/** All forms in which a text may hold one of the secrets. */
const FORMS = [
  settings().secretKey,
  ...Object.values({ ...PLANTED, ...REFUSED }),
].flatMap((secret) => [
  secret,
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
  btoa(secret).replace(/=+$/, ""),
]);

const showing = (text: string) => FORMS.filter((form) => text.includes(form));

interface Home {
  dir: string;
  env: Record<string, string>;
}

/** A home folder of its own, with everything that is cached elsewhere. */
async function home(): Promise<Home> {
  const dir = await Deno.makeTempDir();
  const cache = Deno.env.get("XDG_CACHE_HOME") ??
    `${Deno.env.get("HOME")}/.cache`;
  return {
    dir,
    env: {
      ...PLANTED,
      PLANTED_MARK: MARK,
      HOME: dir,
      XDG_DATA_HOME: `${dir}/.local/share`,
      XDG_CONFIG_HOME: `${dir}/.config`,
      DENO_DIR: Deno.env.get("DENO_DIR") ?? `${cache}/deno`,
      LAKEHOUSE_CACHE: cacheDir(),
      DEBUG: "1",
    },
  };
}

/** Looks at all processes until the end; what they showed, and where they listened. */
function watch(): { end(): Promise<{ shown: string[]; open: string[] }> } {
  const shown = new Set<string>();
  const open = new Set<string>();
  let hasEnded = false;
  const watching = (async () => {
    while (!hasEnded) {
      for (const line of await commandLines()) {
        if (showing(line).length > 0) shown.add(line);
      }
      const own = await processesWith(MARK);
      for (const address of await listening(own)) open.add(address);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  })();
  return {
    async end() {
      hasEnded = true;
      await watching;
      return { shown: [...shown], open: [...open] };
    },
  };
}

async function task(
  name: string,
  args: string[],
  env: Record<string, string>,
): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: taskArguments(name, ...args),
    env,
  }).output();
  const decoder = new TextDecoder();
  return decoder.decode(stdout) + decoder.decode(stderr);
}

/** Files below a folder that are younger than that; links are not followed. */
async function* filesIn(dir: string, since: number): AsyncGenerator<string> {
  for await (const { name, isFile, isDirectory } of Deno.readDir(dir)) {
    const path = `${dir}/${name}`;
    if (isDirectory) yield* filesIn(path, since);
    if (!isFile) continue;
    const { mtime } = await Deno.stat(path).catch(() => ({ mtime: null }));
    if ((mtime?.getTime() ?? 0) >= since) yield path;
  }
}

/** Files with secrets, and whether others can read them. */
async function holding(dirs: string[], since: number): Promise<string[]> {
  const found: string[] = [];
  for (const dir of dirs) {
    for await (const path of filesIn(dir, since)) {
      const { size = 0, mode } = await Deno.stat(path).catch(() => ({
        size: 0,
        mode: 0,
      }));
      if (size > 50e6) continue;
      const bytes = await Deno.readFile(path).catch(() => new Uint8Array());
      if (showing(new TextDecoder("latin1").decode(bytes)).length === 0) {
        continue;
      }
      const rights = ((mode ?? 0) & 0o777).toString(8);
      found.push(`${path} ${rights}`);
    }
  }
  return found.sort();
}

/** Files of the project's folder that a run may write. */
const OWN = ["notebooks", "data", "reports", "docker"];

Deno.test("whole notebooks, their report and JupyterLab leave no secret behind", async () => {
  const since = Date.now() - 1_000;
  const { dir, env } = await home();
  const out = `${dir}/report`;
  const watching = watch();
  const texts: Record<string, string> = {};
  try {
    const notebooks = ["01", "02", "03", "04", "05"].flatMap((number) => [
      "--notebook",
      number,
    ]);
    texts.report = await task("report", ["--out", out, ...notebooks], env);
    assertStringIncludes(texts.report, "index.html");
    texts.doctor = await task("doctor", ["--json"], env);
    // Rows whose evidence is what was asked with keys, right and wrong.
    const asked = ["--only", "access,config,insert", "--out", out];
    texts.compat = await task("compat", asked, env);
    assertStringIncludes(texts.compat, "compat.json");
    texts.status = await task("status", [], env);
    for (const service of ["s3", "catalog", "gateway", "trino"]) {
      texts[service] = await task("logs", [service, "--lines", "2000"], env);
    }
    texts.refused = await task("analyze", [], { ...env, ...REFUSED });
    assertStringIncludes(texts.refused, "error: ");
    texts.wrong = await task("doctor", ["--json"], { ...env, ...REFUSED });
    texts.unasked = await task("compat", asked, { ...env, ...REFUSED });
    texts.download = await task(
      "download",
      ["--source", "bucket", "--months", "no month"],
      env,
    );
    const { open } = await lab(env, dir);
    assert(open.length > 0);
    assertEquals(open.filter((address) => !isLoopback(address)), []);
  } finally {
    const { shown, open } = await watching.end();
    assertEquals(shown, []);
    // Spark, the kernels and what runs the notebooks were seen.
    assert(open.length > 0);
    assertEquals(open.filter((address) => !isLoopback(address)), []);
  }
  for (const [name, text] of Object.entries(texts)) {
    assertEquals(showing(text), [], `${name}: ${text.slice(0, 500)}`);
  }
  const there = [];
  for (const name of OWN) {
    const path = `${PROJECT_DIR}/${name}`;
    if (await Deno.stat(path).then(() => true, () => false)) there.push(path);
  }
  const found = await holding([dir, ...there, cacheDir()], since);
  assertEquals(found.filter((each) => !each.endsWith(" 600")), []);
  // The state is older than this test; S3Proxy reads its keys from a file.
  assertEquals(await holding([stateDir()], 0), [
    `${stateDir()}/local/s3/s3proxy.properties 600`,
  ]);
  await Deno.remove(dir, { recursive: true });
});

/** JupyterLab with a kernel: where all of it listens, and what it keeps. */
async function lab(
  env: Record<string, string>,
  dir: string,
): Promise<{ open: string[] }> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const child = new Deno.Command(Deno.execPath(), {
    args: taskArguments("lab", "--no-browser", `--port=${port}`),
    env,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const api = (path: string, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${port}/api/${path}`, {
      ...init,
      headers: { Authorization: `token ${PLANTED.JUPYTER_TOKEN}` },
      signal: AbortSignal.timeout(10_000),
    });
  try {
    for (let i = 0;; i++) {
      const { ok } = await api("status").catch(() => ({ ok: false }));
      if (ok) break;
      assert(i < 300, "JupyterLab did not start");
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const stranger = await fetch(`http://127.0.0.1:${port}/api/kernels`);
    await stranger.body?.cancel();
    assertEquals(stranger.status, 403);
    const kernel = await api("kernels", {
      method: "POST",
      body: JSON.stringify({ name: "deno" }),
    });
    assertEquals(kernel.status, 201, await kernel.text());
    // Time to bind its ports.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    // What holds its token and the keys of its kernels is its owner's alone.
    const runtime = `${dir}/.local/share/jupyter/runtime`;
    const { mode } = await Deno.stat(runtime);
    assertEquals((mode ?? 0) & 0o077, 0, runtime);
    return { open: await listening(await processesWith(MARK)) };
  } finally {
    child.kill("SIGTERM");
    await child.status;
  }
}
