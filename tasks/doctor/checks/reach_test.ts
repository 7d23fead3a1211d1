import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { settings, type StackName } from "../../../lib/core/settings.ts";
import { engineAdvice, reachVerdict } from "./reach.ts";

const ADDRESS = "http://localhost:9000";
const subject = (stack: StackName, engineMinioHost = ADDRESS) => ({
  stack,
  given: { ...settings(), engineMinioHost },
});

function late(): Error {
  const error = new Error("it took too long");
  error.name = "TimeoutError";
  return error;
}

Deno.test("reachVerdict() knows a wrong host by Trino's words and by its silence", () => {
  const causes = [
    new Error("Cannot obtain metadata"),
    new Error("failed", { cause: new Error("UnknownHostException: minio") }),
    late(),
  ];
  for (const error of causes) {
    const outcome = reachVerdict(
      error,
      subject("docker"),
      "the object store",
      ADDRESS,
    );
    assert(outcome.status === "failed");
    assertStringIncludes(
      outcome.text,
      `under the name it was given, ${ADDRESS}`,
    );
    assertStringIncludes(
      outcome.next,
      "ENGINE_MINIO_HOST=http://minio:9000",
    );
    assertEquals(outcome.effect, "Trino cannot reach the object store");
  }
});

Deno.test("reachVerdict() tells refused keys and missing files apart", () => {
  const text = (message: string) =>
    reachVerdict(new Error(message), subject("local"), "the catalog", ADDRESS)
      .text;
  assertStringIncludes(text("Forbidden: not signed"), "refuses the keys");
  assertStringIncludes(
    text("Failed to open input stream for file: s3://wh/a.avro"),
    "cannot read the table's files",
  );
  assertEquals(text("Something new\nat line"), "Something new");
});

Deno.test("engineAdvice() does not ask for what is set already", () => {
  const advice = engineAdvice(subject("docker", "http://minio:9000"));
  assertEquals(advice.includes("ENGINE_MINIO_HOST"), false);
  assertStringIncludes(advice, "DROP CATALOG");
});
