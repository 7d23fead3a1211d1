import { testBroken } from "./broken.ts";

testBroken("09", [
  {
    // A writer that commits twice what it was told once.
    claim: "The table has every trip",
    from: "=> ask(insert(batch), quiet);",
    to: "=> ask(insert(batch)).then(() => ask(insert(batch)));",
  },
  {
    // A writer that commits its batches in two halves.
    claim: "No reader saw a part of a commit",
    from: "=> ask(insert(batch), quiet);",
    to: `=> ask(insert(batch) + " AND trip % 3 = 0")
      .then(() => ask(insert(batch) + " AND trip % 3 > 0"));`,
  },
  {
    // A reader that is a second late.
    claim: "Who asks after a commit sees it",
    from: `await ask(counts("trips"), quiet)`,
    to: `await ask(counts("trips").replace("GROUP",
      "FOR TIMESTAMP AS OF current_timestamp - INTERVAL '1' SECOND GROUP"), quiet)`,
  },
  {
    // A writer that reads in one statement and writes in another.
    claim: "Every row holds the number of acknowledged commits",
    from: `"Trino, UPDATE": () => ask(update, quiet),`,
    to: `"Trino, UPDATE": async () => {
      const { first } = await ask(look);
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      await ask(\`UPDATE \${lab}.tally SET n = \${first.high} + 1\`);
    },`,
  },
  {
    claim: "Conflicts were reported, and overcome by trying again",
    from: "batches.slice(0, 12)",
    to: "batches.slice(0, 12), { retries: 0 }",
  },
  {
    // A reader that asks in two statements.
    claim: "No reader saw an update half done",
    from: "(await ask(look, quiet)).first }",
    to: `({
      ...(await ask(look)).first,
      high: (await ask(look)).first.high,
    }) }`,
  },
  {
    claim: "Copy-on-write leaves no deletes to readers",
    from: `mode: "copy-on-write"`,
    to: `mode: "merge-on-read"`,
  },
  {
    // Trino deletes other rows than Spark.
    claim: "All four ways lead to the same rows",
    from: "? ask(text)",
    to: `? ask(text.replace("% 100 = 0", "% 100 = 4"))`,
  },
  {
    // The writer lives.
    claim: "A writer killed while it writes leaves the table",
    from: "await doomed.kill();",
    to: "await answer;",
  },
  {
    // The writer has committed a half of its rows before.
    claim: "A writer killed while it commits has committed all or nothing",
    from: "await second.next({ path: /-m\\d+\\.avro$/ });",
    to: `await dying.sql(add(6) + " WHERE trip % 3 = 0");`,
  },
  {
    // Somebody has tidied up already.
    claim: "The files that a dead writer left are found, each by its name",
    from: `const stock = await iceberg.tableObjects(lab, "survivor");`,
    to: `const least =
      \`\${settings().trinoCatalog}.remove_orphan_files_min_retention\`;
    await ask(
      \`ALTER TABLE \${lab}.survivor
        EXECUTE remove_orphan_files(retention_threshold => '0s')\`,
      { session: { [least]: "0s" } },
    );
    const stock = await iceberg.tableObjects(lab, "survivor");`,
  },
  {
    // Trino is told to keep what is younger than a week.
    claim: "Trino removes exactly these files",
    from: "retention_threshold => '0s'",
    to: "retention_threshold => '7d'",
  },
]);
