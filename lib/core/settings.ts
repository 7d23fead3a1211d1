/**
 * Settings: where the four endpoints are and what things are called there.
 *
 * Every value is looked up in this order: the environment, `docker/.env`, the
 * stack that is running (`deno task up` records it), the default.
 *
 * @module
 */

import { resolve } from "node:path";
import tls from "node:tls";
import { parseEnv } from "node:util";
import DEFAULTS from "./defaults.json" with { type: "json" };
import { LakehouseError, type LakehouseErrorParts } from "./errors.ts";
import { ifThere, PROJECT_DIR } from "./files.ts";
import { readIfThere, runningStack } from "./running_stack.ts";
import { STACK_NAMES, type StackName } from "./running_stack.ts";

export { PROJECT_DIR } from "./files.ts";
export { type StackName, stateDir } from "./running_stack.ts";

// A proxy is for what lies beyond this machine.
const given = Deno.env.get("NO_PROXY") ?? Deno.env.get("no_proxy") ?? "";
const direct = new Set([...given.split(","), "localhost", "127.0.0.1", "::1"]);
for (const name of ["NO_PROXY", "no_proxy"]) {
  Deno.env.set(name, [...direct].filter(Boolean).join());
}
// Where it cannot be read `settings()` says why.
const written = ifThere(dockerEnv, Error);
const bundle = Deno.env.get("CA_BUNDLE") || written?.CA_BUNDLE;
const ASK_FOR_KEYS =
  `import { fromIni } from "@aws-sdk/credential-provider-ini";
  await fromIni({ profile: Deno.env.get("MINIO_PROFILE") })().then(
    ({ accessKeyId: accessKey, secretAccessKey: secretKey, sessionToken = "", expiration }) =>
      console.log(JSON.stringify({ accessKey, secretKey, sessionToken, expiration })),
    ({ message }) => Deno.exit(console.log(message) ?? 1));`;
/** What is wrong with it; told by `settings()`. */
let fault: LakehouseErrorParts | undefined;
type Certificates = { setDefaultCACertificates(all: string[]): void };
if (bundle) {
  const path = resolve(PROJECT_DIR, bundle);
  for (const name of ["CA_BUNDLE", "DENO_CERT"]) Deno.env.set(name, path);
  const text = ifThere(() => Deno.readTextFileSync(path), Error) ?? "";
  if (text.includes("BEGIN CERTIFICATE")) {
    // DENO_CERT is for children: what this program trusts may be settled by now.
    const client = Deno.createHttpClient({ caCerts: [text] });
    const { fetch } = globalThis;
    globalThis.fetch = (input, init) => fetch(input, { client, ...init });
    const all = [...tls.getCACertificates(), text];
    (tls as unknown as Certificates).setDefaultCACertificates(all);
  } else {
    fault = {
      what: `Cannot use CA_BUNDLE "${path}"`,
      why: "there is no such file, or it holds no certificate in PEM's form",
      next: "set CA_BUNDLE to the file of your authority's certificates",
    };
  }
}

type Keys = Pick<Settings, "accessKey" | "secretKey" | "sessionToken">;
let held: { profile: string; keys: Keys; until: number } | undefined;

/** Keys of AWS's own files; those that expire are asked for anew before that. */
function profileKeys(profile: string): Keys {
  if (held?.profile === profile && Date.now() < held.until) return held.keys;
  // In a process: what asks for keys is much, and nothing here may be awaited.
  const { success, stdout } = new Deno.Command(Deno.execPath(), {
    args: ["eval", `--config=${PROJECT_DIR}/deno.json`, ASK_FOR_KEYS],
    env: { MINIO_PROFILE: profile },
  }).outputSync();
  const said = new TextDecoder().decode(stdout).trim();
  if (!success) {
    throw new LakehouseError({
      what: `Cannot take the keys of MINIO_PROFILE "${profile}"`,
      why: said || "AWS's own files cannot be read",
      next: "check it with AWS's own tools, or log in with them again",
    });
  }
  const { expiration = "9999-01-01", ...keys } = JSON.parse(said);
  const until = Date.parse(expiration) - 5 * 60_000;
  held = { profile, keys, until: Math.max(until, Date.now() + 60_000) };
  return keys;
}

