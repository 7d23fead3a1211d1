import { once } from "node:events";
import { cacheDir } from "../../stack/install/cache.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import {
  archiveDir,
  discardRecordings,
  publishArchives,
  recordingEnv,
} from "../../stack/local/class_archive.ts";
import { prepareLocal } from "../../stack/local/local.ts";
import { noteTried, untrained } from "../../stack/local/training.ts";
import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { interruptSignal } from "../../lib/core/interrupt.ts";
import { run } from "../../lib/core/process.ts";
import { command, main, shown } from "../terminal/cli.ts";

function freePorts(names: string[]): Record<string, string> {
  const listeners = names.map((name) =>
    [name, Deno.listen({ hostname: "127.0.0.1", port: 0 })] as const
  );
  const ports = listeners.map(([name, listener]) =>
    [name, String((listener.addr as Deno.NetAddr).port)] as const
  );
  for (const [, listener] of listeners) listener.close();
  return Object.fromEntries(ports);
}

/** A stack of the training's own; nothing leads to another one. */
function rehearsalEnv(): Record<string, string> {
  const ports = freePorts([
    ...["S3_PORT", "CATALOG_PORT", "CATALOG_BACKEND_PORT", "TRINO_PORT"],
  ]);
  const at = (name: string) => `http://127.0.0.1:${ports[name]}`;
  const state = `${cacheDir()}/class-archives/rehearsal`;
  return {
    ...ports,
    LAKEHOUSE_STATE: state,
    PARQUET_DIR: `${state}/parquet`,
    STACK: "local",
    MINIO_HOST: at("S3_PORT"),
    ENGINE_MINIO_HOST: at("S3_PORT"),
    CATALOG_URI: `${at("CATALOG_PORT")}/_iceberg`,
    ENGINE_CATALOG_URI: `${at("CATALOG_PORT")}/_iceberg`,
    TRINO_URI: at("TRINO_PORT"),
    MINIO_ACCESS_KEY: "rehearsal",
    MINIO_SECRET_KEY: crypto.randomUUID(),
  };
}

async function train(): Promise<void> {
  await prepareLocal(shown());
  const programs = await untrained();
  if (programs.length === 0) {
    console.log("Every program has its archive: nothing to train.");
    return;
  }
  await Deno.mkdir(archiveDir(), { recursive: true });
  using lock = await Deno.open(`${archiveDir()}/lock`, {
    ...{ create: true, write: true },
  });
  if (!await lock.tryLock(true)) {
    console.log("A training run is under way already.");
    return;
  }
  console.log(`Training ${programs.join(", ")}: a minute or two`);
  await discardRecordings();
  await noteTried();
  const signal = interruptSignal();
  const code = await run({
    command: Deno.execPath(),
    args: ["run", "-A", `${PROJECT_DIR}/tasks/train/rehearse.ts`],
    env: { ...rehearsalEnv(), ...recordingEnv() },
    // It closes when this program ends or is to end, however that comes; the other
    // one ends its stack then, for which `signal` would leave it too little time.
    input: new ReadableStream({
      async pull(input) {
        await once(signal, "abort");
        input.close();
      },
    }),
    onLine: (line) => console.log(`  ${line}`),
  });
  signal.throwIfAborted();
  if (code !== 0) {
    throw new LakehouseError({
      what: "Cannot make the class archives",
      why: "the training run failed; the lines above say why",
      next: "everything works without them, only starts take longer",
    });
  }
  console.log(`Made ${(await publishArchives()).join(", ")}`);
}

await main(
  command(
    "train",
    "Makes later starts quicker: archives of the classes that Trino, Spark and the services load.",
  ).action(train),
);
