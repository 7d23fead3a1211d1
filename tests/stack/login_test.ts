// Trino with a log-in, an authority of its own, and catalogs that are there.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { PROJECT_DIR, settings } from "../../lib/core/settings.ts";
import { startGuardedTrino } from "../servers/guarded_trino.ts";

const { engineCatalogUri, engineMinioHost, warehouse, accessKey, secretKey } =
  settings();

/** What the Iceberg connector is told of the running stack. */
const ICEBERG = {
  "connector.name": "iceberg",
  "iceberg.catalog.type": "rest",
  "iceberg.rest-catalog.uri": engineCatalogUri,
  "iceberg.rest-catalog.warehouse": warehouse,
  "iceberg.rest-catalog.security": "SIGV4",
  "iceberg.rest-catalog.signing-name": "s3tables",
  "fs.native-s3.enabled": "true",
  "s3.endpoint": engineMinioHost,
  "s3.region": "us-east-1",
  "s3.path-style-access": "true",
  "s3.aws-access-key": "${ENV:AWS_ACCESS_KEY_ID}",
  "s3.aws-secret-key": "${ENV:AWS_SECRET_ACCESS_KEY}",
};

/** What code prints in a process with these variables; a failure's message too. */
async function printed(
  code: string,
  env: Record<string, string>,
): Promise<string> {
  const lib = JSON.stringify(`file://${PROJECT_DIR}/lib/mod.ts`);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["eval", "--no-lock", `--config=${PROJECT_DIR}/deno.json`],
      `const { ask, ensureTrinoCatalog } = await import(${lib});
       try { ${code} } catch (error) { console.log(error.message); }
       Deno.exit();`,
    ],
    env: { STACK: "remote", ...env },
  }).output();
  const decoder = new TextDecoder();
  return decoder.decode(stdout) + decoder.decode(stderr);
}

const USER = `console.log((await ask("SELECT current_user AS u")).first.u);`;

Deno.test("Trino is asked over HTTPS with a log-in, and the catalogs that are there are taken as they are", async () => {
  await ensureWarehouse(catalog());
  await using trino = await startGuardedTrino({ office: ICEBERG }, {
    AWS_ACCESS_KEY_ID: accessKey,
    AWS_SECRET_ACCESS_KEY: secretKey,
  });
  const token = trino.tokenOf("alice");
  const alone = {
    ...{ TRINO_URI: trino.uri, TRINO_USER: "alice", TRINO_TOKEN: token },
  };
  const env = { ...alone, CA_BUNDLE: trino.authority };
  assertStringIncludes(await printed(USER, env), "alice");

  const wrong = [
    { TRINO_TOKEN: "" },
    { TRINO_TOKEN: `${token.slice(0, -4)}AAAA` },
    { TRINO_TOKEN: "", TRINO_PASSWORD: "no" },
  ];
  for (const change of wrong) {
    const said = await printed(USER, { ...env, ...change });
    assertStringIncludes(said, "it wants a log-in, or another one");
    assertStringIncludes(said, "TRINO_TOKEN");
    assertEquals(said.includes(token.slice(0, -4)), false);
  }
  // Before anything is sent.
  const open = trino.uri.replace("https", "http");
  assertStringIncludes(
    await printed(USER, { ...env, TRINO_URI: open }),
    "for all to read",
  );
  assertStringIncludes(
    await printed(USER, alone),
    "CA_BUNDLE",
  );

  const ensure = "console.log(await ensureTrinoCatalog());";
  const known = { ...env, TRINO_CATALOG: "office" };
  assertStringIncludes(await printed(ensure, known), "false");
  const asked = await printed(ensure, { ...env, TRINO_CATALOG: "other" });
  for (
    const text of [
      "etc/catalog/other.properties",
      "connector.name=iceberg",
      engineCatalogUri,
    ]
  ) {
    assertStringIncludes(asked, text);
  }
  assertEquals(asked.includes(secretKey), false);
  // What others made is there still.
  assertStringIncludes(
    await printed(
      `console.log((await ask("SHOW CATALOGS")).rows.length);`,
      known,
    ),
    "2",
  );
});
