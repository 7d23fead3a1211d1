// The lines of `deno task connect`, each run by the tool they are for, and
// `deno task sql`. All read one small table whose names need quotes.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { settings } from "../../lib/core/settings.ts";
import { s3Client } from "../../lib/store/s3.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { query } from "../../lib/trino/client.ts";
import { TOOLS } from "../../tasks/connect/tools.ts";
import { CLI_JAVA, java, TRINO_JAVA } from "../../stack/install/java.ts";
import { artifactPaths, fetchArtifacts } from "../../stack/install/maven.ts";
import { cacheDir } from "../../stack/install/cache.ts";
import { python } from "../../stack/install/python.ts";
import { localSparkSubmit } from "../../stack/local/spark_submit.ts";
import { taskArguments } from "../../tasks/dev/task.ts";
import { ASK, ended, withPrograms } from "../support/programs.ts";

const OWN = {
  NAMESPACE: "connect-test",
  TABLE: "own-trips",
  STAGING_BUCKET: "connect-test",
};
const ROWS = 1234;

const task = (name: string, args: string[], input = "", env = {}) =>
  ended(Deno.execPath(), taskArguments(name, ...args), {
    ...OWN,
    ...env,
  }, input);

/** What `connect` prints for that tool; no secret is in it. */
async function linesFor(tool: string): Promise<string> {
  const { code, out, all } = await task("connect", [tool]);
  assertEquals(code, 0, all);
  assert(!all.includes(settings().secretKey), all);
  return out;
}

/** Runs the lines for a tool, which have to print the number of rows. */
async function countBy(
  tool: string,
  env: Record<string, string>,
): Promise<void> {
  const lines = await linesFor(tool);
  const { code, out, all } = await ended("bash", ["-eu"], env, lines);
  assertEquals(code, 0, all);
  assertStringIncludes(out, String(ROWS), all);
}

async function makeTable(): Promise<void> {
  await ensureWarehouse(catalog());
  await ensureTrinoCatalog();
  await query(`CREATE SCHEMA IF NOT EXISTS "${OWN.NAMESPACE}"`);
  await query(
    `CREATE TABLE IF NOT EXISTS "${OWN.NAMESPACE}"."${OWN.TABLE}" AS
     SELECT n FROM UNNEST(sequence(1, ${ROWS})) t(n)`,
  );
}

Deno.test("connect and status tell the addresses, and connect the tools", async () => {
  const { minioHost, catalogUri, trinoUri, warehouse, trinoCatalog } =
    settings();
  const connect = await task("connect", []);
  const status = await task("status", []);
  for (const { code, out, all } of [connect, status]) {
    assertEquals(code, 0, all);
    assertStringIncludes(out, `S3       ${minioHost}`);
    assertStringIncludes(out, `catalog  ${catalogUri}  warehouse ${warehouse}`);
    assertStringIncludes(out, `Trino    ${trinoUri}  catalog ${trinoCatalog}`);
  }
  for (const name of Object.keys(TOOLS)) {
    assertStringIncludes(connect.out, `  ${name} `);
  }
  const none = await task("connect", ["excel"]);
  assertEquals(none.code, 1);
  assertStringIncludes(none.all, 'Cannot connect "excel"');
});

Deno.test("connect trino: Trino's CLI counts the rows", async () => {
  await makeTable();
  await fetchArtifacts(["trino-cli"]);
  const [jar] = artifactPaths("trino-cli");
  const program = `${await java(CLI_JAVA)}/bin/java`;
  await withPrograms(
    { trino: `exec ${program} -jar ${jar} "$@"` },
    (_, env) => countBy("trino", env),
  );
});

Deno.test("connect jdbc: a program with Trino's driver counts the rows", async () => {
  await makeTable();
  await fetchArtifacts(["trino-jdbc"]);
  const [jar = ""] = artifactPaths("trino-jdbc");
  const lines = await linesFor("jdbc");
  const valueOf = (name: string) =>
    lines.match(new RegExp(`^${name}: +(.*)$`, "m"))?.[1] ?? "";
  assertStringIncludes(jar, valueOf("driver").match(/\d+/)![0]);
  await withPrograms({}, async (dir, env) => {
    await Deno.writeTextFile(`${dir}/Ask.java`, ASK);
    const { code, out, all } = await ended(
      `${await java(TRINO_JAVA)}/bin/java`,
      [
        ...["-cp", jar, `${dir}/Ask.java`, valueOf("url"), valueOf("query")],
        `user=${valueOf("user")}`,
      ],
      env,
    );
    assertEquals(code, 0, all);
    assertEquals(out.trim(), String(ROWS));
  });
});

