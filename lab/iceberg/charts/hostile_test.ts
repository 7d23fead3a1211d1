// Hostile values × every drawing: as text in the picture, which has no element
// and no attribute more for it, holds no address, and stays small.

import { assert, assertEquals } from "@std/assert";
import { parseHTML } from "linkedom";
import { DISPLAY, type Displayable } from "../../../lib/core/kernel.ts";
import { areaMap } from "../../../lib/show/charts/area_map.ts";
import { barChart } from "../../../lib/show/charts/bar.ts";
import { heatMap } from "../../../lib/show/charts/heat_map.ts";
import { histogram } from "../../../lib/show/charts/histogram.ts";
import { lineChart } from "../../../lib/show/charts/line.ts";
import * as Plot from "../../../lib/show/charts/plot.ts";
import { scatter } from "../../../lib/show/charts/scatter.ts";
import { toTable } from "../../../lib/catalog/tables.ts";
import { HOSTILE, UNSEEN } from "../../../tests/attacks/hostile_values.ts";
import { Ledger } from "../../trials/ledger.ts";
import type { DataFile } from "../files.ts";
import { tableMetadata } from "../metadata.ts";
import { historyChart } from "./history.ts";
import { fileRangeChart } from "./ranges.ts";
import { treeChart } from "./tree.ts";

const row = (text: string) => ({ [text]: 1, name: text, x: 1, y: 2, z: 3 });

const table = (text: string) =>
  toTable(text, text, {
    "metadata-location": `s3://lake/${text}`,
    metadata: {
      "table-uuid": text,
      location: `s3://lake/${text}`,
      "format-version": 2,
      "current-schema-id": 0,
      schemas: [{
        "schema-id": 0,
        fields: [{ id: 1, name: text, required: false, type: text }],
      }],
      "current-snapshot-id": 1,
      refs: { [text]: { type: "branch", "snapshot-id": 1 } },
      snapshots: [{
        "snapshot-id": 1,
        "sequence-number": 1,
        "timestamp-ms": 1_700_000_000_000,
        "manifest-list": `s3://lake/${text}`,
        summary: { operation: text, "total-records": "1" },
      }],
    },
  });

const file = (text: string): DataFile => ({
  path: `s3://lake/${text}`,
  content: "data",
  format: "parquet",
  rows: 1,
  bytes: 1_000,
  partition: { [text]: text },
  specId: 0,
  sortOrderId: 0,
  columns: [{
    ...{ id: 1, name: text, type: text, lower: 1, upper: 5, nulls: 0 },
    ...{ bytes: 80, values: 10, nans: undefined },
  }],
  status: "added",
  snapshotId: 1n,
  sequenceNumber: 1n,
  referencedDataFile: undefined,
  slice: undefined,
  constants: new Map(),
  equalityIds: [],
});

function tree(text: string): Displayable {
  const of = table(text);
  return treeChart({
    table: of,
    metadata: tableMetadata(of),
    snapshot: of.currentSnapshot,
    schema: tableMetadata(of).schemas[0]!,
    manifestList: { path: `s3://lake/${text}`, bytes: 1 },
    manifests: [{
      ...{ path: `s3://lake/${text}`, bytes: 1, content: "data", specId: 0 },
      ...{ sequenceNumber: 1n, minSequenceNumber: 1n, snapshotId: 1n },
      fileCounts: { added: 1, existing: 0, deleted: 0 },
      rowCounts: { added: 1, existing: 0, deleted: 0 },
      partitions: [{
        name: text,
        containsNull: false,
        lower: text,
        upper: text,
      }],
      files: [file(text)],
      removed: [],
      // deno-lint-ignore no-explicit-any
    } as any],
    [DISPLAY]: () => ({}),
  });
}

