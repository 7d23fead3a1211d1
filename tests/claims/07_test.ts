// Time travel, with something else than what is claimed done each time.
import { testBroken } from "./broken.ts";

const publish =
  "await spark.sql(`CALL lakehouse.system.fast_forward('${trips}', 'main', 'audit')`);";

testBroken("07", [
  {
    claim: "Trino, Spark and the catalog give every snapshot the same id",
    from: "const ids = snapshots.map(({ id }) => id)",
    to: "const ids = snapshots.map(({ id }) => Number(id))",
  },
  {
    claim: "Every snapshot reads the same in Trino and in Spark",
    from: "await past(`FOR VERSION AS OF ${id}`)",
    to: "await past()",
  },
  {
    claim: "A time finds the snapshot that was current then",
    from: "new Date(committed.getTime() - 1)",
    to: "new Date(committed.getTime())",
  },
  {
    claim: "Files and SQL agree on the difference of two snapshots",
    from: "DELETE FROM ${trips} WHERE tips > 0",
    to: "UPDATE ${trips} SET tips = 0 WHERE tips > 0",
  },
  {
    claim: "A rollback writes metadata and touches no data file",
    from:
      "await ask(`ALTER TABLE ${trips} EXECUTE rollback_to_snapshot(${good.id})`);",
    to:
      "await spark.sql(`INSERT OVERWRITE ${trips} SELECT * FROM ${trips} VERSION AS OF ${good.id}`);",
  },
  {
    claim: "After a rollback both engines read what was before",
    from: "EXECUTE rollback_to_snapshot(${good.id})",
    to: "EXECUTE rollback_to_snapshot(${snapshots[0]!.id})",
  },
  {
    claim: "What was undone can still be read, by time and by id",
    from: "asOf(bad.timestamp)",
    to: "asOf(new Date())",
  },
  {
    claim: "An undo can be undone, and done again",
    from: `await procedure("rollback_to_snapshot", good.id);`,
    to: `await procedure("rollback_to_snapshot", snapshots[0]!.id);`,
  },
  {
    claim: "Both engines read a tag by its name",
    from: "AS OF VERSION ${snapshots[0]!.id}",
    to: "AS OF VERSION ${snapshots[1]!.id}",
  },
  {
    claim: "The audit of the branch finds every fault",
    from: "WHERE hour(started) = 4",
    to: "WHERE hour(started) = 5",
  },
  {
    claim: "Readers of the table see nothing of a branch",
    from: "const onMain = await past();",
    to: `${publish} const onMain = await past();`,
  },
  {
    claim: "A branch that is dropped leaves the table as it was",
    from: "await spark.sql(`ALTER TABLE ${trips} DROP BRANCH audit`);",
    to: publish,
  },
  {
    claim: "A good delivery passes the audit, unseen until it is published",
    from: "'write.wap.enabled' = 'true'",
    to: "'write.wap.enabled' = 'false'",
  },
  {
    claim: "What is published is the very snapshot that was audited",
    from: "const unpublished =",
    to:
      "await spark.sql(sql.raw(`INSERT INTO ${trips}.branch_audit ${batch}`)); const unpublished =",
  },
  {
    claim: "Once it is published, both engines see all of it",
    from: "const published = await past();",
    to:
      "await ask(`DELETE FROM ${trips} WHERE hour(started) = 3`); const published = await past();",
  },
  {
    claim: "A branch that main has left behind cannot overwrite it",
    from: "await ask(`INSERT INTO ${trips} ${delivery(26, 26)}`);",
    to: "",
  },
  {
    claim:
      "A picked commit takes its files along, and loses none of main's rows",
    from: `procedure("cherrypick_snapshot", `,
    to: `procedure("set_current_snapshot", `,
  },
  {
    claim: "Expiry ends the time travel, but not to what a tag names",
    from: "retention_threshold => '0s'",
    to: "retention_threshold => '7d'",
  },
]);
