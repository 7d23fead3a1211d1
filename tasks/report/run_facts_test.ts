import { assert, assertEquals } from "@std/assert";
import {
  type Notebook,
  notebookText,
  readNotebook,
} from "../notebooks/document.ts";
import type { Snapshot } from "../../lib/catalog/tables.ts";
import {
  recordedFacts,
  recordRun,
  stackFacts,
  tableFacts,
} from "./run_facts.ts";

const HOST = "https://s3.example.com:9000/x";

Deno.test("stackFacts() says of the local stack that it is no AIStor", () => {
  const { note, facts } = stackFacts("local", "aistor", "", HOST);
  assertEquals(
    note,
    "Local stack of open-source stand-ins: no result of MinIO AIStor",
  );
  assertEquals(facts, [
    ["Stack", "local"],
    ["Object store", "S3Proxy 3.2.0"],
    ["Catalog", "Iceberg REST reference 1.10.1"],
  ]);
});

Deno.test("stackFacts() names the image, and says when it is not AIStor's", () => {
  const image = "quay.io/minio/aistor/minio:RELEASE.2026-08-07T18-34-35Z";
  assertEquals(stackFacts("docker", "aistor", image, HOST), {
    note: "",
    facts: [["Stack", "docker"], ["Object store and catalog", image]],
  });
  for (const other of ["stand-in-minio:1", "unknown"]) {
    assertEquals(
      stackFacts("docker", "aistor", other, HOST).note,
      `The object store's image is ${other}: no result of MinIO AIStor`,
    );
  }
});

Deno.test("stackFacts() calls another store by its name", () => {
  const image = "chrislusf/seaweedfs:4.53";
  assertEquals(stackFacts("docker", "seaweedfs", image, HOST), {
    note: "The store is SeaweedFS: no result of MinIO AIStor",
    facts: [
      ["Stack", "docker"],
      ["Object store and catalog", `SeaweedFS (${image})`],
    ],
  });
});

Deno.test("stackFacts() tells of a remote stack no more than its host", () => {
  const { facts } = stackFacts("remote", "aistor", "", HOST);
  assertEquals(facts, [["Stack", "remote, object store s3.example.com:9000"]]);
  assertEquals(stackFacts(undefined, "aistor", "", HOST).facts, [
    ["Stack", "none was running"],
  ]);
});

function snapshot(summary: Record<string, string>): Snapshot {
  return {
    id: 1n,
    parentId: undefined,
    sequenceNumber: 1n,
    timestamp: new Date(0),
    operation: "overwrite",
    summary,
    manifestList: undefined,
  };
}

Deno.test("tableFacts() reads who wrote the trips from the snapshots", () => {
  const bySpark = snapshot({
    "engine-name": "spark",
    "engine-version": "3.5.9",
    "iceberg-version":
      "Apache Iceberg 1.12.0 (commit 212aa894e919ff9fdf89160da4aadcbe6858ac01)",
    "total-records": "1000000",
  });
  const byTrino = snapshot({ "total-records": "999999" });
  assertEquals(tableFacts([bySpark, byTrino], byTrino), [
    ["Spark", "3.5.9"],
    ["Iceberg in Spark", "1.12.0"],
    ["Rows in the table", "999,999"],
  ]);
  assertEquals(tableFacts([byTrino], byTrino), [
    ["Rows in the table", "999,999"],
  ]);
  assertEquals(tableFacts([], undefined), []);
});

Deno.test("recordRun() keeps the facts beside what the run has noted", async () => {
  const notebook: Notebook = {
    cells: [],
    metadata: { lakehouse: { fault: "cell 1: no" } },
    nbformat: 4,
    nbformat_minor: 5,
  };
  const path = await Deno.makeTempFile({ suffix: ".ipynb" });
  const run = { date: "2024-01-05T10:00:00Z", note: "", facts: [] };
  try {
    await Deno.writeTextFile(path, notebookText(notebook));
    await recordRun(path, run);
    const read = await readNotebook(path);
    assertEquals(recordedFacts(read), run);
    assertEquals(read.metadata["lakehouse"], { fault: "cell 1: no", run });
  } finally {
    await Deno.remove(path);
  }
  await recordRun(path, run);
  assert(!await Deno.stat(path).catch(() => undefined), "it made a file");
});
