/**
 * A snapshot drawn as the tree that it is.
 *
 * @module
 */

import {
  chart,
  COLORS,
  Plot,
  textWidth,
} from "../../../lib/show/charts/frame.ts";
import { displayable, seen } from "../../../lib/core/kernel.ts";
import {
  formatBytes,
  formatDate,
  formatNumber,
} from "../../../lib/core/format.ts";
import { DISPLAY, type Displayable } from "../../../lib/core/kernel.ts";
import type { DataFile } from "../files.ts";
import type { Manifest, TableTree } from "../tree.ts";

/** Options of {@linkcode treeChart}. */
export interface TreeChartOptions {
  /** What the drawing says, in one line. @default {the table's name} */
  title?: string;
  /** Line below the title. @default {snapshot, time and operation} */
  subtitle?: string;
  /** How many manifests to draw. @default {6} */
  manifests?: number;
  /** How many files to draw for each manifest. @default {6} */
  files?: number;
}

const WIDTH = 720;
// Left edges of the four columns, and their widths.
const LEFT = [12, 180, 348, 536];
const WIDE = [148, 148, 168, 172];
const LINE = 15;
const GAP = 8;
const FONT = 11;

/** A box of the drawing; the first line is the name. */
interface Box {
  column: number;
  lines: string[];
  color: string;
  children: Box[];
}

/** A box with its place. */
interface Placed extends Box {
  top: number;
  height: number;
  children: Placed[];
}

const COLOR = {
  metadata: COLORS.series[5],
  list: COLORS.series[6],
  manifest: COLORS.series[0],
  data: COLORS.series[2],
  deletes: COLORS.series[1],
};

const plural = (count: number, word: string) =>
  `${formatNumber(count)} ${word}${count === 1 ? "" : "s"}`;

// A name may be of megabytes.
const MOST = 200;
const nameOf = (path: string) => seen(path.split("/").at(-1) ?? path, MOST);

/** A name cut in the middle: of addresses both ends tell something. */
function shortened(text: string, width: number): string {
  // Of the narrowest letters no more have room; a text may be of megabytes.
  const most = Math.floor(width / (0.32 * FONT));
  if (text.length <= most && textWidth(text, FONT) <= width) return text;
  for (let keep = Math.min(text.length - 1, most); keep > 2; keep--) {
    const head = Math.ceil(keep / 3);
    const cut = `${text.slice(0, head)}…${text.slice(head - keep)}`;
    if (textWidth(cut, FONT) <= width) return cut;
  }
  return "…";
}

function partitionText({ partition }: DataFile): string {
  const parts = Object.entries(partition).map(([name, value]) =>
    seen(`${name}=${value}`, MOST).replaceAll("\n", "\\n")
  );
  return parts.join(", ");
}

function fileBox(file: DataFile): Box {
  const partition = partitionText(file);
  const isData = file.content === "data";
  const word = isData ? "row" : file.content.replace(/s$/, "");
  return {
    column: 3,
    lines: [
      nameOf(file.path),
      ...partition ? [partition] : [],
      `${plural(file.rows, word)}, ${
        formatBytes(file.slice?.bytes ?? file.bytes)
      }`,
    ],
    color: isData ? COLOR.data : COLOR.deletes,
    children: [],
  };
}

function more(column: number, count: number, word: string): Box[] {
  if (count <= 0) return [];
  const lines = [`… ${plural(count, `more ${word}`)}`];
  return [{ column, lines, color: COLORS.faint, children: [] }];
}

function manifestBox(manifest: Manifest, limit: number): Box {
  const { files, removed, content } = manifest;
  const rows = files.reduce((sum, { rows }) => sum + rows, 0);
  return {
    column: 2,
    lines: [
      nameOf(manifest.path),
      content === "data"
        ? `${plural(files.length, "file")}, ${plural(rows, "row")}`
        : `${plural(files.length, "file")} of deletes`,
      ...removed.length > 0
        ? [`removes ${plural(removed.length, "file")}`]
        : [],
      formatBytes(manifest.bytes),
    ],
    color: content === "data" ? COLOR.manifest : COLOR.deletes,
    children: [
      ...files.slice(0, limit).map(fileBox),
      ...more(3, files.length - limit, "file"),
    ],
  };
}

function boxes(tree: TableTree, options: TreeChartOptions): Box {
  const { table, manifestList, manifests } = tree;
  const { manifests: shown = 6, files = 6 } = options;
  const list: Box[] = manifestList
    ? [{
      column: 1,
      lines: [
        nameOf(manifestList.path),
        plural(manifests.length, "manifest"),
        formatBytes(manifestList.bytes),
      ],
      color: COLOR.list,
      children: [
        ...manifests.slice(0, shown).map((each) => manifestBox(each, files)),
        ...more(2, manifests.length - shown, "manifest"),
      ],
    }]
    : [];
  return {
    column: 0,
    lines: [
      nameOf(table.metadataLocation ?? "metadata"),
      plural(table.snapshots.length, "snapshot"),
      plural(tree.metadata.schemas.length, "schema"),
    ],
    color: COLOR.metadata,
    children: list,
  };
}

