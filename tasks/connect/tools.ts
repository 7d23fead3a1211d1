/**
 * Tools of one's own on this stack: for each the lines that connect it.
 *
 * The lines are a script for a shell as well as something to copy parts of. Each
 * ends with a question that shows whether the connection works.
 *
 * @module
 */

import { getProxyForUrl } from "proxy-from-env";
import { identifier, literal } from "../../lib/trino/literal.ts";
import type { Settings } from "../../lib/core/settings.ts";
import mavenSets from "../../stack/install/maven.json" with { type: "json" };
import { awsLines, variableLines, word } from "./shell.ts";

/** A tool that many have. */
export interface Tool {
  /** What it is, and where it comes from. */
  title: string;
  /** The lines that connect it to these endpoints, without a secret. */
  lines(given: Settings): string[];
}

/** The table as engines name it that know the catalog as `lakehouse`. */
const tableOf = ({ namespace, table }: Settings): string =>
  `lakehouse.${identifier(namespace)}.${identifier(table)}`;

/** Arguments of Trino's CLI but the statement; a log-in is read from variables. */
export function trinoArguments(given: Settings): string[] {
  const bundle = Deno.env.get("CA_BUNDLE");
  const isEncrypted = given.trinoUri.startsWith("https:");
  return [
    ...["--server", given.trinoUri, "--user", given.trinoUser],
    ...["--catalog", given.trinoCatalog, "--schema", given.namespace],
    ...isEncrypted && bundle ? ["--truststore-path", bundle] : [],
    // It takes TRINO_PASSWORD, and asks where that is not set.
    ...given.trinoPassword && !given.trinoToken ? ["--password"] : [],
  ];
}

/**
 * An argument that hands the CLI the token of `TRINO_TOKEN` through a pipe of
 * the shell (bash, zsh): on the command line every user of the machine reads it.
 */
export const TOKEN_ARGUMENT =
  `@<(printf -- '--access-token=%s' "$TRINO_TOKEN")`;

function trinoLines(given: Settings): string[] {
  const { trinoToken, trinoPassword, table } = given;
  const words = [
    ...trinoArguments(given).map(word),
    ...trinoToken ? [TOKEN_ARGUMENT] : [],
  ];
  const secret = trinoToken ? "TRINO_TOKEN" : trinoPassword && "TRINO_PASSWORD";
  return [
    "# Without --execute it is a session.",
    ...secret ? variableLines(secret) : [],
    `trino ${words.join(" ")} \\`,
    `  --execute ${word(`SELECT count(*) FROM ${identifier(table)}`)}`,
  ];
}

function jdbcLines(given: Settings): string[] {
  const { trinoUri, trinoUser, trinoToken, trinoPassword } = given;
  const { host, protocol, port } = new URL(trinoUri);
  const isEncrypted = protocol === "https:";
  const server = port || !isEncrypted ? host : `${host}:443`;
  const bundle = Deno.env.get("CA_BUNDLE");
  const query = new URLSearchParams({
    ...isEncrypted && { SSL: "true" },
    ...isEncrypted && bundle && { SSLTrustStorePath: bundle },
  });
  const path = [given.trinoCatalog, given.namespace].map(encodeURIComponent);
  return [
    `driver:   ${
      mavenSets["trino-jdbc"].roots[0]
    } (Maven), io.trino.jdbc.TrinoDriver`,
    `url:      jdbc:trino://${server}/${path.join("/")}${
      query.size > 0 ? `?${query}` : ""
    }`,
    `user:     ${trinoUser}`,
    trinoToken
      ? "token:    what TRINO_TOKEN holds, as the property accessToken"
      : `password: ${
        trinoPassword ? "what TRINO_PASSWORD holds" : "none; leave it empty"
      }`,
    `query:    SELECT count(*) FROM ${identifier(given.table)}`,
  ];
}

/** The variable that names the proxy for an address, which may hold a password. */
function proxyVariable(uri: string): string | undefined {
  if (!getProxyForUrl(uri)) return undefined;
  const scheme = new URL(uri).protocol.replace(":", "");
  const names = [scheme, "all"].map((name) => `${name}_proxy`);
  return names.flatMap((name) => [name, name.toUpperCase()])
    .find((name) => Deno.env.get(name));
}

function pyicebergLines(given: Settings): string[] {
  const properties = {
    type: "rest",
    uri: given.catalogUri,
    warehouse: given.warehouse,
    "rest.sigv4-enabled": "true",
    "rest.signing-name": given.signingName,
    "rest.signing-region": given.region,
    "s3.endpoint": given.minioHost,
    "s3.region": given.region,
    ...given.s3Addressing === "virtual" && {
      "s3.force-virtual-addressing": "true",
    },
    // Else it asks for vended keys, which not every catalog has.
    "header.X-Iceberg-Access-Delegation": "",
  };
  const { namespace, table } = given;
  const proxy = proxyVariable(given.minioHost);
  return [
    ...awsLines(given),
    "python3 - <<'PYTHON'",
    ...proxy ? ["import os"] : [],
    "from pyiceberg.catalog import load_catalog",
    "",
    `catalog = load_catalog("lakehouse", **{`,
    ...Object.entries(properties).map((pair) =>
      `    ${pair.map((text) => JSON.stringify(text)).join(": ")},`
    ),
    // The catalog's client finds the proxy itself, the store's does not.
    ...proxy ? [`    "s3.proxy-uri": os.environ["${proxy}"],`] : [],
    "})",
    `table = catalog.load_table((${JSON.stringify(namespace)}, ${
      JSON.stringify(table)
    }))`,
    `print(table.scan().count())`,
    "PYTHON",
  ];
}

