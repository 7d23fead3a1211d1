// Attacks on the services of the local stack, over the wire.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { settings, stateDir } from "../../lib/core/settings.ts";
import { ask } from "../../lib/trino/ask.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { localPorts } from "../../stack/local/ports.ts";
import { goodRequests } from "../attacks/clients.ts";
import { attacksOn } from "../attacks/mutations.ts";
import { sendRaw } from "../attacks/wire.ts";
import { isLoopback, listening, processesIn } from "../support/processes.ts";
import { taskArguments } from "../../tasks/dev/task.ts";

const keys = () => {
  const { accessKey, secretKey } = settings();
  return { accessKey, secretKey };
};

Deno.test("the gateway refuses every attack on what the clients send", async () => {
  await ensureWarehouse(catalog());
  const port = localPorts().CATALOG_PORT;
  const goods = goodRequests(port, settings().warehouse, keys());
  for (const { name, request } of goods) {
    // Whether there is such a table or not: it came through to the catalog.
    const { statuses: [status = 0], text } = await sendRaw(port, request);
    assert(status < 500 && status !== 403, `${name}: ${text}`);
  }
  const refusals = [400, 403, 405, 408, 413, 414, 421, 429, 431];
  const attacks = goods.flatMap(attacksOn);
  const wrong: string[] = [];
  for (let at = 0; at < attacks.length; at += 32) {
    await Promise.all(
      attacks.slice(at, at + 32).map(async ({ name, request }) => {
        const { statuses, ms } = await sendRaw(port, request);
        const isRefused = statuses.length > 0 &&
          statuses.every((status) => refusals.includes(status));
        if (!isRefused || ms > 4_900) wrong.push(`${statuses}: ${name}`);
      }),
    );
  }
  assertEquals(wrong, []);
});

Deno.test("the catalog behind the gateway answers nobody else", async () => {
  const { CATALOG_BACKEND_PORT: port, CATALOG_PORT } = localPorts();
  const { warehouse } = settings();
  const { secretKey } = keys();
  const headers = [
    undefined,
    "",
    "Bearer",
    `Bearer ${secretKey}`,
    `Bearer ${"0".repeat(64)}`,
    `Basic ${btoa(`testadmin:${secretKey}`)}`,
  ];
  const target = `/${warehouse}/v1/namespaces`;
  const body = new Uint8Array();
  const host = ["host", `127.0.0.1:${port}`] as const;
  for (const value of headers) {
    for (
      const path of [target, "/", "/v1/config", `//${warehouse}/v1/config`]
    ) {
      const { statuses } = await sendRaw(port, {
        method: "GET",
        target: path,
        headers: value === undefined
          ? [host]
          : [host, ["authorization", value]],
        body,
      });
      // Jetty itself refuses two slashes.
      const expected = path.startsWith("//") ? 400 : 403;
      assertEquals(statuses, [expected], `${path} ${value}`);
    }
  }
  // Nor does it take what the gateway would: a right signature.
  for (
    const { name, request } of goodRequests(CATALOG_PORT, warehouse, keys())
  ) {
    const { statuses } = await sendRaw(port, request);
    assertEquals(statuses, [403], name);
  }
});

Deno.test("no service answers a page under whose name it was reached", async () => {
  const ports = localPorts();
  const ask = (port: number, method: string, target: string) =>
    sendRaw(port, {
      method,
      target,
      headers: [
        ["host", "evil.example"],
        ["x-trino-user", "page"],
        ["origin", "http://evil.example"],
      ],
      body: new TextEncoder().encode(method === "POST" ? "SELECT 1" : ""),
    });
  const refused: Record<string, Awaited<ReturnType<typeof ask>>> = {
    gateway: await ask(ports.CATALOG_PORT, "GET", "/healthz"),
    catalog: await ask(ports.CATALOG_BACKEND_PORT, "GET", "/v1/config"),
    s3: await ask(ports.S3_PORT, "GET", "/"),
    trino: await ask(ports.TRINO_PORT, "POST", "/v1/statement"),
    "trino's pages": await ask(ports.TRINO_PORT, "GET", "/ui/"),
  };
  for (const [name, { statuses, text }] of Object.entries(refused)) {
    assert(
      statuses.length > 0 && statuses.every((status) => status >= 400),
      `${name}: ${text.slice(0, 300)}`,
    );
  }
});

Deno.test("no process of the stack listens beyond loopback, on whatever port", async () => {
  const open = await listening(await processesIn(`${stateDir()}/local`));
  assert(open.length >= 4, `${open}`);
  assertEquals(open.filter((address) => !isLoopback(address)), []);
});

const PLANTED = {
  SODA_APP_TOKEN: "planted-portal-token-4711",
  GCS_ACCESS_KEY: "planted-bucket-key-4712",
  GCS_SECRET_KEY: "planted-bucket-secret-4713",
  MINIO_LICENSE: "planted-licence-4714",
  AWS_SESSION_TOKEN: "planted-session-4715",
  AWS_SECRET_ACCESS_KEY: "planted-aws-secret-4716",
  TRINO_PASSWORD: "planted-password-4717",
};

async function task(name: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: taskArguments(name, ...args),
    env: { ...PLANTED, DEBUG: "1" },
  }).output();
  const decoder = new TextDecoder();
  return decoder.decode(stdout) + decoder.decode(stderr);
}

/** Files below a folder; links are not followed. */
async function* filesIn(dir: string): AsyncGenerator<string> {
  for await (const { name, isFile, isDirectory } of Deno.readDir(dir)) {
    if (isFile) yield `${dir}/${name}`;
    if (isDirectory) yield* filesIn(`${dir}/${name}`);
  }
}

Deno.test("no secret shows in a command line, a log, an answer, or a file for others", async () => {
  await ensureTrinoCatalog();
  await ask("SHOW SCHEMAS");
  const { secretKey } = keys();
  const secrets = [secretKey, ...Object.values(PLANTED)].flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
  ]);
  const showing = (text: string) =>
    secrets.filter((secret) => text.includes(secret));
  const [ps, doctor, status, analyze, up] = await Promise.all([
    new Deno.Command("ps", { args: ["-eo", "args"] }).output()
      .then(({ stdout }) => new TextDecoder().decode(stdout)),
    task("doctor", "--json"),
    task("status"),
    task("download", "--source", "bucket", "--months", "no month"),
    task("up"),
  ]);
  const trino = await fetch(`${settings().trinoUri}/v1/query`, {
    headers: { "x-trino-user": "admin" },
  });
  const queries = await trino.text();
  assertStringIncludes(queries, "queryId");
  for (const text of [ps, doctor, status, analyze, up, queries]) {
    assertEquals(showing(text), [], text.slice(0, 500));
  }
  const holding: string[] = [];
  for await (const path of filesIn(stateDir())) {
    const { size, mode } = await Deno.stat(path);
    if (size > 50e6) continue;
    const text = new TextDecoder("latin1").decode(await Deno.readFile(path));
    if (showing(text).length === 0) continue;
    holding.push(path.slice(stateDir().length));
    assertEquals((mode ?? 0) & 0o077, 0, path);
  }
  // S3Proxy reads its keys from a file, which only its user can read.
  assertEquals(holding, ["/local/s3/s3proxy.properties"]);
});
