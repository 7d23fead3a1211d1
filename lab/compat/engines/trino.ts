/**
 * Trino as an engine of the matrix.
 *
 * @module
 */

import { settings } from "../../../lib/core/settings.ts";
import { ensureTrinoCatalog } from "../../../lib/trino/catalog.ts";
import { query, TrinoError } from "../../../lib/trino/client.ts";
import { identifier } from "../../../lib/trino/literal.ts";
import { type CompatEngine, EngineError } from "../engine.ts";
import { messages } from "./messages.ts";
import { readSql, valuesOf } from "./sql.ts";

/** What Trino said; the place in the text and the query's id differ from run to run. */
function refusal(error: TrinoError): EngineError {
  const what = error.what.replace(/^(\w+)(?: at [^(]*)? \(query [^)]*\)/, "$1");
  return new EngineError(
    [what, ...messages(error.cause)].join("\n"),
    { cause: error },
  );
}

/**
 * Trino of the settings, with the catalog.
 *
 * @throws {LakehouseError} When it does not answer, or does not reach the catalog.
 */
export async function trinoEngine(signal: AbortSignal): Promise<CompatEngine> {
  await ensureTrinoCatalog({ signal });
  const catalog = identifier(settings().trinoCatalog);
  const { first } = await query("SELECT version()", { signal });
  const version = `Trino ${first._col0}`;
  const session = {
    // Both procedures refuse less than a week otherwise.
    [`${settings().trinoCatalog}.expire_snapshots_min_retention`]: "0s",
    [`${settings().trinoCatalog}.remove_orphan_files_min_retention`]: "0s",
  };
  return {
    ...{ name: "trino", title: version, version },
    lacks: /^NOT_SUPPORTED/,
    tableName: (namespace, table) => `${catalog}.${namespace}.${table}`,
    namespaceName: (namespace) => `${catalog}.${namespace}`,
    readStatement: readSql,
    async run(statement, signal) {
      try {
        return valuesOf(await query(statement, { signal, session }));
      } catch (error) {
        throw error instanceof TrinoError ? refusal(error) : error;
      }
    },
    close: () => Promise.resolve(),
  };
}
