import { assert, assertEquals, assertRejects } from "@std/assert";
import { CatalogError } from "../../lib/catalog/call.ts";
import { SparkError } from "../engines/spark_error.ts";
import { TrinoError, type TrinoPage } from "../../lib/trino/client.ts";
import { isCommitConflict, runWriters } from "./writers.ts";

const ICEBERG = "org.apache.iceberg.exceptions";

function trinoError(type: string, message: string): TrinoError {
  const page = {
    id: "20260101_000000_00000_abcde",
    stats: {},
    error: {
      message: `Failed to commit during write: ${message}`,
      errorName: "ICEBERG_COMMIT_ERROR",
      errorType: "EXTERNAL",
      failureInfo: {
        type: "io.trino.spi.TrinoException",
        message,
        cause: { type, message },
      },
    },
  };
  return new TrinoError(page as unknown as TrinoPage);
}

const conflict = () =>
  trinoError(`${ICEBERG}.ValidationException`, "Found conflicting files");
const unknown = () =>
  trinoError(`${ICEBERG}.CommitStateUnknownException`, "Read timed out");

Deno.test("isCommitConflict() knows the conflicts of Trino, Spark and the catalog", () => {
  const inSpark = (name: string, message: string) =>
    new SparkError({ causes: [{ name, message }], stack: [] });
  const inCatalog = (type: string) =>
    new CatalogError({ what: "Cannot commit" }, 409, type);
  assert(isCommitConflict(conflict()));
  assert(isCommitConflict(inSpark(`${ICEBERG}.CommitFailedException`, "")));
  assert(isCommitConflict(inCatalog("CommitFailedException")));
  assert(!isCommitConflict(unknown()));
  assert(!isCommitConflict(inSpark("java.io.IOException", "conflict")));
  assert(!isCommitConflict(inCatalog("AlreadyExistsException")));
  assert(!isCommitConflict(new Error("conflict")));
});

Deno.test("a conflict of Trino says so, and what to do", () => {
  const { why, next } = conflict();
  assertEquals(
    [why, next],
    [
      "another writer committed in between, and nothing was written",
      "run the statement again",
    ],
  );
  assertEquals(unknown().why, undefined);
});

Deno.test("runWriters() deals the jobs out, and each writer does one after another", async () => {
  const done: Record<string, number[]> = { one: [], two: [] };
  const running = new Set<string>();
  const write = (name: string) => async (job: number) => {
    assert(!running.has(name));
    running.add(name);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running.delete(name);
    done[name]!.push(job);
  };
  const ledger = await runWriters(
    { one: write("one"), two: write("two") },
    [1, 2, 3, 4, 5],
  );
  assertEquals(done, { one: [1, 3, 5], two: [2, 4] });
  assertEquals(ledger.committed.toSorted(), [1, 2, 3, 4, 5]);
  assertEquals([ledger.conflicts, ledger.failed.length], [0, 0]);
});

Deno.test("runWriters() tries again after a conflict, and counts it", async () => {
  let version = 0;
  // Commits only when nobody else has in between, as a catalog does.
  const write = async () => {
    const seen = version;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
    if (version !== seen) throw conflict();
    version++;
  };
  const ledger = await runWriters(
    { one: write, two: write, three: write },
    Array.from({ length: 12 }, (_, n) => n),
  );
  assertEquals(version, 12);
  assertEquals(ledger.committed.length, 12);
  assert(ledger.conflicts > 0);
  for (const { attempts } of ledger.entries) {
    assertEquals(attempts.at(-1)?.outcome, "committed");
    assert(
      attempts.slice(0, -1).every(({ outcome }) => outcome === "conflict"),
    );
    assert(attempts.every(({ startMs, endMs }) => endMs >= startMs));
  }
});

Deno.test("runWriters() never repeats what may be committed, and goes on", async () => {
  let tries = 0;
  const ledger = await runWriters({
    one: (job: number) => {
      if (job !== 2) return Promise.resolve();
      tries++;
      return Promise.reject(unknown());
    },
  }, [1, 2, 3]);
  assertEquals(tries, 1);
  assertEquals(ledger.committed, [1, 3]);
  const [failed] = ledger.failed;
  assertEquals([failed?.job, ledger.failed.length], [2, 1]);
  assert(failed?.error instanceof TrinoError);
});

Deno.test("runWriters() gives a job up after its last retry", async () => {
  const ledger = await runWriters(
    { one: () => Promise.reject(conflict()) },
    ["only"],
    { retries: 2 },
  );
  assertEquals([ledger.conflicts, ledger.committed], [3, []]);
  assertEquals(ledger.failed[0]?.job, "only");
});

Deno.test("runWriters() ends at the signal, with its reason", async () => {
  const controller = new AbortController();
  const running = runWriters(
    { one: () => Promise.reject(conflict()) },
    [1],
    { signal: controller.signal },
  );
  setTimeout(() => controller.abort(new Error("stopped by the test")), 20);
  await assertRejects(() => running, Error, "stopped by the test");
});
