import { assertEquals } from "@std/assert";
import { parseSessionMessage } from "./spark_connection.ts";

Deno.test("parseSessionMessage() tells the session's lines from Spark's log", () => {
  assertEquals(
    parseSessionMessage(
      '{"rows": {"id": 1, "rows": [[9007199254740993, "NaN"]]}}',
    ),
    { rows: { id: 1, rows: [[9007199254740993n, "NaN"]] } },
  );
  for (
    const line of [
      "26/11/25 03:58:53 WARN NativeCodeLoader: Unable to load",
      '{"progress":1}',
      '{"other": {"id": 1}}',
      "",
    ]
  ) assertEquals(parseSessionMessage(line), undefined);
});
