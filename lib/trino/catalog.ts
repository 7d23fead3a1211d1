/**
 * Trino's way to the Iceberg catalog.
 *
 * @module
 */

import { LakehouseError } from "../core/errors.ts";
import { type Settings, settings } from "../core/settings.ts";
import { identifier, literal } from "./literal.ts";
import { query, type QueryOptions, TrinoError } from "./client.ts";

/** The keys as references to Trino's own environment. */
const IN_ENVIRONMENT = {
  accessKey: "${ENV:AWS_ACCESS_KEY_ID}",
  secretKey: "${ENV:AWS_SECRET_ACCESS_KEY}",
};

type Keys = Pick<Settings, "accessKey" | "secretKey">;

function propertiesOf(given: Settings, keys: Keys): Record<string, string> {
  return {
    "iceberg.catalog.type": "rest",
    "iceberg.rest-catalog.uri": given.engineCatalogUri,
    "iceberg.rest-catalog.warehouse": given.warehouse,
    "iceberg.rest-catalog.security": "SIGV4",
    "iceberg.rest-catalog.signing-name": given.signingName,
    "iceberg.rest-catalog.view-endpoints-enabled": "true",
    "fs.native-s3.enabled": "true",
    "s3.endpoint": given.engineMinioHost,
    "s3.region": given.region,
    "s3.path-style-access": String(given.s3Addressing === "path"),
    "s3.aws-access-key": keys.accessKey,
    "s3.aws-secret-key": keys.secretKey,
  };
}

function statement(given: Settings, keys: Keys): string {
  const lines = Object.entries(propertiesOf(given, keys)).map(([name, value]) =>
    `  ${identifier(name)} = ${literal(value)}`
  );
  const [name, text] = [identifier(given.trinoCatalog), lines.join(",\n")];
  return `CREATE CATALOG ${name} USING iceberg\nWITH (\n${text}\n)`;
}

/**
 * The statement that tells Trino of the Iceberg catalog, without the keys: they
 * stand in it as references to Trino's own environment.
 *
 * That is what is sent on the local and the docker stack, so that neither
 * Trino's log nor its query pages hold them. A Trino elsewhere has no such
 * variables: {@linkcode ensureTrinoCatalog} sends it the keys themselves.
 *
 * @example Usage
 * ```ts
 * import { trinoCatalogSql } from "@lakehouse";
 *
 * console.log(trinoCatalogSql());
 * ```
 */
export function trinoCatalogSql(given: Settings = settings()): string {
  return statement(given, IN_ENVIRONMENT);
}

/** Trinos that take no catalogs from their users. */
const REFUSED = /CATALOG is not supported|Cannot create catalog/i;

/** What to ask the administrators of such a Trino for. */
function refusal(given: Settings, why: string, cause?: TrinoError) {
  const lines = Object.entries(propertiesOf(given, IN_ENVIRONMENT))
    .map(([name, value]) => `  ${name}=${value}`);
  return new LakehouseError({
    what: `Cannot create the catalog "${given.trinoCatalog}" in Trino`,
    why,
    next:
      `set TRINO_CATALOG to one that is there, or ask for this file in its etc/catalog/${given.trinoCatalog}.properties:\n${
        ["connector.name=iceberg", ...lines].join("\n")
      }`,
    cause,
  });
}

/** A catalog that was made, and does not work: of ours, another is made. */
const BROKEN = /^(CATALOG_NOT_AVAILABLE|ICEBERG_CATALOG_ERROR)$/;

/**
 * Makes sure that Trino knows the Iceberg catalog and reaches it.
 *
 * A catalog that answers is kept. One that does not is created anew on the local
 * and the docker stack, whose Trino is this project's; elsewhere it may be
 * somebody's, and is left as it is. Overload or a missing right drop none.
 *
 * @param options `isNew` makes it without a first question, as of a Trino just started.
 * @returns Whether it had to be created.
 * @throws {LakehouseError} When Trino cannot reach the catalog under its address; one that was just made is dropped again.
 * @example Usage
 * ```ts ignore
 * import { ensureTrinoCatalog } from "@lakehouse";
 *
 * await ensureTrinoCatalog();
 * ```
 */
export async function ensureTrinoCatalog(
  { isNew, ...options }: QueryOptions & { isNew?: boolean } = {},
): Promise<boolean> {
  const given = settings();
  const name = identifier(given.trinoCatalog);
  const isElsewhere = given.stack === "remote";
  const reaches = () => query(`SHOW SCHEMAS FROM ${name}`, options);
  const drop = () => query(`DROP CATALOG IF EXISTS ${name}`, options);
  try {
    if (!isNew && await reaches()) return false;
  } catch (error) {
    if (!(error instanceof TrinoError)) throw error;
    if (error.errorName !== "CATALOG_NOT_FOUND") {
      if (isElsewhere || !BROKEN.test(error.errorName)) throw error;
      await drop();
    }
  }
  if (given.sessionToken) {
    throw refusal(given, "Trino takes no temporary keys with their token");
  }
  try {
    const keys = isElsewhere ? given : IN_ENVIRONMENT;
    await query(statement(given, keys), options);
    await reaches();
  } catch (error) {
    const isTold = error instanceof TrinoError;
    if (isNew && isTold && error.errorName === "ALREADY_EXISTS") {
      return await ensureTrinoCatalog(options);
    }
    if (isTold && REFUSED.test(error.message)) {
      throw refusal(given, "this Trino takes none from its users", error);
    }
    // Even one whose creation failed can stay registered.
    await drop().catch(() => {});
    throw error;
  }
  return true;
}
