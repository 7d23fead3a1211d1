// A warehouse from above, on the running stack.
import { assert, assertEquals } from "@std/assert";
import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { catalog } from "../../lib/catalog/config.ts";
import {
  createNamespace,
  dropNamespace,
} from "../../lab/catalog/namespaces.ts";
import { dropTable } from "../../lab/catalog/tables.ts";
import { loadTable } from "../../lib/catalog/tables.ts";
import { getWarehouse } from "../../lib/catalog/warehouses.ts";
import { loadView } from "../../lab/catalog/views.ts";
import { callWarehouse } from "../../lib/catalog/config.ts";
import { bucketShares, warehouseTables } from "../../lab/iceberg/warehouse.ts";
import { tableObjects } from "../../lab/iceberg/table_objects.ts";
import { s3Client } from "../../lib/store/s3.ts";
import { query } from "../../lib/trino/client.ts";
import { withNamespace } from "../support/namespace.ts";

const NAMESPACE = "warehouse_test";

Deno.test("a warehouse from above", async (t) => {
  await withNamespace(NAMESPACE, async () => {
    const lake = catalog();
    await query(
      "CREATE TABLE numbers AS SELECT * FROM (VALUES 1, 2, 3) AS t (n)",
    );
    await query("INSERT INTO numbers VALUES 4");
    await query("CREATE TABLE nothing (n bigint)");
    await query("CREATE VIEW ones AS SELECT n FROM numbers WHERE n = 1");

    await t.step("lists every table with its size", async () => {
      const tables = await warehouseTables();
      const mine = tables.filter(({ table }) => table.startsWith(NAMESPACE));
      const { bytes } = (await query(
        'SELECT sum(file_size_in_bytes) AS bytes FROM "numbers$files"',
      )).first;
      const { location } = await loadTable(lake, NAMESPACE, "numbers");
      assertEquals(
        mine.find(({ table }) => table === `${NAMESPACE}.numbers`),
        {
          ...{ table: `${NAMESPACE}.numbers`, format: 2, snapshots: 2 },
          ...{ rows: 4n, files: 2n, bytes: bytes as bigint, location },
        },
      );
      const empty = mine.find(({ table }) => table === `${NAMESPACE}.nothing`);
      assertEquals([empty?.rows, empty?.files, empty?.bytes], [0n, 0n, 0n]);
      assertEquals(mine.length, 2);
    });

    await t.step("looks into nested namespaces", async () => {
      const nested = [NAMESPACE, "inner"];
      await createNamespace(lake, nested);
      try {
        // Trino names no table in there.
        await callWarehouse(lake, {
          endpoint: "POST /v1/{prefix}/namespaces/{namespace}/tables",
          values: { namespace: nested },
          what: "Cannot create the table",
          body: {
            name: "deep",
            schema: {
              type: "struct",
              fields: [{ id: 1, name: "n", type: "long", required: false }],
            },
          },
        }, {});
        const names = (await warehouseTables()).map(({ table }) => table);
        assert(names.includes(`${NAMESPACE}.inner.deep`), names.join());
      } finally {
        await dropTable(lake, nested, "deep", { purge: true });
        await dropNamespace(lake, nested);
      }
    });

    await t.step("says whose each object of the bucket is", async () => {
      const { bucket } = await getWarehouse(lake);
      const key = `${NAMESPACE}_stray/left.parquet`;
      const client = await s3Client();
      await client.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: "left behind" }),
      );
      try {
        const shares = await bucketShares();
        const of = (owner: string | undefined) =>
          shares.find((share) => share.owner === owner);
        const { objects } = await tableObjects(NAMESPACE, "numbers");
        assertEquals(
          of(`${NAMESPACE}.numbers`)?.paths.sort(),
          objects.map(({ path }) => path),
        );
        const view = await loadView(lake, NAMESPACE, "ones");
        const paths = of(`${NAMESPACE}.ones`)?.paths ?? [];
        assertEquals(paths.length, 1);
        assert(paths[0]!.startsWith(view.location), paths[0]);
        const nobodys = of(undefined)?.paths ?? [];
        assertEquals(
          nobodys.filter((path) => path.includes(NAMESPACE)),
          [`s3://${bucket}/${key}`],
        );
      } finally {
        await client.send(
          new DeleteObjectCommand({ Bucket: bucket, Key: key }),
        );
        client.destroy();
      }
    });
  });
});
