import { assertEquals, assertThrows } from "@std/assert";
import { LakehouseError } from "../core/errors.ts";
import {
  claimFolder,
  isIntact,
  MANIFEST,
  type Manifest,
  readManifest,
  refuseForeignFiles,
  refuseFullDisk,
  removeGenerated,
  writeManifest,
} from "./folder.ts";

function withFolder(body: (dir: string) => void): void {
  const dir = Deno.makeTempDirSync();
  try {
    body(dir);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}

const manifest = (names: string[], complete = true): Manifest => ({
  arguments: { rows: 3 },
  complete,
  files: names.map((name) => ({ name, bytes: 4 })),
});

const names = (dir: string) =>
  [...Deno.readDirSync(dir)].map(({ name }) => name).sort();

Deno.test("readManifest() reads what writeManifest() wrote, or nothing", () =>
  withFolder((dir) => {
    assertEquals(readManifest(dir), undefined);
    writeManifest(dir, manifest(["a.parquet"]));
    assertEquals(readManifest(dir), manifest(["a.parquet"]));
    assertEquals(names(dir), [MANIFEST]);
  }));

for (
  const text of [
    "{",
    "{}",
    '{"files": [{"name": "../a.parquet"}]}',
    '{"files": [{"name": "notes.txt"}]}',
  ]
) {
  Deno.test(`readManifest() refuses ${text}`, () =>
    withFolder((dir) => {
      Deno.writeTextFileSync(`${dir}/${MANIFEST}`, text);
      assertThrows(() => readManifest(dir), LakehouseError, "damaged");
    }));
}

Deno.test("isIntact() asks for the same arguments, and every byte", () =>
  withFolder((dir) => {
    const own = manifest(["a.parquet"]);
    assertEquals(isIntact(dir, own, own.arguments), false);
    Deno.writeTextFileSync(`${dir}/a.parquet`, "1234");
    assertEquals(isIntact(dir, own, own.arguments), true);
    assertEquals(isIntact(dir, own, { rows: 4 }), false);
    assertEquals(isIntact(dir, undefined, own.arguments), false);
    assertEquals(
      isIntact(dir, { ...own, complete: false }, own.arguments),
      false,
    );
    Deno.writeTextFileSync(`${dir}/a.parquet`, "123");
    assertEquals(isIntact(dir, own, own.arguments), false);
  }));

Deno.test("refuseForeignFiles() names a Parquet file of somebody else", () =>
  withFolder((dir) => {
    Deno.writeTextFileSync(`${dir}/a.parquet`, "");
    Deno.writeTextFileSync(`${dir}/notes.txt`, "");
    refuseForeignFiles(dir, manifest(["a.parquet"]));
    refuseForeignFiles(`${dir}/missing`, undefined);
    assertThrows(
      () => refuseForeignFiles(dir, undefined),
      LakehouseError,
      'such as "a.parquet"',
    );
  }));

Deno.test("refuseFullDisk() compares with the disk of a folder to be made", () =>
  withFolder((dir) => {
    refuseFullDisk(`${dir}/a/b`, 1, undefined);
    assertThrows(
      () => refuseFullDisk(`${dir}/a/b`, 1e18, undefined),
      LakehouseError,
      "about 1000 PB are needed",
    );
  }));

Deno.test("claimFolder() removes the old files and leaves all others", () =>
  withFolder((dir) => {
    Deno.writeTextFileSync(`${dir}/old.parquet`, "1234");
    Deno.writeTextFileSync(`${dir}/notes.txt`, "");
    Deno.mkdirSync(`${dir}/.generating`);
    Deno.writeTextFileSync(`${dir}/.generating/0.arrow`, "half");
    const planned = manifest(["new.parquet"], false);
    claimFolder(dir, manifest(["old.parquet"]), planned);
    assertEquals(names(dir), [".generating", MANIFEST, "notes.txt"].sort());
    assertEquals(names(`${dir}/.generating`), []);
    assertEquals(readManifest(dir), planned);
    removeGenerated(dir, ["new.parquet"]);
    assertEquals(names(dir), ["notes.txt"]);
  }));
