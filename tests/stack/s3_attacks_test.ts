// Attacks on the local stack's object store, over the wire: whoever has not the
// keys, or changes what was signed, reads and writes nothing.

import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { settings, stateDir } from "../../lib/core/settings.ts";
import { localPorts } from "../../stack/local/ports.ts";
import {
  goodS3Requests,
  s3Signing,
  type Scene,
} from "../attacks/s3/clients.ts";
import { attacksOnS3 } from "../attacks/s3/mutations.ts";
import { sign } from "../attacks/sign.ts";
import { withTrailer } from "../attacks/s3/chunks.ts";
import { begin, idle, many } from "../attacks/connections.ts";
import { latin1, sendRaw } from "../attacks/wire.ts";

const BUCKET = "attacks";

const keys = () => {
  const { accessKey, secretKey } = settings();
  return { accessKey, secretKey };
};

/** Asks with the keys. */
async function ask(method: string, target: string, body = "") {
  const port = localPorts().S3_PORT;
  const headers = [["host", `127.0.0.1:${port}`] as const];
  const plain = { method, target, headers, body: latin1(body) };
  return await sendRaw(port, sign(plain, s3Signing(keys())));
}

/** Objects to read, to overwrite and to delete, and an upload that has begun. */
async function scene(): Promise<Scene> {
  await ask("PUT", `/${BUCKET}`);
  for (const name of ["read", "deleted", "write"]) {
    const { statuses, text } = await ask(
      "PUT",
      `/${BUCKET}/v1/${name}`,
      "kept",
    );
    assertEquals(statuses, [200], text);
  }
  const begun = await ask("POST", `/${BUCKET}/v1/parts?uploads=`);
  const uploadId = begun.text.match(/<UploadId>(.+)<\/UploadId>/)?.[1];
  assert(uploadId, begun.text);
  return { port: localPorts().S3_PORT, bucket: BUCKET, uploadId, keys: keys() };
}

/** All that the store keeps: paths, sizes, times. */
async function kept(
  dir = `${stateDir()}/local/s3/buckets`,
): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(dir)) {
    const path = `${dir}/${name}`;
    const { size, mtime } = await Deno.stat(path);
    found.push(`${path} ${isDirectory ? "" : `${size} ${mtime?.getTime()}`}`);
    if (isDirectory) found.push(...await kept(path));
  }
  return found.sort();
}

Deno.test("the object store refuses every attack on what the clients send", async () => {
  const here = await scene();
  const goods = goodS3Requests(here);
  const attacks = goods.flatMap(attacksOnS3);
  assert(attacks.length > 3_000, `${attacks.length} attacks`);
  const before = await kept();
  const wrong: string[] = [];
  for (let at = 0; at < attacks.length; at += 32) {
    await Promise.all(
      attacks.slice(at, at + 32).map(async ({ name, request }) => {
        const { statuses, ms } = await sendRaw(here.port, request);
        // What names no path is no HTTP of any version.
        const isRefused = statuses.length > 0 &&
          statuses.every((status) =>
            status >= 400 && status <= 499 || status === 505
          );
        if (!isRefused) wrong.push(`${statuses}: ${name}`);
        else if (ms > 4_900) wrong.push(`${Math.round(ms)} ms: ${name}`);
      }),
    );
  }
  assertEquals(wrong, []);
  assertEquals(await kept(), before);
  // And what they were made of is let in.
  for (const { name, request } of goodS3Requests(await scene())) {
    const { statuses: [status = 0], text } = await sendRaw(here.port, request);
    const isWhole = status >= 200 && status < 300 ||
      name === "an upload's end" && status === 400;
    assert(isWhole, `${name}: ${text}`);
  }
});

// Of "123456789", as their definitions give them.
const CHECKSUMS = {
  crc32: "cbf43926",
  crc32c: "e3069283",
  crc64nvme: "ae8b14860a799888",
  sha1: "f7c3bc1d808e04732adf679965ccc34ca7ae3441",
  sha256: "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
};

Deno.test("the object store looks at every checksum that stands behind a body", async () => {
  const here = await scene();
  for (const [kind, hex] of Object.entries(CHECKSUMS)) {
    const name = `x-amz-checksum-${kind}`;
    const send = (body: string) => {
      const plain = {
        method: "PUT",
        target: `/${BUCKET}/v1/sums`,
        headers: Object.entries({
          "host": `127.0.0.1:${here.port}`,
          "content-encoding": "aws-chunked",
          "x-amz-decoded-content-length": "9",
          "x-amz-trailer": name,
        }),
        body: new Uint8Array(),
      };
      const states = { word: "STREAMING-UNSIGNED-PAYLOAD-TRAILER" };
      const base64 = Buffer.from(hex, "hex").toString("base64");
      return sendRaw(here.port, {
        ...sign(plain, s3Signing(here.keys, states)),
        body: latin1(withTrailer([body], `${name}:${base64}`)),
      });
    };
    assertEquals((await send("123456789")).statuses, [200], kind);
    assertEquals((await send("123456780")).statuses, [400], kind);
  }
});

Deno.test("the object store refuses who has not the secret key before the body comes", async () => {
  const here = await scene();
  const { accessKey } = keys();
  const wrong = { ...here, keys: { accessKey, secretKey: "wrong" } };
  const writes = goodS3Requests(wrong).filter(({ plain }) =>
    plain.method === "PUT" && plain.body.length > 0
  );
  assert(writes.length >= 5);
  for (const { name, request } of writes) {
    using sent = await many(
      1,
      () => begin(here.port, request, { length: 1e9 }),
    );
    assertEquals(await sent.firstStatus(), 403, name);
  }
});

Deno.test("thousands that say nothing, or not all, stop nobody at the object store", async () => {
  const here = await scene();
  const wrong = { ...here, keys: { ...here.keys, secretKey: "wrong" } };
  const [write] = goodS3Requests(wrong).filter(({ name }) =>
    name === "a write"
  );
  using _idle = await idle(here.port);
  using _slow = await many(
    500,
    () => begin(here.port, write!.request, { length: 1e6, sent: 1 }),
  );
  for (const { name, request } of goodS3Requests(here)) {
    const { statuses, ms } = await sendRaw(here.port, request);
    assert(
      statuses.length === 1 && ms < 1_000,
      `${name}: ${statuses}, ${ms} ms`,
    );
  }
});
