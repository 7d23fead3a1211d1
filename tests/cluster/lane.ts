/**
 * What the tests of the cluster have in common.
 *
 * @module
 */

import { taskArguments } from "../../tasks/dev/task.ts";
import { query } from "../../lib/trino/client.ts";

/** Runs a task to its end with these variables. */
export async function task(
  name: string,
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<{ code: number; out: string; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: taskArguments(name, ...args),
    env: { NO_COLOR: "1", ...env },
  }).output();
  const [out, error] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes)
  ) as [string, string];
  return { code, out, text: out + error };
}

const START_MS = 240_000;

/** Waits until the coordinator and so many workers answer. */
export async function trinoIsUp(workers = 2): Promise<void> {
  const last = performance.now() + START_MS;
  const sql =
    "SELECT count(*) AS n FROM system.runtime.nodes WHERE state = 'active' AND NOT coordinator";
  for (;;) {
    const found = await query(sql, { limitMs: 10_000 })
      .then(({ first }) => first.n, (error: Error) => error.message);
    if (found === BigInt(workers)) return;
    if (performance.now() > last) {
      throw new Error(`Trino and ${workers} workers did not come: ${found}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}
