/**
 * A result as a notebook shows it: scores, the matrix, the evidence of a cell.
 *
 * @module
 */

import { LakehouseError } from "../../lib/core/errors.ts";
import { formatDuration } from "../../lib/core/format.ts";
import type { Displayable } from "../../lib/core/kernel.ts";
import { table } from "../../lib/show/table.ts";
import { answerText } from "./answer.ts";
import type { EngineName } from "./capability.ts";
import { type CompatResult, groupsOf, scoreText, SIGNS } from "./result.ts";

/**
 * Groups and engines: how many probes work of how many were asked; `–` where
 * nothing is offered.
 */
export function scores(result: CompatResult): Displayable {
  return table(
    groupsOf(result).map(({ title, rows }) =>
      Object.fromEntries([
        ["group", title],
        ...result.engines.map((engine) => [
          engine.title,
          scoreText(rows, engine.name),
        ]),
      ])
    ),
  );
}

/** Every row with the sign of each engine: `✓`, `≈`, `✗`, `–`, `!` for no verdict, nothing where it is not about the engine. */
export function matrix(result: CompatResult): Displayable {
  return table(
    groupsOf(result).flatMap(({ title, rows }) =>
      rows.map((row) =>
        Object.fromEntries([
          ["group", title],
          ["capability", row.name],
          ["id", row.id],
          ...result.engines.map((engine) => {
            const cell = row.cells[engine.name];
            if (cell === undefined) return [engine.title, ""];
            return [engine.title, cell ? SIGNS[cell.verdict] : "!"];
          }),
        ])
      )
    ),
    { limit: 200 },
  );
}

/**
 * What one cell rests on: each statement with its seconds and what came of it.
 *
 * @throws {LakehouseError} When the result has no such cell.
 */
export function evidence(
  result: CompatResult,
  id: string,
  engine: EngineName,
): Displayable {
  const row = result.capabilities.find((row) => row.id === id);
  const cell = row?.cells[engine];
  if (!cell) {
    throw new LakehouseError({
      what: `Cannot show the evidence of "${id}" with ${engine}`,
      why: row ? "it has no verdict" : "the result has no such row",
      next: `choose among ${
        result.capabilities.map(({ id }) => id).join(", ")
      }`,
    });
  }
  const { verdict, reason, steps, seconds } = cell;
  return table([
    ...steps.map(({ text, seconds, answer, error }) => ({
      statement: text,
      "what came": error ?? (answer ? answerText(answer) : ""),
      took: formatDuration(seconds * 1000),
    })),
    {
      statement: `${SIGNS[verdict]} ${row!.name}`,
      "what came": reason ?? verdict,
      took: formatDuration(seconds * 1000),
    },
  ], { limit: 100 });
}
