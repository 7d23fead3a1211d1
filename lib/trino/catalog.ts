/**
 * Trino's way to the Iceberg catalog.
 *
 * @module
 */

import { type Settings, settings } from "../core/settings.ts";
import { identifier, literal } from "./literal.ts";
import { query, type QueryOptions } from "./client.ts";

/**
 * The statement that tells Trino of the Iceberg catalog.
 *
 * On the local and the docker stack the keys stand in it as references to
 * Trino's own environment, so that neither the notebook nor Trino's log and
 * query pages hold them. Elsewhere Trino has no such variables: there the keys
 * themselves are in the text, so do not show it.
 *
 * @example Usage
 * ```ts
 * import { settings, trinoCatalogSql } from "@lakehouse";
 *
 * console.log(trinoCatalogSql({ ...settings(), stack: "local" }));
 * ```
 */
export function trinoCatalogSql(given: Settings = settings()): string {
  const inEnvironment = given.stack !== "remote";
  const properties = {
    "iceberg.catalog.type": "rest",
    "iceberg.rest-catalog.uri": given.engineCatalogUri,
    "iceberg.rest-catalog.warehouse": given.warehouse,
    "iceberg.rest-catalog.security": "SIGV4",
    "iceberg.rest-catalog.signing-name": "s3tables",
    "iceberg.rest-catalog.view-endpoints-enabled": "true",
    "fs.native-s3.enabled": "true",
    "s3.endpoint": given.engineMinioHost,
    "s3.region": given.region,
    "s3.path-style-access": "true",
    "s3.aws-access-key": inEnvironment
      ? "${ENV:AWS_ACCESS_KEY_ID}"
      : given.accessKey,
    "s3.aws-secret-key": inEnvironment
      ? "${ENV:AWS_SECRET_ACCESS_KEY}"
      : given.secretKey,
  };
  const lines = Object.entries(properties).map(([name, value]) =>
    `  ${identifier(name)} = ${literal(value)}`
  );
  return `CREATE CATALOG ${
    identifier(given.trinoCatalog)
  } USING iceberg\nWITH (\n${lines.join(",\n")}\n)`;
}

/**
 * Makes sure that Trino knows the Iceberg catalog and reaches it.
 *
 * A catalog that answers is kept; one that does not is dropped and created anew.
 *
 * @returns Whether it had to be created.
 * @throws {LakehouseError} When Trino cannot reach the catalog under its address.
 * @example Usage
 * ```ts ignore
 * import { ensureTrinoCatalog } from "@lakehouse";
 *
 * await ensureTrinoCatalog();
 * ```
 */
export async function ensureTrinoCatalog(
  options: QueryOptions = {},
): Promise<boolean> {
  const name = identifier(settings().trinoCatalog);
  const reaches = () => query(`SHOW SCHEMAS FROM ${name}`, options);
  try {
    await reaches();
    return false;
  } catch (error) {
    if (!(error instanceof Error && error.name === "TrinoError")) throw error;
  }
  // A catalog whose creation failed can stay registered.
  await query(`DROP CATALOG IF EXISTS ${name}`, options);
  await query(trinoCatalogSql(), options);
  await reaches();
  return true;
}
