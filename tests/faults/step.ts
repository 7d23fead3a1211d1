/**
 * One step of the library's as a program, so that it can be killed, stopped and
 * looked at from outside. Says "now" when it is in its middle.
 *
 * @module
 */

import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { settings } from "../../lib/core/settings.ts";
import { ingest } from "../../lib/spark/ingest.ts";
import { lakeArguments, submit } from "../../lib/spark/submit.ts";
import { upload } from "../../lib/store/staging.ts";
import { query } from "../../lib/trino/client.ts";
import { prepareLocal } from "../../stack/local/local.ts";
import { command, main, shown } from "../../tasks/terminal/cli.ts";

/** For so long a step stands still in its middle. */
let pauseMs = Number(Deno.env.get("FAULT_PAUSE_SECONDS") ?? 0) * 1000;

function now(): void {
  console.log("now");
  if (pauseMs === 0) return;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
  pauseMs = 0;
}

/** An ingest that dies when all is written and nothing is published. */
async function dyingIngest(): Promise<void> {
  const { stagingBucket, table } = settings();
  const staging = ["--staging", `s3a://${stagingBucket}/${table}/`];
  await submit({
    script: "../tests/lib/ingest_faults.py",
    args: ["killed", ...staging, "--table", table, ...lakeArguments()],
  });
}

const STEPS: Record<string, (text: string) => Promise<unknown>> = {
  install: () => prepareLocal({ ...shown(), onDownload: now }),
  upload: () => upload({ onProgress: now }),
  "dying ingest": dyingIngest,
  ingest: () => ingest({ onProgress: ({ total }) => total > 0 && now() }),
  warehouse: () => ensureWarehouse(catalog()),
  "trino catalog": () => ensureTrinoCatalog(),
  async query(text) {
    const { rows } = await query(text, { onProgress: now });
    console.log(`answer: ${Object.values(rows[0] ?? {})}`);
  },
};

/** A clock that is wrong, as this program sees it. */
const off = Number(Deno.env.get("FAULT_CLOCK_MINUTES") ?? 0) * 60_000;
if (off) {
  const Right = Date;
  globalThis.Date = class extends Right {
    constructor(...given: []) {
      super(...given.length > 0 ? given : [Right.now() + off] as unknown as []);
    }
    static override now = () => Right.now() + off;
  } as DateConstructor;
}

await main(
  command("step", "Runs one step of the library's.")
    .argument("<name>")
    .argument("[text]")
    .action(async (name: string, text = "") => {
      await STEPS[name]!(text);
      console.log("done");
    }),
);