/** Gives a box its place: parents stand in the middle of their children. */
function place(box: Box, top: number): { placed: Placed; bottom: number } {
  const height = box.lines.length * LINE + 8;
  const children: Placed[] = [];
  let next = top;
  for (const child of box.children) {
    const { placed, bottom } = place(child, next);
    children.push(placed);
    next = bottom + GAP;
  }
  const bottom = Math.max(top + height, next - GAP);
  const middle = children.length === 0
    ? top + height / 2
    : (children[0]!.top + children.at(-1)!.top + children.at(-1)!.height) / 2;
  const own = Math.min(Math.max(top, middle - height / 2), bottom - height);
  return { placed: { ...box, children, height, top: own }, bottom };
}

function flat(box: Placed): Placed[] {
  return [box, ...box.children.flatMap(flat)];
}

function titles(tree: TableTree): { title: string; subtitle: string } {
  const { table, snapshot } = tree;
  return {
    title: [...table.namespace, table.name].join("."),
    subtitle: snapshot
      ? `Snapshot ${snapshot.id}, ${snapshot.operation ?? "commit"} of ${
        formatDate(snapshot.timestamp)
      } UTC`
      : "No snapshot: the table is empty",
  };
}

function asText(box: Box, depth: number): string[] {
  return [
    `${"  ".repeat(depth)}${box.lines.join(" · ")}`,
    ...box.children.flatMap((child) => asText(child, depth + 1)),
  ];
}

/**
 * A snapshot drawn: metadata, manifest list, manifests, files.
 *
 * @example Usage
 * ```ts ignore
 * import { iceberg } from "@lakehouse/lab";
 *
 * iceberg.treeChart(await iceberg.tableTree("chicago", "taxi_trips"), { files: 3 });
 * ```
 */
export function treeChart(
  tree: TableTree,
  options: TreeChartOptions = {},
): Displayable {
  const root = boxes(tree, options);
  const { placed, bottom } = place(root, 22);
  const all = flat(placed);
  const links = all.flatMap((parent) =>
    parent.children.map((child) => ({
      x1: LEFT[parent.column]! + WIDE[parent.column]!,
      y1: parent.top + parent.height / 2,
      x2: LEFT[child.column]!,
      y2: child.top + child.height / 2,
    }))
  );
  const lines = all.flatMap((box) =>
    box.lines.map((text, index) => ({
      x: LEFT[box.column]! + 10,
      y: box.top + 4 + LINE * (index + 0.5),
      text: shortened(text, WIDE[box.column]! - 20),
      fill: index === 0 ? COLORS.text : COLORS.faint,
    }))
  );
  const heads = ["Metadata", "Manifest list", "Manifests", "Files"];
  const texts = { ...titles(tree), ...options };
  const drawing = chart({
    title: texts.title,
    subtitle: texts.subtitle,
    width: WIDTH,
    height: Math.ceil(bottom) + 6,
    margin: 0,
    x: { type: "identity", axis: null },
    y: { type: "identity", axis: null },
    marks: [
      Plot.link(links, {
        ...{ x1: "x1", y1: "y1", x2: "x2", y2: "y2" },
        curve: "bump-x",
        stroke: COLORS.faint,
        strokeOpacity: 0.6,
      }),
      Plot.rect(all, {
        x1: (box: Placed) => LEFT[box.column]! + 0.5,
        x2: (box: Placed) => LEFT[box.column]! + WIDE[box.column]! - 0.5,
        y1: "top",
        y2: (box: Placed) => box.top + box.height,
        fill: "#f7f9fb",
        stroke: "#cbd5e0",
        rx: 3,
      }),
      Plot.rect(all, {
        x1: (box: Placed) => LEFT[box.column]!,
        x2: (box: Placed) => LEFT[box.column]! + 4,
        y1: "top",
        y2: (box: Placed) => box.top + box.height,
        fill: (box: Placed) => box.color,
      }),
      Plot.text(lines, {
        ...{ x: "x", y: "y", text: "text", fill: "fill" },
        textAnchor: "start",
        fontSize: FONT,
      }),
      Plot.text(heads, {
        x: (_: string, index: number) => LEFT[index]!,
        y: 10,
        text: (head: string) => head,
        textAnchor: "start",
        fontWeight: 600,
      }),
    ],
  });
  const heading = [texts.title, texts.subtitle].map((text) => seen(text, MOST));
  const text = [...heading, ...asText(root, 0)].join("\n");
  return displayable(drawing[DISPLAY]()["text/html"]!, text);
}
