/**
 * Runs every test: units and examples, then what needs a running stack on ports
 * and in a folder of its own, so that a running demo is not disturbed.
 *
 * @module
 */

import { PROJECT_DIR } from "../lib/config.ts";
import { LakehouseError } from "../lib/errors.ts";
import { interruptSignal } from "../lib/interrupt.ts";
import { run } from "../lib/stack/process.ts";
import { command, main } from "./cli.ts";
import { testFlags } from "./import_map.ts";

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

/** Lines of one `deno test` run, counted from its JUnit report. */
async function count(
  report: string,
): Promise<{ passed: number; failed: number }> {
  const text = await Deno.readTextFile(report).catch(() => "");
  const sum = (name: string) =>
    [...text.matchAll(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`, "g"))]
      .reduce((total, match) => total + Number(match[1]), 0);
  const failed = sum("failures") + sum("errors");
  return { passed: sum("tests") - sum("disabled") - failed, failed };
}

async function deno(
  args: string[],
  env: Record<string, string> = {},
): Promise<number> {
  return await run({
    command: Deno.execPath(),
    args,
    env,
    signal: interruptSignal(),
    onLine: (line) => console.log(line),
  });
}

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
        let [passed, failed] = [0, 0];
        const suite = async (name: string, args: string[]) => {
          const report = `${TEST_STATE}/${name}.xml`;
          await Deno.remove(report).catch(() => {});
          const code = await deno(
            ["test", ...flags, `--junit-path=${report}`, ...args],
            TEST_ENV,
          );
          const counted = await count(report);
          passed += counted.passed;
          failed += counted.failed;
          // A suite that dies before it reports has failed too.
          if (code !== 0 && counted.failed === 0) failed++;
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
            await suite("integration", ["tests"]);
          } finally {
            if (!options.keep) {
              await task("down", "--stack", "local", "--clean");
            }
          }
        }
        console.log(`${passed} passed, ${failed} failed`);
        if (failed > 0 || passed === 0) Deno.exitCode = 1;
      },
    ),
);
