// Changes of a table's shape, with something else than what is claimed done each time.
import { testBroken } from "./broken.ts";

testBroken("08", [
  {
    claim: "Every safe change of columns is offered by one engine or by both",
    from: `"ALTER COLUMN d FIRST"`,
    to: `"ALTER COLUMN d AFTER nothing"`,
  },
  {
    claim: "What would lose values, or would need values that are not there",
    from: `"ADD COLUMN e bigint NOT NULL"`,
    to: `"ADD COLUMN e bigint"`,
  },
  {
    claim: "Nine changes of the table's shape touch no data file",
    from: `await change("Spark", "ALTER COLUMN started FIRST");`,
    to: `await change("Spark", "ALTER COLUMN started FIRST");
      await spark.sql(\`CALL lakehouse.system.rewrite_data_files(
        table => '\${trips}', options => map('rewrite-all', 'true'))\`);`,
  },
  {
    claim: "A name that is dropped and added again is another column",
    from: `await change("Trino", "DROP COLUMN company");
await change("Spark", "ADD COLUMN company string");`,
    to: `await change("Trino", "RENAME COLUMN company TO gone");
await change("Spark", "RENAME COLUMN gone TO company");`,
  },
  {
    claim: "A name that comes back does not bring its old values back",
    from: "const old = await engines.askBoth(",
    to: `await spark.sql(\`UPDATE \${trips} SET company = 'back'\`);
const old = await engines.askBoth(`,
  },
  {
    claim: "Time travel reads the columns and names of then",
    from: "FROM ${trips} FOR VERSION AS OF ${first}",
    to: "FROM (SELECT *, paid_with AS payment_type FROM ${trips})",
  },
  {
    claim: "Old and new rows read right in both engines, to the last digit",
    from: "INSERT INTO ${trips} (${names}) VALUES (${far})",
    to:
      "INSERT INTO ${trips} (${names}) VALUES (${far.replace('0.1e0', 'REAL \\'0.1\\'')})",
  },
  {
    claim: "Old files keep the old partitioning, new files have the new one",
    from: "const months = \"partitioning = ARRAY['month(started)']\";",
    to: "const months = \"partitioning = ARRAY['year(started)']\";",
  },
  {
    claim: "A question over both partitionings is answered right",
    from: "await engines.askBoth(`${question} ${trips} WHERE ${within}`)",
    to:
      "await engines.askBoth(`${question} ${trips} WHERE ${within} AND tip IS NOT NULL`)",
  },
  {
    claim:
      "Trino reads the files of either partitioning that may hold the month",
    from: "started >= ${literal(from)} AND",
    to: "started + INTERVAL '0' DAY >= ${literal(from)} AND",
  },
  {
    claim: "Manifests of either partitioning are ruled out",
    from: "WHERE started >= TIMESTAMP '${year! + 1n}-01-01 00:00:00 UTC'",
    to: "WHERE started >= TIMESTAMP '${year}-01-01 00:00:00 UTC'",
  },
]);
