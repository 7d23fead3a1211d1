import { testBroken } from "./broken.ts";

const ONE_MORE =
  "await ask(sql`INSERT INTO ${trips} SELECT * FROM ${trips} LIMIT 1`);";

testBroken("06", [
  {
    // An operation that this catalog does not have.
    claim: "The catalog offers what a reader needs",
    from: '"GET /v1/{prefix}/namespaces/{namespace}/tables/{table}",',
    to: '"POST /v1/{prefix}/namespaces/{namespace}/tables/{table}/plan",',
  },
  {
    claim: "The way down from the catalog leads to the tables that Trino lists",
    from: "const here = tables",
    to:
      "await ask(`CREATE TABLE ${lab}.another (n bigint)`);\nconst here = tables",
  },
  {
    claim: "Trino has the same snapshots",
    from: "const { rows: snapshots }",
    to: `${ONE_MORE}\nconst { rows: snapshots }`,
  },
  {
    claim: "Trino has the same manifests",
    from: "const { rows: manifests }",
    to: `${ONE_MORE}\nconst { rows: manifests }`,
  },
  {
    claim: "The manifests' rows add up to Trino's count",
    from: "const { trips: seen }",
    to:
      "await ask(sql`DELETE FROM ${trips} WHERE unique_key = (SELECT min(unique_key) FROM ${trips})`);\n" +
      "const { trips: seen }",
  },
  {
    // The same rows in other files.
    claim: "Trino has the same files",
    from: "const { rows: listedFiles }",
    to:
      "await ask(`ALTER TABLE ${lab}.trips EXECUTE optimize`);\nconst { rows: listedFiles }",
  },
  {
    claim: "No value of any column is beyond the bounds in the manifests",
    from: "const extremes",
    to:
      "await ask(`INSERT INTO ${lab}.trips (fare) VALUES 99999`);\nconst extremes",
  },
  {
    claim: "Bounds leave a month's question few files",
    from: "const { dataFiles }",
    to:
      "await ask(sql`INSERT INTO ${trips} SELECT * FROM ${trips} ${where} LIMIT 1`);\n" +
      "const { dataFiles }",
  },
  {
    claim: "Every object is accounted for",
    from: "const before = await iceberg.tableObjects",
    to:
      "await iceberg.copyObject(data[0]!.path, `${data[0]!.path}.tmp`);\nconst before = await iceberg.tableObjects",
  },
  {
    claim: "An orphan is named, and nothing else",
    from: "await iceberg.copyObject(data[0]!.path, stray);",
    to:
      "await iceberg.copyObject(data[0]!.path, stray);\nawait iceberg.copyObject(data[0]!.path, `${stray}.2`);",
  },
  {
    // The copy becomes part of the table, and its rows count twice.
    claim: "An orphan is named, and nothing else",
    from: "const after = await iceberg.tableObjects",
    to:
      'await ask(sql`INSERT INTO ${trips} SELECT * FROM ${trips} WHERE "$path" = ${data[0]!.path}`);\n' +
      "const after = await iceberg.tableObjects",
  },
  {
    claim: "Without the orphan the table is as it was",
    from: "await iceberg.deleteObject(stray);",
    to: "",
  },
  {
    claim: "The notebook leaves nothing behind",
    from: "const removed =",
    to: "await ask(`DROP TABLE ${lab}.trips`);\nconst removed =",
  },
]);
