// Views over REST, and what the two engines make of each other's.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { catalog } from "../../lib/catalog/config.ts";
import { CatalogError } from "../../lib/catalog/call.ts";
import {
  createView,
  dropView,
  listViews,
  loadView,
} from "../../lab/catalog/views.ts";
import { settings } from "../../lib/core/settings.ts";
import { sparkSession } from "../../lab/engines/spark_session.ts";
import { query, TrinoError } from "../../lib/trino/client.ts";
import { withNamespace } from "../support/namespace.ts";

const NAMESPACE = "views_test";

Deno.test("views", async (t) => {
  await withNamespace(NAMESPACE, async () => {
    const lake = catalog();
    const trino = `${settings().trinoCatalog}.${NAMESPACE}.words`;
    const spark = `lakehouse.${NAMESPACE}.words`;
    await query(`CREATE TABLE words AS SELECT * FROM (VALUES
      (1, 'Flash Cab'), (2, 'Sun Taxi')) AS t (id, text)`);

    await t.step(
      "are created with a text for each engine, and loaded",
      async () => {
        const definition = {
          columns: [{ name: "id", type: "int" }, {
            name: "first",
            type: "string",
          }],
          texts: {
            trino: `SELECT id, split(text, ' ')[1] AS first FROM ${trino}`,
            spark: `SELECT id, split(text, ' ')[0] AS first FROM ${spark}`,
          },
          properties: { comment: "first words" },
        };
        const made = await createView(lake, NAMESPACE, "firsts", definition);
        const loaded = await loadView(lake, NAMESPACE, "firsts");
        assertEquals(loaded, made);
        assertEquals(loaded.texts, definition.texts);
        assertEquals(loaded.properties, definition.properties);
        assertEquals(
          loaded.fields.map(({ name, type }) => ({ name, type })),
          definition.columns,
        );
        assertEquals(loaded.defaultNamespace, [NAMESPACE]);
        const again = await assertRejects(
          () => createView(lake, NAMESPACE, "firsts", definition),
          CatalogError,
        );
        assertEquals(again.status, 409);
      },
    );

    await using session = await sparkSession();

    await t.step(
      "read the same in both engines when each has its text",
      async () => {
        const text = `SELECT * FROM ${NAMESPACE}.firsts ORDER BY id`;
        const rows = [{ id: 1, first: "Flash" }, { id: 2, first: "Sun" }];
        assertEquals((await query(text)).rows, rows);
        assertEquals((await session.sql(text)).rows, rows);
      },
    );

    await t.step(
      "made by Trino have its text and its catalog's name",
      async () => {
        await query("CREATE VIEW by_trino AS SELECT id FROM words");
        const view = await loadView(lake, NAMESPACE, "by_trino");
        assertEquals(Object.keys(view.texts), ["trino"]);
        assertEquals(view.defaultCatalog, settings().trinoCatalog);
      },
    );

    await t.step("of Spark alone are refused by Trino", async () => {
      await session.sql(`CREATE VIEW ${NAMESPACE}.by_spark AS
        SELECT id FROM ${spark}`);
      const error = await assertRejects(
        () => query("SELECT * FROM by_spark"),
        TrinoError,
      );
      assertStringIncludes(error.message, "unsupported dialect 'spark'");
    });

    await t.step(
      "for Trino alone are run by Spark as its own text",
      async () => {
        await createView(lake, NAMESPACE, "trino_only", {
          columns: [{ name: "id", type: "int" }, {
            name: "word",
            type: "string",
          }],
          texts: {
            trino:
              `SELECT id, split(text, ' ')[1] AS word FROM ${NAMESPACE}.words`,
          },
        });
        const { rows } = await session.sql(
          `SELECT * FROM ${NAMESPACE}.trino_only ORDER BY id`,
        );
        assertEquals(rows, [{ id: 1, word: "Cab" }, { id: 2, word: "Taxi" }]);
      },
    );

    await t.step("are dropped", async () => {
      await dropView(lake, NAMESPACE, "firsts");
      const error = await assertRejects(
        () => loadView(lake, NAMESPACE, "firsts"),
        CatalogError,
      );
      assertEquals(error.status, 404);
      assertEquals(
        (await listViews(lake, NAMESPACE)).map(({ name }) => name).sort(),
        ["by_spark", "by_trino", "trino_only"],
      );
    });
  });
});
