/**
 * Runs every test: units and examples, then what needs a running stack on ports
 * and in a folder of its own, so that a running demo is not disturbed.
 *
 * @module
 */

import { PROJECT_DIR } from "../lib/config.ts";
import { LakehouseError } from "../lib/errors.ts";
import { command, main } from "./cli.ts";
import { testFlags } from "./import_map.ts";
import { conclude, deno, runSuite } from "./suite.ts";

const TEST_STATE = `${PROJECT_DIR}/.state-test`;
const at = (port: number) => `http://127.0.0.1:${port}`;

/** Everything that could lead a test to another stack, or to other data. */
const TEST_ENV: Record<string, string> = {
  LAKEHOUSE_STATE: TEST_STATE,
  STACK: "local",
  S3_PORT: "19000",
  CATALOG_PORT: "19002",
  CATALOG_BACKEND_PORT: "19003",
  TRINO_PORT: "19999",
  MINIO_HOST: at(19000),
  CATALOG_URI: `${at(19002)}/_iceberg`,
  TRINO_URI: at(19999),
  ENGINE_MINIO_HOST: at(19000),
  ENGINE_CATALOG_URI: `${at(19002)}/_iceberg`,
  MINIO_ACCESS_KEY: "testadmin",
  MINIO_SECRET_KEY: "test/secret+key",
  WAREHOUSE: "testwarehouse",
  STAGING_BUCKET: "staging",
  TRINO_CATALOG: "tutorial_catalog",
  NAMESPACE: "chicago",
  TABLE: "taxi_trips",
  PARQUET_DIR: `${TEST_STATE}/parquet`,
  ROWS: "0.05",
};

await main(
  command("test", "Runs every test; ends with the line N passed, N failed.")
    .option("--unit", "only what needs no stack")
    .option("--filter <text>", "only tests with this in their name")
    .option("--keep", "leave the test stack running")
    .action(
      async (
        options: { unit?: boolean; filter?: string; keep?: boolean },
      ) => {
        const flags = ["-A", ...await testFlags(TEST_STATE)];
        if (options.filter) flags.push("--filter", options.filter);
        const total = { passed: 0, failed: 0 };
        const suite = async (name: string, args: string[]) => {
          const report = `${TEST_STATE}/${name}.xml`;
          const counted = await runSuite(report, [...flags, ...args], TEST_ENV);
          total.passed += counted.passed;
          total.failed += counted.failed;
        };
        await suite("unit", ["--doc", "lib"]);
        if (!options.unit) {
          const task = (name: string, ...args: string[]) =>
            deno(
              ["run", "-A", `${PROJECT_DIR}/tasks/${name}.ts`, ...args],
              TEST_ENV,
            );
          try {
            // What an earlier run left behind is no part of this one.
            await task("down", "--stack", "local", "--clean");
            if (await task("up", "--stack", "local") !== 0) {
              throw new LakehouseError({
                what: "Cannot start the test stack",
                why: "the lines above say why",
                next: "mend that, then deno task test",
              });
            }
            await suite("integration", ["--ignore=tests/docker", "tests"]);
          } finally {
            if (!options.keep) {
              await task("down", "--stack", "local", "--clean");
            }
          }
        }
        conclude(total);
      },
    ),
);
