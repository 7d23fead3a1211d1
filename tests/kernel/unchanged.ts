/**
 * Notebooks that run as they are in the repository, on a lane's stack.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { readNotebook } from "../../tasks/notebooks/document.ts";
import { findNotebooks } from "../../tasks/notebooks/paths.ts";
import { runNotebook } from "../../tasks/notebooks/run.ts";
import { notShown } from "./executed_notebooks.ts";

/** Numbers of the notebooks that the lane is to run. */
export function notebooksOfLane(): string[] {
  return (Deno.env.get("LANE_NOTEBOOKS") ?? "").split(",");
}

/** Runs a notebook, which must end well and show no secret; what it shows. */
export async function runsUnchanged(
  number: string,
  secrets: readonly string[],
): Promise<string> {
  const [path] = await findNotebooks([number]);
  const { fault, path: executed, seconds } = await runNotebook(path!);
  assertEquals(fault, undefined);
  console.log(`notebook ${number}: ${seconds.toFixed(0)} s`);
  for (const claim of notShown(await readNotebook(executed))) {
    console.log(claim);
  }
  const text = await Deno.readTextFile(executed);
  for (const secret of secrets) {
    assert(secret !== "" && !text.includes(secret), "a secret in an output");
  }
  return text;
}
