import { testBroken } from "./broken.ts";

testBroken("11", [
  {
    claim: "Compaction is due",
    from: "decay.isDue",
    to: "!decay.isDue",
  },
  {
    claim: "Compaction is not due again",
    from: "!(await repair()).isDue",
    to: "decay.isDue === false",
  },
  {
    claim: "Every delivery leaves its files, a manifest and a snapshot",
    // Five deliveries instead of six.
    from: "[0, 1, 2, 3, 4, 5]",
    to: "[0, 1, 2, 3, 4]",
  },
  {
    claim: "Compaction leaves the same rows in a few files",
    // No file is below the threshold, so nothing is compacted.
    from: "optimize(file_size_threshold => '128MB')",
    to: "optimize(file_size_threshold => '1B')",
  },
  {
    claim: "One manifest is left to open",
    // A delivery after the merge brings a manifest of its own.
    from: `await call("rewrite_manifests");`,
    to: `await call("rewrite_manifests");
await deliver("by_spark", 0);`,
  },
  {
    claim: "Expiring leaves one snapshot",
    // A threshold of a week keeps everything.
    from: "expire_snapshots(retention_threshold => '0s')",
    to: "expire_snapshots(retention_threshold => '7d')",
  },
  {
    claim: "Each engine removes the orphan, and only it",
    // The object is too young for a threshold of a week.
    from: "remove_orphan_files(retention_threshold => '0s')",
    to: "remove_orphan_files(retention_threshold => '7d')",
  },
  {
    claim: "The answer is the same before and after, in both engines",
    // A row more in one of the tables, after the repair.
    from: "const after = await trials.queryCosts",
    to:
      `await ask(\`INSERT INTO \${lab}.by_trino (payment_type, tips) VALUES ('Credit Card', 1)\`);
const after = await trials.queryCosts`,
  },
  {
    claim: "The answer is the same before and after, in both engines",
    // As many companies, one of which has another sum.
    from: "const after = await trials.queryCosts",
    to:
      `await ask(\`UPDATE \${lab}.by_trino SET tips = tips + 1 WHERE unique_key = (
  SELECT min(unique_key) FROM \${lab}.by_trino WHERE payment_type = 'Credit Card')\`);
const after = await trials.queryCosts`,
  },
  {
    claim: "After the repair a question reads fewer bytes",
    // One table is repaired before anything is measured.
    from: "const before = await trials.queryCosts",
    to: `await ask(\`ALTER TABLE \${lab}.by_trino EXECUTE optimize\`);
const before = await trials.queryCosts`,
  },
]);