/** The values every part of the project works with; see {@linkcode settings}. */
export interface Settings {
  /** Trino's address as this machine sees it. */
  trinoUri: string;
  /** Whose queries they are, as Trino knows it. */
  trinoUser: string;
  /** The user's password, or empty where Trino asks for none. */
  trinoPassword: string;
  /** A token (JWT) in the password's place, or empty. */
  trinoToken: string;
  /** The S3 endpoint as this machine sees it. */
  minioHost: string;
  /** Base address of the Iceberg REST catalog as this machine sees it. */
  catalogUri: string;
  /** Where a bucket's name stands: in the `path` of an address, or in its host name (`virtual`). */
  s3Addressing: "path" | "virtual";
  /** The S3 endpoint as Spark and Trino see it. */
  engineMinioHost: string;
  /** Base address of the Iceberg REST catalog as Spark and Trino see it. */
  engineCatalogUri: string;
  /** Access key for S3, the catalog, and both engines. */
  accessKey: string;
  /** Secret key that belongs to {@linkcode Settings.accessKey}. */
  secretKey: string;
  /** Token of temporary keys, or empty. */
  sessionToken: string;
  /** Region named in signatures; AIStor ignores its value. */
  region: string;
  /** The catalog's name in signatures. */
  signingName: string;
  /** Iceberg warehouse. */
  warehouse: string;
  /** Bucket that holds Parquet files between upload and ingest. */
  stagingBucket: string;
  /** Trino's name for the catalog. */
  trinoCatalog: string;
  /** Iceberg namespace of the trips table. */
  namespace: string;
  /** Name of the trips table. */
  table: string;
  /** Folder of the local Parquet files, absolute. */
  parquetDir: string;
  /** Trips to generate, in millions. */
  rows: number;
  /** The stack that is running or asked for, or `undefined` when none is. */
  stack: StackName | undefined;
  /** Version of Spark that runs the jobs. */
  spark: SparkVersion;
}

/** Versions of Spark that jobs can run on; the first is every stack's own. */
export const SPARK_VERSIONS = ["3.5", "4.1"] as const;

/** A version of Spark. */
export type SparkVersion = typeof SPARK_VERSIONS[number];

/** Values of `docker/.env` as they stand there; empty when there is no such file. */
export function dockerEnv(): Record<string, string | undefined> {
  const text = readIfThere(`${PROJECT_DIR}/docker/.env`);
  return text === undefined ? {} : parseEnv(text);
}

type LookUp = (name: string) => string | undefined;

/** Values by name as they stand now; each file is read once. */
function sources(): LookUp {
  const written = dockerEnv();
  const running = runningStack();
  const recorded = running && { ...running.settings, STACK: running.stack };
  // An empty value in the environment means "not set", as in Compose files.
  return (name) =>
    Deno.env.get(name) || written[name] ||
    (recorded as Record<string, string> | undefined)?.[name] ||
    (DEFAULTS as Record<string, string>)[name];
}

function address(name: string, value: string): string {
  const url = URL.parse(value);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new LakehouseError({
      what: `Cannot use ${name} "${value}"`,
      why: "it is not an http:// or https:// address",
      next: `set ${name} to something like http://localhost:9000`,
    });
  }
  return value.replace(/\/+$/, "");
}

// Characters, least and most of them: what engines, catalogs and stores all hold.
const NAMES = {
  engines: ["a-z0-9-_", 1, 250],
  aistor: ["a-z0-9_", 1, 250],
  bucket: ["a-z0-9-", 3, 63],
} as const;

function nameOf(name: string, value: string, kind: keyof typeof NAMES): string {
  const [of, least, most] = NAMES[kind];
  if (RegExp(`^[${of}]{${least},${most}}$`).test(value)) return value;
  const fit = value.toLowerCase().replace(RegExp(`[^${of}]+`, "g"), of.at(-1)!);
  const like = fit.slice(0, most).padEnd(least, "0");
  throw new LakehouseError({
    what: `Cannot use ${name} "${value}"`,
    why: `it takes ${least} to ${most} of ${of}; Trino makes capitals small`,
    next: `set ${name} to something like ${like}`,
  });
}

/**
 * The one of these names that a setting's text is.
 *
 * @param variable The setting, as the error names it.
 * @throws {LakehouseError} When it is none of them.
 * @example Usage
 * ```ts
 * import { oneOf, SPARK_VERSIONS } from "./settings.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(oneOf("SPARK", "4.1", SPARK_VERSIONS), "4.1");
 * ```
 */
