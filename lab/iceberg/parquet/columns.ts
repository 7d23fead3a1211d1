/**
 * Columns of a Parquet file by their ids: those that the file says, or, for files
 * that were written without, those that the table's name mapping gives.
 *
 * @module
 */

import type { SchemaElement, SchemaTree } from "hyparquet";
import { LakehouseError } from "../../../lib/core/errors.ts";
import { isList } from "./file.ts";

/** A column of a file, or a part of a nested one. */
export interface FileColumn {
  /** Its id, or `undefined` when nothing gives it one. */
  readonly id: number | undefined;
  /** Its name in the file. */
  readonly name: string;
  /** What it is. */
  readonly kind: "leaf" | "list" | "map" | "struct";
  /** How the file describes it. */
  readonly element: SchemaElement;
  /** Its fields; the element of a list; key and value of a map. */
  readonly inner: readonly FileColumn[];
  /** Name of the group between a map and its key and value. */
  readonly entries?: string;
}

/** Names that stand for an id where files have none. */
export interface NameMapping {
  readonly "field-id"?: number;
  readonly names: readonly string[];
  readonly fields?: readonly NameMapping[];
}

const isMap = ({ element, children: [entries, other] }: SchemaTree) =>
  /^MAP/.test(element.converted_type ?? element.logical_type?.type ?? "") &&
  entries?.children.length === 2 && other === undefined;

function toColumn(
  tree: SchemaTree,
  mapping: readonly NameMapping[] | undefined,
  // Parts of lists and maps have names of the format's own there.
  calledAs: string = tree.element.name,
): FileColumn {
  const { element, children } = tree;
  const mapped = mapping?.find(({ names }) => names.includes(calledAs));
  const id = element.field_id ?? mapped?.["field-id"];
  const own = { id, name: element.name, element };
  if (children.length === 0) return { ...own, kind: "leaf", inner: [] };
  const within = mapping && (mapped?.fields ?? []);
  const part = (child: SchemaTree, name?: string) =>
    toColumn(child, within, name);
  if (isList(tree)) {
    // As hyparquet sees it: a repeated group of one part is the list's own.
    const repeated = children[0]!;
    const item = repeated.children.length === 1
      ? repeated.children[0]!
      : repeated;
    return { ...own, kind: "list", inner: [part(item, "element")] };
  }
  if (isMap(tree)) {
    const [entries] = children;
    const [key, value] = entries!.children;
    const inner = [part(key!, "key"), part(value!, "value")];
    return { ...own, kind: "map", inner, entries: entries!.element.name };
  }
  const inner = children.map((child) => part(child));
  return { ...own, kind: "struct", inner };
}

const hasIds = ({ element, children }: SchemaTree): boolean =>
  element.field_id !== undefined || children.some(hasIds);

/** The table's `schema.name-mapping.default`. */
export function nameMapping(
  properties: Readonly<Record<string, string>>,
): NameMapping[] | undefined {
  const text = properties["schema.name-mapping.default"];
  return text === undefined ? undefined : JSON.parse(text);
}

/**
 * The file's columns.
 *
 * @param mapping What gives ids to columns without.
 * @throws {LakehouseError} When neither says which column is which.
 */
export function fileColumns(
  { path, schema }: { path: string; schema: SchemaTree },
  mapping: readonly NameMapping[] | undefined,
): FileColumn[] {
  if (!mapping && schema.children.length > 0 && !hasIds(schema)) {
    throw new LakehouseError({
      what: `Cannot read ${path}`,
      why:
        "its columns have no ids, and the table has no name mapping that says which is which",
      next:
        "set the table's property schema.name-mapping.default, or rewrite the file by the engine that added it",
    });
  }
  return schema.children.map((child) => toColumn(child, mapping));
}

/** The column of an id, or `undefined` when the file does not have it. */
export function byId(
  columns: readonly FileColumn[],
  id: number,
): FileColumn | undefined {
  return columns.find((column) => column.id === id);
}