Deno.test("connect pyiceberg: PyIceberg counts the rows", async () => {
  await makeTable();
  const { bin } = await python({ packages: "compat" });
  await withPrograms(
    { python3: `exec ${bin}/python "$@"` },
    (_, env) => countBy("pyiceberg", env),
  );
});

Deno.test("connect duckdb: DuckDB's command line counts the rows", async () => {
  await makeTable();
  const { bin, sitePackages } = await python({ packages: "compat" });
  // What PyPI carries of the extensions is signed by nobody whom DuckDB knows.
  const programs = { duckdb: `exec ${bin}/duckdb -unsigned "$@"` };
  await withPrograms(programs, async (dir, env) => {
    // They are where INSTALL would put them: here it finds them there.
    const platform = await ended(`${bin}/duckdb`, [
      ...["-noheader", "-list", "-c"],
      "SELECT library_version || '/' || p.platform FROM pragma_version(), pragma_platform() p",
    ]);
    const folder = `${dir}/.duckdb/extensions/${platform.out.trim()}`;
    await Deno.mkdir(folder, { recursive: true });
    for (const name of ["avro", "httpfs", "iceberg"]) {
      const found = await ended("find", [
        `${sitePackages}/duckdb_extension_${name}`,
        ...["-name", "*.duckdb_extension"],
      ]);
      await Deno.symlink(
        found.out.trim(),
        `${folder}/${name}.duckdb_extension`,
      );
    }
    await countBy("duckdb", env);
  });
});

Deno.test("connect spark: spark-sql counts the rows", async () => {
  await makeTable();
  const { bin } = await python();
  const { env: spark } = await localSparkSubmit();
  await withPrograms(
    { "spark-sql": `cd; exec ${bin}/spark-sql "$@"` },
    async (dir, env) => {
      // The packages it fetches are those of the stack, and found as Maven's own.
      await Deno.mkdir(`${dir}/.m2`);
      await Deno.symlink(`${cacheDir()}/maven`, `${dir}/.m2/repository`);
      await countBy("spark", {
        ...env,
        ...spark,
        SPARK_SUBMIT_OPTS: `-Duser.home=${dir}`,
      });
    },
  );
});

Deno.test("connect s3: AWS's command line lists the staged files", async () => {
  const client = await s3Client();
  const Bucket = OWN.STAGING_BUCKET;
  await client.send(new CreateBucketCommand({ Bucket })).catch(() => {});
  const Body = "x".repeat(ROWS);
  await client.send(new PutObjectCommand({ Bucket, Key: "a.parquet", Body }));
  client.destroy();
  const { bin } = await python({ packages: "compat" });
  await withPrograms(
    { aws: `exec ${bin}/python ${bin}/aws "$@"` },
    (_, env) => countBy("s3", env),
  );
});

Deno.test("sql runs a statement, or what stdin holds, and ends with the CLI's code", async () => {
  await makeTable();
  const statement = `SELECT count(*) AS n FROM "${OWN.TABLE}"`;
  const one = await task("sql", [statement]);
  assertEquals([one.code, one.out], [0, `"${ROWS}"\n`], one.all);
  const json = await task("sql", [statement, "--format", "JSON"]);
  assertEquals(json.out, `{"n":${ROWS}}\n`, json.all);
  const read = await task("sql", [], `SELECT 1;\n${statement};\n`);
  assertEquals([read.code, read.out], [0, `"1"\n"${ROWS}"\n`], read.all);
  const wrong = await task("sql", ["SELECT nothing"]);
  assertEquals(wrong.code, 1, wrong.all);
  assertStringIncludes(wrong.all, "Column 'nothing' cannot be resolved");
});