export function oneOf<Name extends string>(
  variable: string,
  value: string,
  names: readonly Name[],
): Name {
  const known = names.find((name) => name === value);
  if (known) return known;
  throw new LakehouseError({
    what: `Cannot use ${variable} "${value}"`,
    why: `there are ${new Intl.ListFormat("en").format(names)}`,
    next: `set ${variable} to one of them, or leave it out`,
  });
}

/**
 * Rows from text in millions, as `--rows` and `ROWS` give them: `"5"` means
 * 5,000,000 and `"0.1"` means 100,000.
 *
 * @param step What the rows are for, as the error names it.
 * @throws {LakehouseError} When the text is not a positive number, or stands for less than one row.
 * @example Usage
 * ```ts
 * import { parseMillions } from "./settings.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseMillions("0.1"), 100_000);
 * ```
 */
export function parseMillions(text: string, step = "generate"): number {
  const rows = Math.round(Number(text) * 1e6);
  if (text.trim() === "" || !Number.isSafeInteger(rows) || rows < 1) {
    throw new LakehouseError({
      what: `Cannot ${step} "${text}" million rows`,
      why: "the number of rows is a positive number, in millions",
      next: "--rows 5 for five million, --rows 0.1 for a hundred thousand",
    });
  }
  return rows;
}

/**
 * Reads the settings as they stand now.
 *
 * @throws {LakehouseError} When a value cannot be used; names the variable.
 * @example Usage
 * ```ts
 * import { settings } from "@lakehouse";
 *
 * const { trinoUri, warehouse } = settings();
 * console.log(trinoUri, warehouse);
 * ```
 */
export function settings(): Settings {
  const lookUp = sources();
  const required = (name: string) => lookUp(name) ?? "";
  const addressOf = (name: string, fallback = "") =>
    address(name, lookUp(name) ?? fallback);
  const minioHost = addressOf("MINIO_HOST");
  const catalogUri = addressOf("CATALOG_URI", `${minioHost}/_iceberg`);
  const engineMinioHost = addressOf("ENGINE_MINIO_HOST", minioHost);
  const named = lookUp("STACK");
  const stack = named ? oneOf("STACK", named, STACK_NAMES) : undefined;
  if (fault) throw new LakehouseError(fault);
  const profile = stack === "remote" ? required("MINIO_PROFILE") : "";
  const keys = profile ? profileKeys(profile) : {
    accessKey: required("MINIO_ACCESS_KEY"),
    secretKey: required("MINIO_SECRET_KEY"),
    sessionToken: stack === "remote" ? required("MINIO_SESSION_TOKEN") : "",
  };
  const chosen = <Name extends string>(name: string, of: readonly Name[]) =>
    oneOf(name, required(name), of);
  const name = (variable: string, kind: keyof typeof NAMES = "engines") =>
    nameOf(variable, required(variable), kind);
  return {
    trinoUri: addressOf("TRINO_URI"),
    trinoUser: required("TRINO_USER"),
    trinoPassword: required("TRINO_PASSWORD"),
    trinoToken: required("TRINO_TOKEN"),
    minioHost,
    catalogUri,
    s3Addressing: chosen("S3_ADDRESSING", ["path", "virtual"]),
    engineMinioHost,
    engineCatalogUri: addressOf(
      "ENGINE_CATALOG_URI",
      lookUp("ENGINE_MINIO_HOST") ? `${engineMinioHost}/_iceberg` : catalogUri,
    ),
    ...keys,
    region: required("AWS_REGION"),
    signingName: required("SIGNING_NAME"),
    // Elsewhere it may be anything, such as an ARN.
    warehouse: stack === "docker" || stack === "local"
      ? name("WAREHOUSE", "bucket")
      : required("WAREHOUSE"),
    stagingBucket: required("STAGING_BUCKET"),
    trinoCatalog: name("TRINO_CATALOG"),
    namespace: name("NAMESPACE"),
    table: name("TABLE", stack === "docker" ? "aistor" : "engines"),
    parquetDir: resolve(PROJECT_DIR, required("PARQUET_DIR")),
    rows: parseMillions(required("ROWS")) / 1e6,
    stack,
    spark: chosen("SPARK", SPARK_VERSIONS),
  };
}
