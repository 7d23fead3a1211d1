/**
 * On what a notebook ran: the stack, its versions and the trips table, kept in
 * the executed notebook, so that a report made later tells what was so then.
 *
 * @module
 */

import { catalog } from "../../lib/catalog/config.ts";
import { writeWhole } from "../../lib/core/files.ts";
import { settings, type StackName } from "../../lib/core/settings.ts";
import { formatNumber } from "../../lib/core/format.ts";
import {
  type Notebook,
  notebookText,
  readNotebook,
} from "../notebooks/document.ts";
import { loadTable, type Snapshot } from "../../lib/catalog/tables.ts";
import { docker } from "../../stack/docker/engine.ts";
import { containers } from "../../stack/docker/compose.ts";
import {
  currentStore,
  type StoreName,
  storeOf,
} from "../../stack/docker/store.ts";
import pins from "../../stack/install/maven.json" with { type: "json" };
import { findPython } from "../../stack/install/python.ts";

const ANSWER_MS = 3_000;

/** On what a notebook ran. */
export interface RunFacts {
  /** When the run began, ISO 8601. */
  date: string;
  /** What a reader must not miss, such as that no AIStor was there. */
  note: string;
  /** Names and values, in the order to show. */
  facts: [string, string][];
}

/** What a report says of a notebook whose run recorded nothing. */
export const NOT_RECORDED =
  "It is not recorded on which stack this ran: no result of MinIO AIStor";

/** Version of a Maven artifact among the pinned roots. */
function pinned(set: "s3proxy" | "catalog", artifact: string): string {
  const root = pins[set].roots.find((root) => root.includes(`:${artifact}:`));
  return root?.split(":").at(-1) ?? "unknown";
}

/** The image that the object store's container runs, as the engine has it. */
async function storeImage(): Promise<string> {
  const signal = AbortSignal.timeout(ANSWER_MS);
  const found = (await containers(signal))
    .find(({ service }) => service === storeOf(currentStore()).service);
  if (!found) return "unknown";
  const format = "{{.Config.Image}}";
  const { stdout } = await docker(
    ["inspect", "--format", format, found.id],
    signal,
  );
  return stdout.trim() || "unknown";
}

/** What a reader must know about the Docker stack's object store. */
function storeNote(store: StoreName, image: string): string {
  const { title } = storeOf(store);
  if (store !== "aistor") {
    return `The store is ${title}: no result of MinIO AIStor`;
  }
  // Another image may stand in for AIStor's, as it does in the tests.
  return /\baistor\b/.test(image)
    ? ""
    : `The object store's image is ${image}: no result of MinIO AIStor`;
}

/**
 * What a stack is called, and what a reader must know about it.
 *
 * @param store The Docker stack's object store.
 * @param image The image that it runs.
 */
export function stackFacts(
  stack: StackName | undefined,
  store: StoreName,
  image: string,
  minioHost: string,
): Pick<RunFacts, "note" | "facts"> {
  switch (stack) {
    case "local":
      return {
        note: "Local stack of open-source stand-ins: no result of MinIO AIStor",
        facts: [
          ["Stack", "local"],
          ["Object store", `S3Proxy ${pinned("s3proxy", "s3proxy")}`],
          [
            "Catalog",
            `Iceberg REST reference ${pinned("catalog", "iceberg-core")}`,
          ],
        ],
      };
    case "docker":
      return {
        note: storeNote(store, image),
        facts: [
          ["Stack", "docker"],
          [
            "Object store and catalog",
            store === "aistor" ? image : `${storeOf(store).title} (${image})`,
          ],
        ],
      };
    case "remote":
      return {
        note: "",
        facts: [["Stack", `remote, object store ${new URL(minioHost).host}`]],
      };
    default:
      return { note: "", facts: [["Stack", "none was running"]] };
  }
}

/**
 * The Spark and the Iceberg library that wrote the trips, from what they leave
 * in a snapshot's summary, and how many rows the table has.
 */
export function tableFacts(
  snapshots: readonly Snapshot[],
  current: Snapshot | undefined,
): [string, string][] {
  const written = snapshots.findLast(({ summary }) =>
    summary["engine-name"] === "spark"
  )?.summary;
  const iceberg = written?.["iceberg-version"]?.match(/\d+(\.\d+)+\S*/)?.[0];
  const rows = current?.summary["total-records"];
  const facts: [string, string | undefined][] = [
    ["Spark", written?.["engine-version"]],
    ["Iceberg in Spark", iceberg],
    ["Rows in the table", rows && formatNumber(BigInt(rows))],
  ];
  return facts.filter((fact): fact is [string, string] => !!fact[1]);
}

async function trinoFacts(trinoUri: string): Promise<[string, string][]> {
  const response = await fetch(`${trinoUri}/v1/info`, {
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const { nodeVersion } = await response.json();
  return [["Trino", String(nodeVersion.version)]];
}

async function icebergFacts(): Promise<[string, string][]> {
  const { namespace, table } = settings();
  const { snapshots, currentSnapshot } = await loadTable(
    catalog(),
    namespace,
    table,
    { limitMs: ANSWER_MS },
  );
  return tableFacts(snapshots, currentSnapshot);
}

/** The kernel's Deno, which need not be the one that runs the tasks. */
async function denoFacts(): Promise<[string, string][]> {
  const python = await findPython();
  if (!python) return [];
  const { stdout } = await new Deno.Command(`${python.bin}/deno`, {
    args: ["--version"],
  }).output();
  const version = new TextDecoder().decode(stdout).match(/^deno (\S+)/)?.[1];
  return version ? [["Deno", version]] : [];
}

/** What can be told of the stack as it stands now; what does not answer is left out. */
export async function runFacts(date: Date): Promise<RunFacts> {
  const { stack, trinoUri, minioHost } = settings();
  const image = stack === "docker"
    ? await storeImage().catch(() => "unknown")
    : "";
  const { note, facts } = stackFacts(
    stack,
    stack === "docker" ? currentStore() : "aistor",
    image,
    minioHost,
  );
  const asked = await Promise.all(
    [trinoFacts(trinoUri), icebergFacts(), denoFacts()].map((facts) =>
      facts.catch(() => [])
    ),
  );
  return {
    date: date.toISOString(),
    note,
    facts: [...facts, ...asked.flat()],
  };
}

/** What the notebook's run recorded, or `undefined`. */
export function recordedFacts(notebook: Notebook): RunFacts | undefined {
  const kept = notebook.metadata["lakehouse"] as { run?: RunFacts } | undefined;
  return kept?.run;
}

/** Keeps in an executed notebook on what it ran; a notebook that cannot be read stays. */
export async function recordRun(path: string, run: RunFacts): Promise<void> {
  const notebook = await readNotebook(path).catch(() => undefined);
  if (!notebook) return;
  const kept = notebook.metadata["lakehouse"] as object | undefined;
  notebook.metadata["lakehouse"] = { ...kept, run };
  const text = notebookText(notebook);
  await writeWhole(path, (part) => Deno.writeTextFile(part, text));
}
