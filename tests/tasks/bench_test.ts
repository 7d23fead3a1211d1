import { taskArguments } from "../../tasks/dev/task.ts";
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLessOrEqual,
  assertStringIncludes,
} from "@std/assert";
import { HeadBucketCommand } from "@aws-sdk/client-s3";
import { BUCKET, NAMESPACE, workDir } from "../../bench/measure/lake.ts";
import {
  PRODUCT,
  readResults,
  type Result,
  type Results,
  type StepName,
} from "../../bench/report/results.ts";
import { catalog } from "../../lib/catalog/config.ts";
import { listNamespaces } from "../../lab/catalog/namespaces.ts";
import { PROJECT_DIR, stateDir } from "../../lib/core/settings.ts";
import { outputTexts, readNotebook } from "../../tasks/notebooks/document.ts";
import { s3Client } from "../../lib/store/s3.ts";
import { findNotebooks } from "../../tasks/notebooks/paths.ts";
import { runNotebook } from "../../tasks/notebooks/run.ts";

const ROWS = 50_000;
const PEERS: Partial<Record<StepName, string[]>> = {
  generate: ["DuckDB", "numpy and pyarrow"],
  upload: ["s5cmd", "boto3"],
  ingest: ["PyIceberg", "bare spark-submit"],
  query: ["bare spark-submit's table", "Trino CLI", "DuckDB", "Spark SQL"],
};

async function task(
  name: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: taskArguments(name, ...args),
    env: { NO_COLOR: "1", LAKEHOUSE_TRAIN: "0", ...env },
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** The results of the one file in a folder. */
async function onlyResults(dir: string): Promise<Results> {
  const names = [...Deno.readDirSync(dir)].map(({ name }) => name);
  assertEquals(names.length, 1, names.join());
  return await readResults(`${dir}/${names[0]}`);
}

/** The measured bytes of a row lie where those of trips do. */
function assertPlausible(result: Result): void {
  const { step, subject, rows, seconds, rss, written } = result;
  const what = `${step}, ${result.case ?? "all"}, ${subject}`;
  assertEquals(seconds.length, 1, what);
  assert(seconds.every((each) => each > 0 && each < 600), what);
  if (step === "query") return;
  assertEquals(rows, ROWS, what);
  // No interpreter or program is smaller, and 50,000 rows take no gigabytes.
  assertGreaterOrEqual(rss!, 10e6, what);
  assertLessOrEqual(rss!, 2e9, what);
  assertGreaterOrEqual(written! / ROWS, 40, what);
  assertLessOrEqual(written! / ROWS, 250, what);
  if (step !== "upload") assertEquals(result.counted, ROWS, what);
}

/** A peer has results, or is named with the reason why it has none. */
function assertNoneForgotten({ results, missing }: Results): void {
  for (const [step, peers] of Object.entries(PEERS)) {
    for (const peer of [PRODUCT, ...peers]) {
      const measured = results.some((each) =>
        each.step === step && each.subject === peer
      );
      const reason = missing.find((each) =>
        each.step === step && each.subject === peer
      )?.reason;
      assert(measured !== !!reason, `${step}, ${peer}: ${reason}`);
      assert(measured || peer !== PRODUCT, `${step}: no product`);
    }
  }
  // A peer may not be had here; one that is here has to work.
  assertEquals(missing.filter(({ failed }) => failed), []);
  // What only needs what the product brings along cannot be missing.
  const those = ["DuckDB", "bare spark-submit", "Spark SQL"];
  assertEquals(missing.filter(({ subject }) => those.includes(subject)), []);
}

/** Whoever counted in a case counted the same. */
function assertSameCounts({ results }: Results): void {
  const queries = results.filter(({ step }) => step === "query");
  const cases = new Set(queries.map((each) => each.case));
  assertGreaterOrEqual(cases.size, 15);
  for (const name of cases) {
    const counts = queries.filter((each) => each.case === name)
      .flatMap(({ counted }) => counted ?? []);
    assertEquals(new Set(counts).size, name?.startsWith("first") ? 0 : 1, name);
  }
  const months = queries.find((each) => each.case === "tripsByMonth");
  assertEquals(months?.counted, ROWS);
}

async function assertNothingLeft(): Promise<void> {
  const namespaces = await listNamespaces(catalog());
  assert(!namespaces.some(([name]) => name === NAMESPACE));
  const client = await s3Client();
  const found = await client.send(new HeadBucketCommand({ Bucket: BUCKET }))
    .then(() => true, () => false);
  client.destroy();
  assertEquals(found, false);
  assertEquals(await Deno.stat(workDir()).catch(() => "none"), "none");
}

/** Processes whose command holds a text. */
async function processesWith(text: string): Promise<string[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "args"] })
    .output();
  return new TextDecoder().decode(stdout).split("\n")
    .filter((line) => line.includes(text));
}

