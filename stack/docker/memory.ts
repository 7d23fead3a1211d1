/**
 * How much memory containers take.
 *
 * @module
 */

import type { Container } from "./compose.ts";
import { docker } from "./engine.ts";

/** Memory in bytes from docker's words for it, such as `1.5GiB / 2GiB`. */
function parseMemory(text: string): number | undefined {
  const match = text.match(/^([\d.]+)\s*([KMG]i?)?B/);
  if (!match) return undefined;
  const power = { K: 1, M: 2, G: 3 }[match[2]?.[0] ?? ""] ?? 0;
  return Math.round(Number(match[1]) * 1024 ** power);
}

/** Memory in bytes by the id of the container. */
export async function memoryById(
  running: Container[],
): Promise<Map<string, number | undefined>> {
  if (running.length === 0) return new Map();
  const { stdout } = await docker([
    "stats",
    "--no-stream",
    "--no-trunc",
    "--format",
    "{{.ID}} {{.MemUsage}}",
    ...running.map(({ id }) => id),
  ]);
  return new Map(
    stdout.split("\n").map((line) => {
      const [id = "", ...rest] = line.split(" ");
      return [id, parseMemory(rest.join(" "))];
    }),
  );
}
