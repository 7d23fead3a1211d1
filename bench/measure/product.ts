/**
 * The product's long steps as programs of their own, so that each can be
 * measured like a peer.
 *
 *     deno run -A bench/measure/product.ts generate ROWS FOLDER
 *     deno run -A bench/measure/product.ts upload FOLDER
 *     deno run -A bench/measure/product.ts ingest [register TABLE]
 *     deno run -A bench/measure/product.ts again TABLE
 *     deno run -A bench/measure/product.ts add append|merge TABLE FOLDER
 *     deno run -A bench/measure/product.ts first
 *
 * They run what notebooks 02 to 04 and the first cells of 05 run, without the
 * progress bars.
 *
 * @module
 */

import { LakehouseError } from "../../lib/core/errors.ts";
import { settings } from "../../lib/core/settings.ts";

const STEPS: Record<string, (...args: string[]) => Promise<object>> = {
  async generate(rows = "", dir = "") {
    const { generateTrips } = await import("../../lib/trips/generate.ts");
    const { seconds } = await generateTrips({ rows: Number(rows), dir });
    return { seconds };
  },
  async upload(dir = "") {
    const { uploadFiles } = await import("../../lib/store/staging.ts");
    const { seconds, uploaded } = await uploadFiles({ dir });
    return { seconds, uploaded };
  },
  async ingest(way = "", table?: string) {
    // What notebook 01 does before; it is there already but on a new stack.
    const { catalog } = await import("../../lib/catalog/config.ts");
    const { ensureWarehouse } = await import("../../lib/catalog/warehouses.ts");
    await ensureWarehouse(catalog());
    const { submitIngest } = await import("../../lib/spark/ingest.ts");
    const { seconds, sparkSeconds } = await submitIngest({
      register: way === "register",
      staged: settings().table,
      ...table ? { table } : {},
    });
    return { seconds, "inside Spark": sparkSeconds };
  },
  async again(table = "") {
    const { sparkSession } = await import("../../lab/engines/spark_session.ts");
    await using spark = await sparkSession({ name: "bench", isLong: true });
    const options = { table, staged: settings().table };
    const first = await spark.ingest(options);
    const { seconds } = await spark.ingest(options);
    return { seconds, "the first": first.seconds };
  },
  async add(mode = "", table = "", folder = "") {
    const { submitIngest } = await import("../../lib/spark/ingest.ts");
    const staged = settings().table;
    await submitIngest({ register: true, staged, table });
    const { seconds, sparkSeconds } = await submitIngest({
      ...{ mode: mode as "append" | "merge", staged: folder, table },
    });
    return { seconds, "inside Spark": sparkSeconds };
  },
  async first() {
    const { query } = await import("../../lib/trino/client.ts");
    const { ensureTrinoCatalog } = await import("../../lib/trino/catalog.ts");
    const { tripsByCompany } = await import("../../lab/engines/queries.ts");
    const started = performance.now();
    await ensureTrinoCatalog();
    const made = performance.now() - started;
    const { clientMs, rows } = await query(tripsByCompany());
    return {
      seconds: clientMs / 1000,
      "catalog ms": made,
      counted: rows.reduce((sum, { trips }) => sum + Number(trips), 0),
    };
  },
};

if (import.meta.main) {
  const [step = "", ...args] = Deno.args;
  // So that what it started ends with it, as after Ctrl+C in a terminal.
  Deno.addSignalListener("SIGTERM", () => Deno.kill(Deno.pid, "SIGINT"));
  try {
    console.log(JSON.stringify({ bench: await STEPS[step]!(...args) }));
    Deno.exit(0);
  } catch (error) {
    console.error(error instanceof LakehouseError ? error.message : error);
    Deno.exit(1);
  }
}
