/**
 * PyIceberg as an engine of the matrix; its statements are Python.
 *
 * @module
 */

import type { CompatEngine } from "../engine.ts";
import { pythonSession } from "./python.ts";

/**
 * Starts PyIceberg.
 *
 * @param python The interpreter that has it.
 * @throws {LakehouseError} When it does not start, or does not reach the catalog.
 */
export async function pyicebergEngine(
  python: string,
  signal: AbortSignal,
): Promise<CompatEngine> {
  const session = await pythonSession(python, "pyiceberg", signal);
  const { pyiceberg, pyarrow } = session.versions;
  return {
    name: "pyiceberg",
    title: `PyIceberg ${pyiceberg}`,
    version: `PyIceberg ${pyiceberg}, PyArrow ${pyarrow}`,
    lacks: /^NotImplementedError/,
    tableName: (namespace, table) => JSON.stringify(`${namespace}.${table}`),
    namespaceName: (namespace) => JSON.stringify(namespace),
    readStatement: (table, columns) =>
      `read(${table}, ${JSON.stringify(columns)})`,
    run: session.run,
    close: session.close,
  };
}
