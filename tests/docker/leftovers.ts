/**
 * What a lane that was killed has left on the engine, here or in another clone.
 *
 * @module
 */

import { docker } from "../../stack/docker/engine.ts";

/** Name of the volume and the network that the lane has to leave alone. */
export const FOREIGN = "lakehouse-foreign";

const KINDS = [
  { list: ["ps", "--all"], remove: ["rm", "--force"] },
  { list: ["network", "ls"], remove: ["network", "rm"] },
  { list: ["volume", "ls"], remove: ["volume", "rm"] },
];

/**
 * Removes all that goes by the project's name, of whichever folder it was: the
 * name is the lane's alone, and no `down` touches another folder's.
 */
export async function removeLeftovers(project: string): Promise<void> {
  const label = `label=com.docker.compose.project=${project}`;
  for (const filter of [label, `name=${FOREIGN}`]) {
    for (const { list, remove } of KINDS) {
      const { stdout } = await docker([...list, "--quiet", "--filter", filter]);
      const ids = stdout.split("\n").filter((id) => id !== "");
      if (ids.length > 0) await docker([...remove, ...ids]);
    }
  }
}
