import { assert, assertEquals } from "@std/assert";
import type { Notebook, Output } from "./document.ts";
import { withEnv } from "../../tests/support/env.ts";
import { secretIn, secretProblems } from "./secrets.ts";

const SECRET = "test/secret+key";
const VALUES = { "the secret key": SECRET };

function notebook(output: Output, source = "1;"): Notebook {
  return {
    cells: [
      { cell_type: "markdown", metadata: {}, source: "# T" },
      { cell_type: "code", metadata: {}, source, outputs: [output] },
    ],
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  };
}

function problems(output: Partial<Output>): string[] {
  return secretProblems(
    "n/01-x.ipynb",
    notebook({ output_type: "display_data", ...output }),
    VALUES,
  );
}

const FOUND = ["01-x.ipynb, cell 1: its output shows the secret key"];

Deno.test("secretProblems() finds the settings' key in every kind of output", () => {
  const svg = btoa(`<svg><text>${SECRET}</text></svg>`);
  for (
    const output of [
      { output_type: "stream", name: "stdout", text: ["a\n", `k=${SECRET}`] },
      { output_type: "error", ename: "E", evalue: `no ${SECRET}` },
      { output_type: "error", ename: "E", traceback: ["a", `  ${SECRET}`] },
      { data: { "text/plain": SECRET } },
      {
        data: { "text/html": [`<a href="?k=${encodeURIComponent(SECRET)}">`] },
      },
      { data: { "text/html": `<img src="data:image/svg+xml;base64,${svg}">` } },
      {
        data: { "application/json": { key: SECRET } as unknown as string },
      },
    ] as Partial<Output>[]
  ) {
    assertEquals(problems(output), FOUND, JSON.stringify(output));
  }
  assertEquals(problems({ data: { "text/plain": "test/secret" } }), []);
});

Deno.test("secretProblems() never shows the secret", () => {
  assert(!problems({ data: { "text/plain": SECRET } }).join().includes(SECRET));
});

Deno.test("secretProblems() finds what looks like a secret in the cells too", () => {
  const nb = notebook({ output_type: "stream" }, `f("AKIA${"A".repeat(16)}");`);
  assertEquals(secretProblems("n/01-x.ipynb", nb, {}), [
    "01-x.ipynb, cell 2 of all: it holds an AWS access key",
  ]);
});

Deno.test("secretIn() knows secrets by their shape", () => {
  const token = ["eyJhbGciOiJIUzI1", "eyJzdWIiOiIxMjM0", "abcdefghijklmno"];
  for (
    const [text, kind] of [
      [`ASIA${"B".repeat(16)}`, "an AWS access key"],
      [`aws_secret_access_key = ${"a/+1".repeat(10)}`, "an AWS secret key"],
      [`"s3.aws-secret-key" = '${"x".repeat(40)}'`, "an AWS secret key"],
      [token.join("."), "a token"],
      [`?X-Amz-Signature=${"0f".repeat(32)}`, "a signed address"],
      ["-----BEGIN RSA PRIVATE KEY-----", "a private key"],
    ] as const
  ) {
    assertEquals(secretIn(text), kind);
  }
});

Deno.test("secretIn() takes references, hashes and short words", () => {
  for (
    const text of [
      "s3.aws-secret-key = '${ENV:AWS_SECRET_ACCESS_KEY}'",
      "taxi_id 6635da7653b1feb5fa545aa9484bdacef3f4a81f",
      "AKIA",
      "secret key: minio",
    ]
  ) {
    assertEquals(secretIn(text, { "the secret key": "minio" }), undefined);
  }
});

Deno.test("secretProblems() knows every secret of the environment, and a licence's file", async () => {
  const licence = await Deno.makeTempFile();
  await Deno.writeTextFile(licence, "the licence's own text\n");
  const planted = {
    GCS_SECRET_KEY: "planted-gcs-secret",
    SODA_APP_TOKEN: "planted-portal-token",
    MINIO_LICENSE: licence,
    AWS_SESSION_TOKEN: "planted-session-token",
    TRINO_PASSWORD: "planted-password",
    DB_API_KEY: "planted-api-key",
  };
  await withEnv(planted, () => {
    for (const [name, value] of Object.entries(planted)) {
      const text = value === licence ? "the licence's own text" : value;
      const nb = notebook({
        output_type: "stream",
        text: `it is ${text}`,
      });
      assertEquals(secretProblems("n/01-x.ipynb", nb), [
        `01-x.ipynb, cell 1: its output shows ${name}`,
      ]);
    }
    return Promise.resolve();
  });
  await Deno.remove(licence);
});