function duckdbLines(given: Settings): string[] {
  const store = new URL(given.minioHost);
  const bundle = Deno.env.get("CA_BUNDLE");
  return [
    ...awsLines(given),
    "duckdb <<'SQL'",
    "INSTALL httpfs; LOAD httpfs;",
    "INSTALL avro; LOAD avro;",
    "INSTALL iceberg; LOAD iceberg;",
    ...bundle ? [`SET ca_cert_file = ${literal(bundle)};`] : [],
    "CREATE SECRET lake (TYPE s3,",
    "  KEY_ID getenv('AWS_ACCESS_KEY_ID'),",
    "  SECRET getenv('AWS_SECRET_ACCESS_KEY'),",
    ...given.sessionToken
      ? ["  SESSION_TOKEN getenv('AWS_SESSION_TOKEN'),"]
      : [],
    `  REGION ${literal(given.region)}, ENDPOINT ${literal(store.host)},`,
    `  URL_STYLE '${
      given.s3Addressing === "path" ? "path" : "vhost"
    }', USE_SSL ${store.protocol === "https:"});`,
    `ATTACH ${literal(given.warehouse)} AS lakehouse (TYPE iceberg,`,
    `  SECRET lake, ENDPOINT ${literal(given.catalogUri)},`,
    `  AUTHORIZATION_TYPE 'sigv4', SIGV4_SERVICE ${
      literal(given.signingName)
    },`,
    `  SIGV4_REGION ${literal(given.region)}, ACCESS_DELEGATION_MODE 'none');`,
    `SELECT count(*) FROM ${tableOf(given)};`,
    "SQL",
  ];
}

function sparkLines(given: Settings): string[] {
  const isNew = given.spark === "4.1";
  const { roots } = mavenSets[isNew ? "spark-4.1" : "spark"];
  const packages = roots.filter((root) =>
    root.startsWith("org.apache.iceberg")
  );
  const catalog = "spark.sql.catalog.lakehouse";
  const conf = {
    [catalog]: "org.apache.iceberg.spark.SparkCatalog",
    [`${catalog}.type`]: "rest",
    [`${catalog}.uri`]: given.catalogUri,
    [`${catalog}.warehouse`]: given.warehouse,
    [`${catalog}.rest.auth.type`]: "sigv4",
    [`${catalog}.rest.auth.sigv4.delegate-auth-type`]: "none",
    [`${catalog}.rest.signing-name`]: given.signingName,
    [`${catalog}.rest.signing-region`]: given.region,
    [`${catalog}.io-impl`]: "org.apache.iceberg.aws.s3.S3FileIO",
    [`${catalog}.s3.endpoint`]: given.minioHost,
    [`${catalog}.s3.path-style-access`]: String(
      given.s3Addressing === "path",
    ),
    [`${catalog}.client.region`]: given.region,
    "spark.sql.extensions":
      "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
  };
  const { namespace, table } = given;
  const name = ["lakehouse", namespace, table].map((part) => `\`${part}\``);
  return [
    `# Spark ${given.spark}; spark-shell, pyspark and spark-submit take the same`,
    "# options. Without -e it is a session.",
    ...Deno.env.get("CA_BUNDLE")
      ? ["# Its Java has to trust CA_BUNDLE: see docs/clusters.md."]
      : [],
    ...awsLines(given),
    "spark-sql \\",
    `  --packages ${packages.join(",")} \\`,
    ...Object.entries(conf).map(([key, value]) =>
      `  --conf ${word(`${key}=${value}`)} \\`
    ),
    `  -e ${word(`SELECT count(*) FROM ${name.join(".")}`)}`,
  ];
}

function s3Lines(given: Settings): string[] {
  return [
    "# AWS's SDKs read the same variables.",
    ...awsLines(given),
    `export AWS_ENDPOINT_URL_S3=${word(given.minioHost)}`,
    `aws s3 ls ${word(`s3://${given.stagingBucket}/`)}`,
  ];
}

/** The tools by their names, in the order they are shown. */
export const TOOLS: Readonly<Record<string, Tool>> = {
  trino: { title: "Trino's own command line", lines: trinoLines },
  jdbc: {
    title: "Trino by JDBC: DBeaver, DataGrip, Tableau, Java",
    lines: jdbcLines,
  },
  pyiceberg: {
    title: "PyIceberg: pip install 'pyiceberg[pyarrow]' boto3",
    lines: pyicebergLines,
  },
  duckdb: { title: "DuckDB's own command line", lines: duckdbLines },
  spark: { title: "Spark of your own", lines: sparkLines },
  s3: { title: "AWS's command line and SDKs", lines: s3Lines },
};
