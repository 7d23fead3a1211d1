/**
 * Trino's own client as a peer of the product's.
 *
 * @module
 */

import { settings } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { literal } from "../../lib/trino/literal.ts";
import { query } from "../../lib/trino/client.ts";
import type { Sample, Subject } from "../report/compare.ts";
import type { Bench } from "../measure/context.ts";
import { questions } from "../measure/dialects.ts";
import { trinoCli } from "../install/trino_cli.ts";
import { NAMESPACE, TABLE, workDir } from "../measure/lake.ts";
import { measure } from "../measure/process.ts";
import { ALL } from "../measure/scans.ts";

/** Moments of a query by Trino's clock, in milliseconds. */
interface Seen {
  created: number;
  ended: number;
}

/** When Trino got and ended the queries of one source. */
async function seenFrom(source: string): Promise<Seen[]> {
  const { rows } = await query(
    `SELECT to_unixtime(created) AS created, to_unixtime("end") AS ended
     FROM system.runtime.queries WHERE source = ${literal(source)}
     ORDER BY created`,
  );
  return rows.map(({ created, ended }) => ({
    created: Number(created) * 1000,
    ended: Number(ended) * 1000,
  }));
}

/**
 * The client as a subject: one program asks all questions, one after the other.
 *
 * A question's time is that between the moment Trino got it and the moment it
 * got the next one, so the start of Java is in the time of all ten only.
 */
export async function trinoCliSubject(bench: Bench): Promise<Subject> {
  const { command, args, version } = await trinoCli();
  bench.versions["Trino CLI"] = version;
  const { trinoUri, trinoCatalog } = settings();
  const asked = questions(TABLE, "Trino");
  const file = `${workDir()}/questions.sql`;
  await Deno.mkdir(workDir(), { recursive: true });
  // One more, so that the last of the ten is followed by one too.
  const statements = [...asked.map(([, sql]) => sql), "SELECT 1"];
  await Deno.writeTextFile(file, statements.join(";\n") + ";\n");
  return {
    name: "Trino CLI",
    async run(): Promise<Sample[]> {
      const source = `bench-${crypto.randomUUID()}`;
      let rows = -1;
      const { wall, cpu, rss } = await measure({
        name: "Trino CLI",
        command,
        args: [
          ...[...args, "--server", trinoUri, "--catalog", trinoCatalog],
          ...["--schema", NAMESPACE, "--source", source, "--file", file],
          ...["--output-format", "CSV", "--user", "lakehouse"],
        ],
        env: { TRINO_PAGER: "" },
        // Every value stands in quotes; whatever else it prints does not.
        onLine: (line) => rows += line.startsWith('"') ? 1 : 0,
      });
      const seen = await seenFrom(source);
      if (seen.length !== statements.length) {
        throw new LakehouseError({
          what: "Cannot tell the times of Trino CLI",
          why: `Trino knows ${seen.length} of its ${statements.length} queries`,
        });
      }
      const samples: Sample[] = asked.map(([name], i) => ({
        case: name,
        seconds: (seen[i + 1]!.created - seen[i]!.created) / 1000,
        figures: { "Trino ms": seen[i]!.ended - seen[i]!.created },
      }));
      const all = { case: ALL, seconds: wall, counted: rows };
      return [...samples, { ...all, wall, cpu, rss }];
    },
  };
}
