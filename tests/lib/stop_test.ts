// Stop in the middle of each long step, on the real kernel and the real stack.
import {
  assert,
  assertEquals,
  assertLessOrEqual,
  assertStringIncludes,
} from "@std/assert";
import { removeBucket } from "../support/bucket.ts";
import { withEnv } from "../support/env.ts";
import { type CellResult, runCells } from "../kernel/cells.ts";
import { withNamespace } from "../support/namespace.ts";

/** Longest time from Stop to a kernel that takes the next cell. */
const STOP_SECONDS = 2;
const NAMES = { NAMESPACE: "stop_test", STAGING_BUCKET: "stop-test" };

/** Fails unless the step's bar and its error say that it was stopped, soon. */
function assertStopped(name: string, cell: CellResult): void {
  const texts = cell.outputs.map((output) => output.data?.["text/plain"]);
  const isShown = texts.some((text) => text?.startsWith(`${name}: stopped · `));
  assert(isShown, `${name}: ${JSON.stringify(cell.outputs)}`);
  assertEquals(cell.outputs.at(-1).evalue, "Stopped by the user");
  assertLessOrEqual(cell.seconds, STOP_SECONDS, name);
}

async function sparkSubmits(): Promise<string[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "args"] })
    .output();
  return new TextDecoder().decode(stdout).split("\n")
    .filter((line) => line.includes(`--namespace ${NAMES.NAMESPACE} --table`));
}

Deno.test("Stop ends generate, upload and ingest within two seconds", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await withEnv(
      { ...NAMES, PARQUET_DIR: dir },
      () =>
        withNamespace(NAMES.NAMESPACE, async () => {
          const [ready, generated, uploaded, again, ingested, after] =
            await runCells(
              `import { generate, ingest, upload } from "../lib/mod.ts";
           const { rows, files } = await generate({ rows: 1_500_000 });
           files.length`,
              {
                source:
                  `await generate({ rows: 40_000_000, dir: "${dir}/more" })`,
                interrupt: 1,
              },
              { source: "await upload()", interrupt: 0.3 },
              "(await upload()).files",
              { source: "await ingest()", interrupt: 7 },
              "rows",
            );
          assertStopped("Generate", generated!);
          assertEquals([...Deno.readDirSync(`${dir}/more`)], []);
          assertStopped("Upload", uploaded!);
          // What was cut off is sent, and what the kernel knew it still knows.
          const result = (cell: CellResult) =>
            cell.outputs.at(-1).data["text/plain"];
          assertEquals(result(again!), result(ready!));
          assertStopped("Ingest", ingested!);
          assertEquals(await sparkSubmits(), []);
          assertStringIncludes(result(after!), "1500000");
          await removeBucket(NAMES.STAGING_BUCKET);
        }),
    );
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
