// Trino with a log-in, an authority of its own, and catalogs that are there.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { PROJECT_DIR, settings } from "../../lib/core/settings.ts";
import { CLI_JAVA, java, TRINO_JAVA } from "../../stack/install/java.ts";
import { artifactPaths, fetchArtifacts } from "../../stack/install/maven.ts";
import { taskArguments } from "../../tasks/dev/task.ts";
import { startGuardedTrino } from "../servers/guarded_trino.ts";
import { ASK, ended, withPrograms } from "../support/programs.ts";

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

Deno.test("deno task sql and the lines of connect log in over HTTPS with a password and with a token", async () => {
  await fetchArtifacts(["trino-cli", "trino-jdbc"]);
  const [cli] = artifactPaths("trino-cli");
  const [driver = ""] = artifactPaths("trino-jdbc");
  const program = `${await java(CLI_JAVA)}/bin/java`;
  await using trino = await startGuardedTrino({}, {});
  const token = trino.tokenOf("alice");
  const given = {
    ...{ STACK: "remote", TRINO_URI: trino.uri, TRINO_USER: "alice" },
    ...{ TRINO_CATALOG: "system", NAMESPACE: "runtime", TABLE: "nodes" },
    ...{ CA_BUNDLE: trino.authority, TRINO_PASSWORD: "", TRINO_TOKEN: "" },
  };
  const task = (env: Record<string, string>, ...args: [string, ...string[]]) =>
    ended(Deno.execPath(), taskArguments(...args), { ...given, ...env });
  const ask = "SELECT current_user";
  const logIns = [
    { env: { TRINO_PASSWORD: trino.password }, property: "password" },
    { env: { TRINO_TOKEN: token }, property: "accessToken" },
  ];
  for (const { env, property } of logIns) {
    const [[name, secret]] = Object.entries(env) as [[string, string]];
    const one = await task(env, "sql", ask);
    assertEquals([one.code, one.out], [0, `"alice"\n`], one.all);

    const lines = await task(env, "connect", "trino");
    assertEquals([lines.code, lines.out.includes(secret)], [0, false]);
    const trinoProgram = { trino: `exec ${program} -jar ${cli} "$@"` };
    await withPrograms(trinoProgram, async (_, own) => {
      const shell = await ended("bash", ["-eu"], { ...own, ...env }, lines.out);
      assertEquals([shell.code, shell.out], [0, `"1"\n`], shell.all);
    });

    const jdbc = await task(env, "connect", "jdbc");
    assertEquals([jdbc.code, jdbc.out.includes(secret)], [0, false]);
    assertStringIncludes(jdbc.out, `what ${name} holds`);
    const [, url = ""] = jdbc.out.match(/^url: +(.*)$/m) ?? [];
    await withPrograms({}, async (dir) => {
      await Deno.writeTextFile(`${dir}/Ask.java`, ASK);
      const { code, out, all } = await ended(
        `${await java(TRINO_JAVA)}/bin/java`,
        [
          ...["-cp", driver, `${dir}/Ask.java`, url, ask],
          ...["user=alice", `${property}=$${name}`],
        ],
        env,
      );
      assertEquals([code, out], [0, "alice\n"], all);
    });
  }
  const wrong = [
    { TRINO_PASSWORD: "no" },
    { TRINO_TOKEN: `${token.slice(0, -4)}AAAA` },
    { CA_BUNDLE: "", TRINO_PASSWORD: trino.password },
  ];
  for (const env of wrong) {
    const { code, all } = await task(env, "sql", ask);
    assertEquals(code, 1, all);
    const isKnown = !("CA_BUNDLE" in env);
    assertStringIncludes(all, isKnown ? "uthenti" : "certificat");
  }
});
