import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { settings } from "../../lib/core/settings.ts";
import { withEnv } from "../../tests/support/env.ts";
import { awsLines, word } from "./shell.ts";
import { TOOLS } from "./tools.ts";

/** What a shell with these variables alone prints. */
async function printed(
  lines: string[],
  env: Record<string, string> = {},
): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-euc", lines.join("\n")],
    ...{ clearEnv: true, env: { PATH: Deno.env.get("PATH") ?? "", ...env } },
  }).output();
  const decoder = new TextDecoder();
  assertEquals(code, 0, decoder.decode(stderr));
  return decoder.decode(stdout);
}

const NONE = { MINIO_ACCESS_KEY: "", MINIO_SECRET_KEY: "" };
const SHOWN = `printf '%s ' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY"`;

Deno.test("word() is one word of a shell, the same text", async () => {
  for (const text of ["a b", "it's", '$HOME `id` \\ "', "", "*", "a=b", "ä"]) {
    assertEquals(await printed([`printf %s ${word(text)}`]), text);
  }
});

Deno.test("awsLines() sets the keys that the settings have, and shows none", async () => {
  await withEnv(NONE, async () => {
    const given = settings();
    const lines = awsLines(given);
    assertEquals(
      await printed([...lines, SHOWN]),
      `${given.accessKey} ${given.secretKey} `,
    );
  });
  const keys = { MINIO_ACCESS_KEY: "own", MINIO_SECRET_KEY: "own secret $1" };
  await withEnv(keys, async () => {
    const lines = awsLines(settings());
    assert(!lines.join().includes("own"), lines.join("\n"));
    assertEquals(await printed([...lines, SHOWN], keys), "own own secret $1 ");
  });
});

Deno.test("awsLines() takes temporary keys, a profile and an authority", async () => {
  const base = { ...NONE, STACK: "remote", CA_BUNDLE: "/etc/our authority" };
  const token = {
    ...{ MINIO_ACCESS_KEY: "a", MINIO_SECRET_KEY: "b" },
    MINIO_SESSION_TOKEN: "secret",
  };
  await withEnv({ ...base, ...token }, async () => {
    const lines = [
      ...awsLines(settings()),
      `printf '%s ' "$AWS_SESSION_TOKEN" "$SSL_CERT_FILE"`,
    ];
    assertEquals(await printed(lines, token), "secret /etc/our authority ");
    assert(!lines.join().includes("secret"));
  });
  const given = await withEnv({ ...base, ...token }, settings);
  await withEnv({ MINIO_PROFILE: "our lake" }, () => {
    assertStringIncludes(awsLines(given).join(), "--profile 'our lake'");
  });
});

Deno.test("no tool's lines hold a secret", async () => {
  const secrets = {
    MINIO_SECRET_KEY: "planted-1",
    MINIO_SESSION_TOKEN: "planted-2",
    TRINO_TOKEN: "planted-3",
    TRINO_PASSWORD: "planted-4",
  };
  const TRINO_URI = "https://trino.example:8443";
  for (const TRINO_TOKEN of ["planted-3", ""]) {
    const env = { ...secrets, TRINO_TOKEN, TRINO_URI, STACK: "remote" };
    await withEnv(env, () => {
      for (const [name, { lines }] of Object.entries(TOOLS)) {
        const text = lines(settings()).join("\n");
        assert(!text.includes("planted"), `${name}: ${text}`);
      }
    });
  }
});
