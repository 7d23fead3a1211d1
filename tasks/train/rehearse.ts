/**
 * The training run itself, on a stack of its own: everything once, while the
 * Java programs record which classes they load. `deno task train` starts it.
 *
 * @module
 */

import { catalog } from "../../lib/catalog/config.ts";
import { ensureWarehouse } from "../../lib/catalog/warehouses.ts";
import { settings, stateDir } from "../../lib/core/settings.ts";
import { interruptSignal } from "../../lib/core/interrupt.ts";
import * as queries from "../../lab/engines/queries.ts";
import { localStack } from "../../stack/local/local.ts";
import { uploadFiles } from "../../lib/store/staging.ts";
import { submitIngest } from "../../lib/spark/ingest.ts";
import { generateTrips } from "../../lib/trips/generate.ts";
import { query } from "../../lib/trino/client.ts";
import { ensureTrinoCatalog } from "../../lib/trino/catalog.ts";
import { command, main } from "../terminal/cli.ts";

const ROWS = 100_000;
const ROUNDS = 3;

/** Ends the rehearsal, with all that it started, when whoever asked for it is gone or ends it. */
function endWithCaller(): void {
  let isEnding = false;
  const end = () => {
    // A second one would end it at once, and leave its stack behind.
    if (!isEnding) Deno.kill(Deno.pid, "SIGINT");
    isEnding = true;
  };
  Deno.addSignalListener("SIGTERM", end);
  Deno.stdin.readable.pipeTo(new WritableStream()).then(end, end);
}

async function rehearse(): Promise<void> {
  // One for all steps: an end between two of them is an end, too.
  const signal = interruptSignal();
  endWithCaller();
  // What a run that was killed has left behind.
  await localStack.down({ clean: true });
  try {
    await localStack.up({
      signal,
      onStep: (message) => console.log(message),
    });
    await ensureWarehouse(catalog());
    await generateTrips({ rows: ROWS, dir: settings().parquetDir, signal });
    await uploadFiles({ signal });
    await submitIngest({ signal });
    await ensureTrinoCatalog();
    for (let round = 0; round < ROUNDS; round++) {
      for (const question of Object.values(queries)) {
        await query(question(), { signal });
      }
    }
  } finally {
    // The archives are written while the services end; of a stopped run nobody wants them.
    await localStack.down({ clean: true, atOnce: signal.aborted });
    await Deno.remove(stateDir(), { recursive: true });
  }
}

await main(command("rehearse", "Used by deno task train.").action(rehearse));
