/**
 * Faults of a download of real trips.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { type PortalServer, portalServer } from "../../servers/portal.ts";
import type { Fault } from "../fault.ts";
import { filesOf, type Running, type Said, type Scene } from "../scene.ts";

const MONTH = ["--months", "2023-03"];

/** A portal with a few trips of that month. */
function portal(): PortalServer {
  const rows = Array.from({ length: 20 }, (_, i) => ({
    trip_id: String(i).padStart(40, "0"),
    taxi_id: "a".repeat(128),
    trip_start_timestamp: "2023-03-12T02:15:00.000",
    trip_seconds: "1044",
    fare: "17.5",
    company: "Flash Cab",
  }));
  return portalServer({ "wrvz-psew": rows, "ajtu-isnz": [] });
}

/** Does something while the portal is asked for rows, and then lets it answer. */
async function amidDownload(
  scene: Scene,
  act: (run: Running, again: () => Running) => Promise<Said>,
): Promise<Said> {
  await using server = portal();
  const start = () =>
    scene.task("download", MONTH, { env: { PORTAL_URI: server.uri } });
  const asked = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const wait = async () => {
    asked.resolve();
    await goOn.promise;
    return new Response(null, { status: 503 });
  };
  // Once it has been asked how many there are.
  server.faults.push(() => undefined, wait);
  const run = start();
  await Promise.race([
    asked.promise,
    run.ended.then(({ text }) => Promise.reject(new Error(text))),
  ]);
  const said = await act(run, start);
  goOn.resolve();
  await run.ended;
  // The next run finds what the first one left.
  const { code, text } = await start().ended;
  assertEquals(code, 0, text);
  scene.notes.set("files", Object.keys(await filesOf(scene.parquet)));
  scene.notes.set("text", text);
  return said;
}

/** The month is there once, whole, and nothing half lies beside it. */
function monthIsWhole(scene: Scene): Promise<void> {
  const files = scene.notes.get("files") as string[];
  const trips = files.filter((name) => name.endsWith(".parquet"));
  assertEquals([trips.length, files.length], [1, 2], String(files));
  return Promise.resolve();
}

const NEXT = "the next run brings the month whole, once";

/** Faults of `deno task download`. */
export const PORTAL_FAULTS: readonly Fault[] = [
  {
    step: "download",
    fault: "Ctrl+C while rows come",
    told: "Stopped by the user",
    after: NEXT,
    make: (scene) => amidDownload(scene, (run) => run.harm(run.stop)),
    holds: monthIsWhole,
  },
  {
    step: "download",
    fault: "its process is killed while rows come",
    by: "the next upload",
    told:
      "Cannot upload from …: it holds no Parquet files. Next: run notebook 02, or deno task generate",
    after: NEXT,
    make: (scene) =>
      amidDownload(scene, async (run) => {
        await run.harm(() => run.kill("SIGKILL"));
        return await scene.step("upload").ended;
      }),
    holds: monthIsWhole,
  },
  {
    step: "download",
    fault: "two at once into one folder",
    by: "the second",
    told:
      "Cannot download into …: a download (process …, since …) is at it. Next: wait for it, or end it with Ctrl+C in its terminal",
    after: "the first one's month is whole",
    make: (scene) => amidDownload(scene, (_, again) => again().ended),
    holds: monthIsWhole,
  },
];
