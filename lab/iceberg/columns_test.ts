import { assertEquals } from "@std/assert";
import { toTable } from "../../lib/catalog/tables.ts";
import { columnHistory } from "./columns.ts";

const field = (id: number, name: string, type: unknown) => ({
  ...{ id, name, type, required: false },
});

Deno.test("columnHistory() follows columns by their ids, nested ones too", () => {
  const place = (name: string) => ({
    type: "struct",
    fields: [field(5, name, "double")],
  });
  const table = toTable("lab", "trips", {
    metadata: {
      "table-uuid": "u",
      location: "s3://lake/lab/trips",
      "format-version": 2,
      "current-schema-id": 2,
      schemas: [
        {
          "schema-id": 0,
          fields: [
            field(1, "id", "int"),
            field(2, "company", "string"),
            field(3, "pickup", place("lat")),
          ],
        },
        {
          "schema-id": 1,
          fields: [field(1, "id", "long"), field(3, "pickup", place("lat"))],
        },
        {
          "schema-id": 2,
          fields: [
            field(3, "pickup", place("latitude")),
            field(1, "id", "long"),
            field(4, "company", "string"),
          ],
        },
      ],
    },
  });
  assertEquals(
    columnHistory(table).map(({ id, first, now }) => [
      id,
      `${first.name} ${first.type}`,
      now && `${now.name} ${now.type}`,
    ]),
    [
      [1, "id int", "id long"],
      [2, "company string", undefined],
      [3, "pickup struct", "pickup struct"],
      [4, "company string", "company string"],
      [5, "pickup.lat double", "pickup.latitude double"],
    ],
  );
});
