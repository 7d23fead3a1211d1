import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { licenceVerdict, licensedVerdict } from "./licence.ts";

Deno.test("licenceVerdict() says what AIStor does without a licence", () => {
  assertEquals(licenceVerdict(true, true).status, "passed");
  const outcome = licenceVerdict(false, false);
  assert(outcome.status === "failed");
  assertStringIncludes(outcome.text, "there is no docker/.env");
  assertStringIncludes(outcome.text, "safe mode");
  assertStringIncludes(outcome.next, "docker/.env");
});

Deno.test("licensedVerdict() does not blame the licence for wrong keys", () => {
  const answer = (code: string, isList = false) => ({
    status: isList ? 200 : 403,
    code,
    isList,
  });
  assertEquals(licensedVerdict(answer("", true)).status, "passed");
  assertEquals(
    licensedVerdict(answer("SignatureDoesNotMatch")).status,
    "skipped",
  );
  assertEquals(licensedVerdict(answer("AccessDenied")).status, "failed");
});
