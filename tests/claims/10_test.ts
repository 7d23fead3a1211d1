import { testBroken } from "./broken.ts";

const LEAST = "unique_key = (SELECT min(unique_key) FROM ${lab}.trips)";

testBroken("10", [
  {
    // DuckDB and TypeScript go on reading the snapshot that they know.
    claim: "Trino, Spark, DuckDB and TypeScript agree",
    from: "const answers: Record<string, object> = {",
    to: `await spark.sql(\`DELETE FROM \${lab}.trips WHERE ${LEAST}\`);\n` +
      "const answers: Record<string, object> = {",
  },
  {
    // Manifests count a row that a file of deletes takes away.
    claim: "The manifests alone have the count",
    from: "const start = iceberg.columnTotals",
    to: `await ask(\`DELETE FROM \${lab}.trips WHERE ${LEAST}\`);\n` +
      "const start = iceberg.columnTotals",
  },
  {
    // One of the four has read a table in which one value differs.
    claim: "All four have the same checksum over all columns",
    from: 'const original = await engines.checksumEverywhere(lab, "trips");',
    to: 'const original = await engines.checksumEverywhere(lab, "trips");\n' +
      `await ask(\`UPDATE \${lab}.trips SET extras = extras + 1 WHERE ${LEAST}\`);\n` +
      'original[2] = (await engines.checksumEverywhere(lab, "trips"))[2]!;',
  },
  {
    // The row is written anew with the same values.
    claim: "One changed value changes the checksum",
    from: "SET tips = coalesce(tips, 0) + 0.01",
    to: "SET tips = coalesce(tips, 0) + 0",
  },
  {
    claim: "All four read the older snapshot as it was",
    from: "at: snapshots[0]!.id",
    to: "at: snapshots.at(-1)!.id",
  },
  {
    claim: "Trino refuses a view of Spark's",
    from: "await spark.sql(`CREATE OR REPLACE VIEW",
    to: "await ask(`CREATE OR REPLACE VIEW",
  },
  {
    claim: "Spark reads a view of Trino's only if",
    from: "await ask(`CREATE OR REPLACE VIEW",
    to: "await spark.sql(`CREATE OR REPLACE VIEW",
  },
  {
    claim: "A view with a text for each engine is the same in both",
    from: "weekday(trip_start_timestamp) + 1 AS weekday",
    to: "weekday(trip_start_timestamp) AS weekday",
  },
  {
    // With a text of its own Spark gets what is meant.
    claim: "Spark runs a text for Trino as its own",
    from: "texts: {\n      trino: `SELECT split",
    to:
      "texts: {\n      spark: `SELECT split(payment_type, ' ')[0] AS word, count(*) AS trips" +
      " FROM ${lab}.trips WHERE payment_type = 'Credit Card' GROUP BY 1`,\n      trino: `SELECT split",
  },
  {
    claim: "The notebook leaves nothing behind",
    from: "const removed =",
    to: "await ask(`DROP TABLE ${lab}.trips`);\nconst removed =",
  },
]);
