/**
 * One step of the library's as a program, so that it can be killed, stopped and
 * looked at from outside. Says "now" when it is in its middle.
 *
 * @module
 */

import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { ingest } from "../../lib/spark/ingest.ts";
import { upload } from "../../lib/store/staging.ts";
import { query } from "../../lib/trino/client.ts";
import { prepareLocal } from "../../stack/local/local.ts";
import { command, main, shown } from "../../tasks/terminal/cli.ts";

const now = () => console.log("now");

const STEPS: Record<string, (text: string) => Promise<unknown>> = {
  install: () => prepareLocal({ ...shown(), onDownload: now }),
  upload: () => upload({ onProgress: now }),
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
