// Iceberg's own catalog tests, against the catalog of the test stack.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type CatalogTest,
  runCatalogTests,
} from "../../lab/compat/catalog_tests/catalog_tests.ts";
import { catalog } from "../../lib/catalog/config.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { listWarehouses } from "../../lib/catalog/warehouses.ts";
import { java, SPARK_JAVA } from "../../stack/install/java.ts";
import { artifactPaths, fetchArtifacts } from "../../stack/install/maven.ts";

const program = async () => `${await java(SPARK_JAVA)}/bin/java`;
const warehouses = () => listWarehouses(catalog());

Deno.test("Iceberg's own catalog tests find what is known of this catalog, and leave nothing", async () => {
  await fetchArtifacts(["catalog-tests"]);
  const before = await warehouses();
  const told: CatalogTest[] = [];
  const tests = await runCatalogTests({
    java: await program(),
    classPath: artifactPaths("catalog-tests"),
    onTest: (test) => told.push(test),
  });
  assertEquals(told, tests);
  const of = (outcome: CatalogTest["outcome"]) =>
    tests.filter((test) => test.outcome === outcome).map(({ name }) => name);
  // A name that AIStor refuses too.
  assertEquals(of("failed"), ["testNamespaceWithDot"]);
  assertEquals(of("other words"), ["tableCreationWithoutNamespace"]);
  assertEquals(of("not applicable").length, 12);
  // What wants namespaces without a name, which no REST catalog has to have.
  assertEquals(of("skipped").length, 5);
  assertEquals(tests.length, 149);
  assertEquals(await warehouses(), before);
});

Deno.test("a class path that lacks a part is an error of the run, not of the catalog", async () => {
  const before = await warehouses();
  const classPath = artifactPaths("catalog-tests")
    .filter((path) => !path.includes("/iceberg-aws-"));
  await assertRejects(
    async () => await runCatalogTests({ java: await program(), classPath }),
    LakehouseError,
    "Cannot run Iceberg's own catalog tests",
  );
  assertEquals(await warehouses(), before);
});

Deno.test("a stopped run leaves nothing", async () => {
  const before = await warehouses();
  const stop = new AbortController();
  const started = performance.now();
  const error = await runCatalogTests({
    java: await program(),
    classPath: artifactPaths("catalog-tests"),
    signal: stop.signal,
    onTest: () => stop.abort(new Error("stopped by the test")),
  }).then(() => undefined, (error) => error);
  assertEquals(error?.message, "stopped by the test");
  assert(performance.now() - started < 60_000);
  assertEquals(await warehouses(), before);
});