Deno.test({
  name: "bench measures product and peers on the same rows, and leaves nothing",
  // Minutes: `test --all` has it.
  ignore: !Deno.env.get("TEST_ALL"),
  fn: async (t) => {
    const dir = await Deno.makeTempDir();
    try {
      await t.step("it runs", async () => {
        const { code, text } = await task("bench", [
          ...["--rows", String(ROWS / 1e6), "--rounds", "1", "--no-warm-up"],
          ...["--steps", "generate,upload,ingest,query", "--out", dir],
        ]);
        assertEquals(code, 0, text);
        assertStringIncludes(text, "50,000 rows fit");
        assertStringIncludes(text, "Results: ");
      });
      const results = await onlyResults(dir);
      await t.step("figures are plausible, rows in are rows out", () => {
        for (const each of results.results) assertPlausible(each);
        assertNoneForgotten(results);
        assertSameCounts(results);
      });
      await t.step(
        "bytes of a month are no more than those of the table",
        () => {
          const read = (name: string) =>
            results.results.find((each) =>
              each.case === name && each.subject === PRODUCT
            )!.read!;
          assert(read("one month") > 0);
          assertLessOrEqual(read("one month"), read("all columns"));
        },
      );
      await t.step("machine and versions are named, no host is", () => {
        const { machine, versions, stack } = results;
        assertEquals(stack, "local");
        assert(machine.cores > 0 && machine.memory > 1e9 && machine.cpu);
        assertEquals(versions.Trino, "483");
        const text = JSON.stringify(results);
        assert(!text.includes(Deno.hostname()), "the host's name");
      });
      await t.step("nothing is left behind", assertNothingLeft);
      await t.step("notebook 90 shows the results with charts", async () => {
        const [path] = await findNotebooks(["90"]);
        const { fault, path: executed } = await runNotebook(path!, {
          ...{ dir: `${dir}/executed`, env: { BENCH_RESULTS: dir } },
        });
        assertEquals(fault, undefined);
        const { cells } = await readNotebook(executed);
        const outputs = cells.flatMap(({ outputs = [] }) => outputs);
        const charts = outputs.filter((output) =>
          JSON.stringify(output).includes("data:image/svg+xml")
        );
        assertEquals(charts.length, 4);
        const text = outputTexts(outputs).join("\n");
        assertStringIncludes(text, "✓ Every subject made as many rows");
        await Deno.remove(`${dir}/executed`, { recursive: true });
      });
      await t.step("bench:figures puts a table between the marks", async () => {
        const page = `${dir}/figures.md`;
        await Deno.writeTextFile(
          page,
          "# A\n\n<!-- bench -->\nold\n<!-- /bench -->\n\n# B\n",
        );
        const args = ["--page", page];
        const ended = await task("bench:figures", args, { BENCH_RESULTS: dir });
        assertEquals(ended.code, 0, ended.text);
        const text = await Deno.readTextFile(page);
        assertStringIncludes(text, "| generate, 50,000 rows ");
        assertStringIncludes(text, "PyIceberg");
        assert(!text.includes("old") && text.endsWith("\n\n# B\n"), text);
      });
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});

Deno.test({
  name: "Ctrl+C ends the bench and the Spark it started, and nothing is left",
  ignore: !Deno.env.get("TEST_ALL"),
  fn: async () => {
    const dir = await Deno.makeTempDir();
    const mark = `--namespace ${NAMESPACE} --table`;
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", `${PROJECT_DIR}/bench/main.ts`, "--rows", "0.05"],
        ...["--steps", "ingest", "--no-warm-up", "--out", dir],
      ],
      env: { NO_COLOR: "1", LAKEHOUSE_TRAIN: "0" },
      stdout: "null",
      stderr: "piped",
    }).spawn();
    for (let i = 0; i < 300 && (await processesWith(mark)).length === 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    assert((await processesWith(mark)).length > 0, "no Spark was started");
    child.kill("SIGINT");
    const { code, stderr } = await child.output();
    assertEquals(code, 130);
    assertStringIncludes(
      new TextDecoder().decode(stderr),
      "Stopped by the user",
    );
    // At once: left alone it would end by itself after some seconds.
    assertEquals(await processesWith(mark), []);
    await assertNothingLeft();
    assertEquals([...Deno.readDirSync(dir)], [], "results of a stopped bench");
    await Deno.remove(dir, { recursive: true });
  },
});

Deno.test("bench says beforehand that rows will not fit, and goes on", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const { code, text } = await task("bench", [
      ...["--rows", "900000", "--steps", "generate", "--out", dir],
    ]);
    assertEquals(code, 0, text);
    assertStringIncludes(text, "900,000,000,000 rows will not fit");
    const { results, missing } = await onlyResults(dir);
    assertEquals(results, []);
    assertStringIncludes(missing[0]!.reason, "will not fit");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("bench refuses what it cannot do, before it begins", async () => {
  const none = await Deno.makeTempDir();
  const refused: [string[], Record<string, string>, string][] = [
    [["--steps", "generate,dance"], {}, 'the step "dance"'],
    [["--rounds", "0"], {}, '"0" rounds'],
    [["--rows", "x"], {}, "Cannot"],
    [["--peers", "many"], {}, '"many" million rows'],
    [["--steps", "upload"], { LAKEHOUSE_STATE: none, STACK: "" }, "task up"],
  ];
  for (const [args, env, sentence] of refused) {
    const { code, text } = await task("bench", args, env);
    assertEquals(code, 1, text);
    assertStringIncludes(text, sentence);
  }
  await Deno.remove(none, { recursive: true });
});

Deno.test("a second bench says that one is running", async () => {
  using lock = await Deno.open(`${stateDir()}/bench.lock`, {
    ...{ create: true, write: true },
  });
  await lock.lock(true);
  const { code, text } = await task("bench", ["--steps", "generate"]);
  assertEquals(code, 1);
  assertStringIncludes(text, "another bench of this folder is running");
});
