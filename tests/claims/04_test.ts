import { testBroken } from "./broken.ts";

testBroken("04", [
  {
    claim: "Trino counts what Spark wrote",
    from: "SELECT count(*) AS trips FROM ${name}",
    to: "SELECT count(*) - 1 AS trips FROM ${name}",
  },
  {
    claim: "What the table holds is not added twice",
    from: '{ mode: "append" }',
    to: '{ mode: "replace" }',
  },
  {
    claim: "Every way brings the same trips",
    from: "to_hex(checksum(trip_total)) AS totals",
    to: "to_hex(checksum('${of}')) AS totals",
  },
  {
    claim: "The second table is gone",
    from: "DROP TABLE IF EXISTS ${copy}",
    to: "SELECT 1",
  },
]);
