/**
 * This project's own reader as an engine of the matrix: it writes nothing.
 *
 * @module
 */

import { PROJECT_DIR } from "../../../lib/core/files.ts";
import { LakehouseError } from "../../../lib/core/errors.ts";
import { parseExactJson, stringifyExactJson } from "../../../lib/core/json.ts";
import { readRows } from "../../iceberg/rows.ts";
import { filesOf } from "../../iceberg/tree.ts";
import { tableTree } from "../../iceberg/snapshots.ts";
import type { Answer } from "../answer.ts";
import { type CompatEngine, EngineError } from "../engine.ts";

/** What its statements say, as JSON. */
export interface ReadStatement {
  /** Namespace and name of the table. */
  read: string;
  /** Columns, in the order of the first. */
  columns?: string[];
  /** Whether there are several snapshots, and the operation of the last, instead of rows. */
  snapshots?: true;
  /** Whether there are several files, and how many rows in them, instead of rows. */
  files?: true;
  /** Snapshot by its id, or a branch or tag. @default {the current one} */
  at?: bigint | string;
}

const byFirst = ([one]: readonly unknown[], [other]: readonly unknown[]) => {
  if (one === null || other === null) return one === null ? -1 : 1;
  // deno-lint-ignore no-explicit-any
  return (one as any) < (other as any) ? -1 : 1;
};

async function read(
  { read: table, columns = [], at, ...facts }: ReadStatement,
  signal: AbortSignal,
): Promise<Answer> {
  const [namespace = "", name = ""] = table.split(".");
  const tree = await tableTree(namespace, name, {
    ...at !== undefined && { at: typeof at === "number" ? BigInt(at) : at },
    signal,
  });
  if (facts.snapshots) {
    return [[tree.table.snapshots.length > 1, tree.snapshot?.operation]];
  }
  if (facts.files) {
    const files = filesOf(tree);
    return [[files.length > 1, files.reduce((sum, { rows }) => sum + rows, 0)]];
  }
  const answer: unknown[][] = [];
  for await (const rows of readRows(tree, { columns, signal })) {
    answer.push(...rows.map((row) => columns.map((column) => row[column])));
  }
  return answer.sort(byFirst);
}

/** A package's version, as `deno.json` pins it. */
function pinned(name: string): string {
  const { imports } = JSON.parse(
    Deno.readTextFileSync(`${PROJECT_DIR}/deno.json`),
  );
  return imports[name].split("@").at(-1);
}

/** The reader of lab/iceberg. */
export function typescriptEngine(): CompatEngine {
  return {
    name: "typescript",
    title: "TypeScript",
    version: `hyparquet ${pinned("hyparquet")}, avsc ${pinned("avsc")}`,
    isReader: true,
    tableName: (namespace, table) => `${namespace}.${table}`,
    namespaceName: (namespace) => namespace,
    readStatement: (table, columns) =>
      stringifyExactJson({ read: table, columns }),
    async run(statement, signal) {
      const parsed = parseExactJson(statement) as ReadStatement;
      try {
        return await read(parsed, signal);
      } catch (error) {
        // What it cannot read it says in a sentence; anything else is a fault.
        if (!(error instanceof LakehouseError)) throw error;
        const { what, why } = error;
        throw new EngineError(why ? `${what}: ${why}` : what, { cause: error });
      }
    },
    close: () => Promise.resolve(),
  };
}
