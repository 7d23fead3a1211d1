import { assertEquals } from "@std/assert";
import { changedFiles, totalFiles } from "./change_cost.ts";
import type { DataFile } from "../iceberg/files.ts";

const file = (
  path: string,
  bytes: number,
  content: DataFile["content"] = "data",
) => ({ path, bytes, content }) as DataFile;

Deno.test("changedFiles() counts data, deletes and what was replaced", () => {
  assertEquals(
    changedFiles({
      added: [
        file("a", 100),
        file("b", 50),
        file("d", 7, "position deletes"),
        // Two deletion vectors in one object.
        file("v", 20, "position deletes"),
        file("v", 20, "position deletes"),
      ],
      removed: [file("old", 90), file("older deletes", 5, "position deletes")],
    }),
    {
      dataFiles: 2,
      dataBytes: 150,
      deleteFiles: 2,
      deleteBytes: 27,
      replacedFiles: 1,
    },
  );
});

Deno.test("totalFiles() adds changes up", () => {
  const one = changedFiles({ added: [file("a", 100)], removed: [] });
  const two = changedFiles({
    added: [file("d", 7, "position deletes")],
    removed: [file("a", 100)],
  });
  assertEquals(totalFiles([one, two]), {
    dataFiles: 1,
    dataBytes: 100,
    deleteFiles: 1,
    deleteBytes: 7,
    replacedFiles: 1,
  });
});
