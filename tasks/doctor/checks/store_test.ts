import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { settings, type StackName } from "../../../lib/core/settings.ts";
import {
  clockVerdict,
  healthVerdict,
  rightsVerdict,
  signatureVerdict,
  storeErrorCode,
} from "./store.ts";

const subject = (stack: StackName = "local") => ({ stack, given: settings() });
const answer = (status: number, code = "", isList = false) => ({
  status,
  code,
  isList,
});

Deno.test("storeErrorCode() reads S3's error and nothing else", () => {
  const body =
    "<?xml version='1.0'?><Error><Code>InvalidAccessKeyId</Code></Error>";
  assertEquals(storeErrorCode(body), "InvalidAccessKeyId");
  assertEquals(storeErrorCode("<html>403</html>"), "");
});

Deno.test("signatureVerdict() names the key that is wrong", () => {
  const next = (code: string) => {
    const outcome = signatureVerdict(answer(403, code), subject());
    assert(outcome.status === "failed");
    return outcome.next;
  };
  assertStringIncludes(next("SignatureDoesNotMatch"), "MINIO_SECRET_KEY");
  assertStringIncludes(next("InvalidAccessKeyId"), "MINIO_ACCESS_KEY");
  assertStringIncludes(next("RequestTimeTooSkewed"), "clock");
  assertStringIncludes(next("AccessDenied"), "MINIO_ACCESS_KEY");
});

Deno.test("signatureVerdict() suspects the licence of a Docker stack that denies S3", () => {
  const outcome = signatureVerdict(answer(403, "AccessDenied"), {
    ...subject("docker"),
  });
  assertStringIncludes(outcome.text, "without a valid licence");
});

Deno.test("signatureVerdict() does not take any 200 for S3", () => {
  assertEquals(
    signatureVerdict(answer(200, "", true), subject()).status,
    "passed",
  );
  const outcome = signatureVerdict(answer(200), subject());
  assertEquals(outcome.status, "failed");
  assertStringIncludes(outcome.text, "not as S3 does");
});

Deno.test("clockVerdict() warns from 5 minutes on and fails from 15 on", () => {
  const now = Date.parse("2026-01-02T03:04:05Z");
  const status = (minutes: number) =>
    clockVerdict(now + minutes * 60_000, now).status;
  assertEquals([0, 4, -4].map(status), ["passed", "passed", "passed"]);
  assertEquals([6, -6, 14].map(status), ["warning", "warning", "warning"]);
  assertEquals([16, -16].map(status), ["failed", "failed"]);
  assertStringIncludes(
    clockVerdict(now + 20 * 60_000, now).text,
    "20 min behind the store",
  );
  assertStringIncludes(
    clockVerdict(now - 30_000, now).text,
    "30 s ahead of the store",
  );
});

Deno.test("healthVerdict() asks MinIO only", () => {
  const status = (code: number, stack: StackName) =>
    healthVerdict(code, subject(stack)).status;
  assertEquals(status(404, "local"), "skipped");
  assertEquals(status(200, "docker"), "passed");
  assertEquals(status(503, "docker"), "failed");
  assertEquals(status(404, "docker"), "failed");
  assertEquals(status(404, "remote"), "skipped");
});

Deno.test("rightsVerdict() says which right is missing", () => {
  const verdict = (written: number, removed?: number) =>
    rightsVerdict(
      "staging",
      answer(written, written === 403 ? "AccessDenied" : ""),
      removed === undefined ? undefined : answer(removed, "AccessDenied"),
    );
  assertEquals(verdict(200, 204).status, "passed");
  assertEquals(verdict(404).status, "skipped");
  assertEquals(
    [verdict(403).status, verdict(403).text],
    [
      "warning",
      "these keys may not write in staging: it answers 403 AccessDenied",
    ],
  );
  assertStringIncludes(verdict(200, 403).text, "may not delete");
});