const DRAWINGS: Record<string, (text: string) => Displayable> = {
  "bars": (text) =>
    barChart([row(text)], {
      ...{ label: "name", value: "x", title: text, subtitle: text },
      ...{ valueLabel: text, caption: text },
    }),
  "lines": (text) =>
    lineChart([row(text), { ...row(text), x: 2 }], {
      ...{ x: "x", y: "y", series: "name", title: text, xLabel: text },
      yLabel: text,
    }),
  "dots": (text) =>
    scatter([row(text)], {
      ...{ x: "x", y: "y", series: "name", size: "z", title: text },
    }),
  "a grid": (text) =>
    heatMap([row(text)], { x: "name", y: "name", value: "x", title: text }),
  "bins": (text) => histogram([row(text)], { x: "x", y: "y", title: text }),
  "a map": (text) =>
    areaMap([{ name: text, latitude: 41.9, longitude: -87.6, value: 1 }, {
      ...{ name: text, latitude: 41.8, longitude: -87.7, value: 2 },
    }], { title: text }),
  "Plot's own, with tips": (text) =>
    Plot.plot({
      color: { legend: true },
      marks: [
        Plot.dot([row(text)], {
          ...{ x: "x", y: "y", title: "name", fill: "name", tip: true },
          channels: { name: "name" },
        }),
      ],
    }),
  "Plot's own, with texts": (text) =>
    Plot.plot({
      title: text,
      subtitle: text,
      caption: text,
      x: { label: text },
      marks: [
        Plot.text([row(text)], { x: "x", y: "y", text: "name" }),
        Plot.dot([row(text)], { x: "x", y: "y", title: "name" }),
      ],
    }),
  "a table's history": (text) => historyChart(table(text)),
  "a table's history, titled": (text) =>
    historyChart(table("t"), { title: text, subtitle: text }),
  "files by their bounds": (text) =>
    fileRangeChart([file(text)], { column: text, from: 0, to: 3 }),
  "a snapshot's tree": tree,
  "a ledger": (text) =>
    new Ledger([{
      writer: text,
      job: text,
      attempts: [{ startMs: 0, endMs: 1, outcome: "failed" }],
      error: new Error(text),
    }]).toChart(text),
  "a ledger's rows": (text) =>
    new Ledger([{
      writer: text,
      job: text,
      attempts: [{ startMs: 0, endMs: 1, outcome: "failed" }],
      error: new Error(text),
    }]),
};

const MOST_HTML = 3_000_000;
const MOST_TEXT = 1_000_000;

/** The pictures in an HTML, as their sources. */
function pictures(html: string): string[] {
  return [...html.matchAll(/data:image\/svg\+xml;base64,([\w+/=]+)/g)]
    .map(([, data]) =>
      new TextDecoder().decode(
        Uint8Array.from(atob(data!), (letter) => letter.charCodeAt(0)),
      )
    );
}

/** What of a document could do more than show. */
function active(html: string): string[] {
  const { document } = parseHTML(`<html><body>${html}</body></html>`);
  return [...document.querySelectorAll("*")].flatMap((element) => {
    const name = element.localName;
    const isActive =
      /^(script|foreignobject|iframe|object|embed|use|animate|set)$/
        .test(name) || name === "image";
    // A link without an address leads nowhere.
    const attributes = [...element.attributes].filter(({ name, value }) =>
      /^on/i.test(name) || /href$|action$/i.test(name) ||
      name === "src" && !value.startsWith("data:image/svg+xml;base64,") ||
      !/^(alt|title|aria-label)$/.test(name) && /url\((?!#)/.test(value)
    ).map(({ name }) => `${element.localName} ${name}`);
    return [...isActive ? [name] : [], ...attributes];
  });
}

for (const [name, draw] of Object.entries(DRAWINGS)) {
  Deno.test(`${name} draw hostile text as text, and not too much of it`, () => {
    for (const [kind, value] of Object.entries(HOSTILE)) {
      const { "text/html": html = "", "text/plain": text = "" } = draw(value)
        [DISPLAY]();
      assert(html.length < MOST_HTML, `${kind}: ${html.length} letters`);
      assert(text.length < MOST_TEXT, `${kind}: ${text.length} letters`);
      assertEquals(text.match(UNSEEN)?.[0], undefined, `${kind}: ${text}`);
      for (const each of [html, ...pictures(html)]) {
        assertEquals(active(each), [], kind);
      }
      for (const picture of pictures(html)) {
        // XML takes no control characters: one of them, and nothing shows.
        // deno-lint-ignore no-control-regex
        const bad = picture.match(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/);
        assertEquals(bad?.[0], undefined, kind);
      }
    }
  });
}
