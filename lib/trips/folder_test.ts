import { assertEquals, assertThrows } from "@std/assert";
import { LakehouseError } from "../core/errors.ts";
import {
  areWhole,
  type FolderRecord,
  makeRoom,
  readGenerated,
  refuseForeignFiles,
  refuseFullDisk,
  removeGenerated,
  sameArguments,
  writeGenerated,
} from "./folder.ts";

const RECORD = "_generated.json";

function withFolder(body: (dir: string) => void): void {
  const dir = Deno.makeTempDirSync();
  try {
    body(dir);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}

const record = (names: string[], complete = true): FolderRecord => ({
  arguments: { rows: 3 },
  complete,
  files: names.map((name) => ({ name, bytes: 4 })),
});

const names = (dir: string) =>
  [...Deno.readDirSync(dir)].map(({ name }) => name).sort();

Deno.test("readGenerated() reads what writeGenerated() wrote, or nothing", () =>
  withFolder((dir) => {
    assertEquals(readGenerated(dir), undefined);
    writeGenerated(dir, record(["a.parquet"]));
    assertEquals(readGenerated(dir), record(["a.parquet"]));
    assertEquals(names(dir), [RECORD]);
  }));

for (
  const text of [
    "{",
    "{}",
    '{"files": [{"name": "../a.parquet"}]}',
    '{"files": [{"name": "notes.txt"}]}',
  ]
) {
  Deno.test(`readGenerated() refuses ${text}`, () =>
    withFolder((dir) => {
      Deno.writeTextFileSync(`${dir}/${RECORD}`, text);
      assertThrows(() => readGenerated(dir), LakehouseError, "damaged");
    }));
}

Deno.test("areWhole() asks for every byte of every file", () =>
  withFolder((dir) => {
    const { files } = record(["a.parquet"]);
    assertEquals(areWhole(dir, files), false);
    Deno.writeTextFileSync(`${dir}/a.parquet`, "1234");
    assertEquals(areWhole(dir, files), true);
    Deno.writeTextFileSync(`${dir}/a.parquet`, "123");
    assertEquals(areWhole(dir, files), false);
  }));

Deno.test("sameArguments() tells arguments that decide other files", () => {
  assertEquals(sameArguments({ rows: 3 }, { rows: 3 }), true);
  assertEquals(sameArguments({ rows: 3 }, { rows: 4 }), false);
  assertEquals(sameArguments({}, { rows: 3 }), false);
});

Deno.test("refuseForeignFiles() names a Parquet file of somebody else", () =>
  withFolder((dir) => {
    Deno.writeTextFileSync(`${dir}/a.parquet`, "");
    Deno.writeTextFileSync(`${dir}/notes.txt`, "");
    refuseForeignFiles(dir, "generate", ["a.parquet"]);
    refuseForeignFiles(`${dir}/missing`, "generate", []);
    assertThrows(
      () => refuseForeignFiles(dir, "generate", []),
      LakehouseError,
      'such as "a.parquet"',
    );
  }));

Deno.test("refuseFullDisk() compares with the disk of a folder to be made", () =>
  withFolder((dir) => {
    refuseFullDisk(`${dir}/a/b`, "generate", 1);
    assertThrows(
      () => refuseFullDisk(`${dir}/a/b`, "generate", 1e18),
      LakehouseError,
      "about 1000 PB are needed",
    );
  }));

Deno.test("makeRoom() removes the old files and leaves all others", () =>
  withFolder((dir) => {
    Deno.writeTextFileSync(`${dir}/old.parquet`, "1234");
    Deno.writeTextFileSync(`${dir}/notes.txt`, "");
    Deno.mkdirSync(`${dir}/.generating`);
    Deno.writeTextFileSync(`${dir}/.generating/0.arrow`, "half");
    const planned = record(["new.parquet"], false);
    makeRoom(dir, record(["old.parquet"]).files, planned);
    assertEquals(names(dir), [".generating", RECORD, "notes.txt"].sort());
    assertEquals(names(`${dir}/.generating`), []);
    assertEquals(readGenerated(dir), planned);
    removeGenerated(dir, ["new.parquet"]);
    assertEquals(names(dir), ["notes.txt"]);
  }));
