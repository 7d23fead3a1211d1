import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CatalogError } from "../../../lib/catalog/call.ts";
import { settings } from "../../../lib/core/settings.ts";
import { LakehouseError } from "../../../lib/core/errors.ts";
import {
  catalogVerdict,
  endpointsVerdict,
  warehouseVerdict,
} from "./catalog.ts";

const subject = { stack: "local" as const, given: settings() };
const error = (status: number, type: string) =>
  new CatalogError({ what: "Cannot open", why: "so" }, status, type);

Deno.test("endpointsVerdict() counts, and names what is lacking", () => {
  const all = [
    "POST /v1/{prefix}/namespaces/{ns}/views",
    "POST /v1/{prefix}/tables/rename",
    "POST /v1/{prefix}/namespaces/{namespace}/register",
    "POST /v1/{prefix}/transactions/commit",
  ];
  assertStringIncludes(
    endpointsVerdict(all).text,
    "4 endpoints, with views, rename, register, multi-table commits",
  );
  assertEquals(
    endpointsVerdict(all.slice(1, 3)).text,
    "2 endpoints, without views, multi-table commits",
  );
  assertEquals(endpointsVerdict(undefined).status, "skipped");
});

Deno.test("catalogVerdict() names the keys when they are refused", () => {
  const outcome = catalogVerdict(error(403, "ForbiddenException"), subject);
  assert(outcome?.status === "failed");
  assertStringIncludes(outcome.next, "MINIO_SECRET_KEY");
});

Deno.test("catalogVerdict() tells another server from a catalog", () => {
  const outcome = catalogVerdict(error(404, ""), subject);
  assertStringIncludes(outcome!.text, "not as an Iceberg catalog does");
});

Deno.test("catalogVerdict() leaves a missing warehouse to its own check", () => {
  assertEquals(
    catalogVerdict(error(404, "IcebergWarehouseNotFound"), subject),
    undefined,
  );
});

Deno.test("catalogVerdict() says that nothing listens", () => {
  const cause = new TypeError("tcp connect error: Connection refused");
  const outcome = catalogVerdict(
    new LakehouseError({ what: "Cannot open", cause }),
    subject,
  );
  assertEquals(outcome?.text, `nothing listens at ${subject.given.catalogUri}`);
});

Deno.test("warehouseVerdict() tells a plain bucket from a warehouse", () => {
  const status = (
    state: "there" | "absent" | "unlisted",
    hasBucket: boolean,
  ) => warehouseVerdict("wh", state, hasBucket).status;
  assertEquals(status("there", true), "passed");
  assertEquals(status("unlisted", true), "passed");
  assertEquals(status("absent", false), "skipped");
  assertEquals(status("absent", true), "failed");
  assertStringIncludes(
    warehouseVerdict("wh", "absent", true).text,
    "a plain bucket is no warehouse",
  );
});
