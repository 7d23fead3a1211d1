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
]);
