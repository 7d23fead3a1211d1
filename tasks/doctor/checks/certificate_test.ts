import { assertEquals, assertStringIncludes } from "@std/assert";
import { settings } from "../../../lib/core/settings.ts";
import { makeAuthority, tlsFront } from "../../../tests/servers/authority.ts";
import {
  certificateChecks,
  certificateVerdict,
  type ShownCertificate,
} from "./certificate.ts";

const NOW = Date.parse("2026-03-01T12:00:00Z");
const DAY = 86_400_000;

function verdict(changes: Partial<ShownCertificate>) {
  const year = { from: NOW - 10 * DAY, until: NOW + 355 * DAY };
  const { status, text } = certificateVerdict(
    { ...year, issuer: "An office", ...changes },
    NOW,
  );
  return `${status}: ${text}`;
}

Deno.test("certificateVerdict() tells what is wrong, and what soon will be", () => {
  assertEquals(verdict({}), "passed: until 2027-02-19, by An office");
  assertEquals(
    verdict({ until: NOW + 3.5 * DAY }),
    "warning: it expires on 2026-03-05, in 3 days",
  );
  assertEquals(
    verdict({ until: NOW - DAY, distrust: "UNABLE_TO_VERIFY" }),
    "failed: it has expired on 2026-02-28",
  );
  assertStringIncludes(verdict({ from: NOW + DAY }), "from 2026-03-02 on");
  assertStringIncludes(
    verdict({ distrust: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" }),
    "its authority, An office, is not known here",
  );
  assertStringIncludes(
    verdict({ distrust: "ERR_TLS_CERT_ALTNAME_INVALID" }),
    "another name",
  );
});

Deno.test("certificates of servers are looked at, whether they are trusted or not", async () => {
  await using authority = await makeAuthority();
  const target = "http://127.0.0.1:9";
  using good = tlsFront(target, await authority.certify());
  using old = tlsFront(target, await authority.certify("a year ago"));
  const checks = certificateChecks({
    stack: "remote",
    given: {
      ...settings(),
      ...{ minioHost: good.uri, catalogUri: `${old.uri}/_iceberg` },
      trinoUri: "http://127.0.0.1:9",
    },
  });
  const found = await Promise.all(
    checks.map(async ({ name, run }) => {
      const { status, text } = await run(AbortSignal.timeout(5_000));
      return `${name}: ${status}, ${text}`;
    }),
  );
  assertEquals(found.length, 2);
  assertStringIncludes(
    found[0]!,
    "object store: failed, its authority, An office's authority, is not known",
  );
  assertStringIncludes(found[1]!, "catalog: failed, it has expired on ");
});
