import { testBroken } from "./broken.ts";

testBroken("12", [
  {
    claim: "Every layout holds the same number of trips",
    // One layout lacks the trips without a company.
    from: "REPARTITION(${files}) */ * FROM ${trips})",
    to: "REPARTITION(${files}) */ * FROM ${trips} WHERE company IS NOT NULL)",
  },
  {
    claim: "Every layout gives the same answers",
    // One table is changed between the count and the questions.
    from: "const costs = await trials.queryCosts(tables, questions);",
    to: `await spark.sql(\`UPDATE \${lab}.shuffled SET trip_total = 0
  WHERE company = 'Flash Cab'\`);
const costs = await trials.queryCosts(tables, questions);`,
  },
  {
    claim: "Over the four questions no layout reads less than the ingest's",
    // The small row groups stand for the ingest's.
    from: "const tables: Record<string, string> = { [own]: trips };",
    to:
      `const tables: Record<string, string> = { [own]: \`\${lab}.small_groups\` };
layouts.push({ layout: "large_groups", rows: "" });
await spark.sql(\`CREATE TABLE \${lab}.large_groups USING iceberg
  TBLPROPERTIES ('write.parquet.compression-codec' = 'zstd') AS \${inFiles(files)}\`);`,
  },
  {
    claim: "A question about one month reads at most a tenth of the table",
    // The mixed rows stand for the ingest's, and the next claim's check is off.
    from: `const month = bytes(own, "one month");`,
    to: `const month = bytes("shuffled", "one month");`,
  },
  {
    claim:
      "A question for every trip reads little more than from the best layout",
    // The layout by month stands for the ingest's.
    from: "every(own) <= 1.1 * best,",
    to: `every("by_month") <= 1.1 * best,`,
  },
]);
