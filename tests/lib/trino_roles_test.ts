// Roles, on a Trino whose catalog has some.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { query, TrinoError, trinoSession } from "../../lib/trino/client.ts";
import { withEnv } from "../support/env.ts";
import { startRoleTrino } from "../servers/role_trino.ts";

const CREATE = "CREATE ROLE analyst IN office";

const refused = (statement: string, part: string) =>
  assertRejects(() => query(statement), TrinoError, part);

Deno.test("SET ROLE holds for the statements that follow, until it is set otherwise or reset", async () => {
  await using trino = await startRoleTrino();
  await withEnv({ TRINO_URI: trino.uri, TRINO_USER: "admin" }, async () => {
    trinoSession.reset();
    try {
      await refused(CREATE, "Access Denied");
      await query("SET ROLE admin IN office");
      assertEquals(trinoSession.values, ["role office=ROLE{admin}"]);
      const made = await query(CREATE);
      assertStringIncludes(made.summary, "role office=ROLE{admin}");
      const { rows } = await query("SHOW ROLES FROM office");
      assertEquals(rows.map(({ Role }) => Role).sort(), ["admin", "analyst"]);
      // What is refused changes nothing.
      await refused("SET ROLE nobody IN office", "'nobody' does not exist");
      await query("DROP ROLE analyst IN office");

      await query("SET ROLE NONE IN office");
      assertEquals(trinoSession.values, ["role office=NONE"]);
      await refused(CREATE, "Access Denied");
      await query("SET ROLE admin IN office");
      trinoSession.reset();
      await refused(CREATE, "Access Denied");
    } finally {
      trinoSession.reset();
    }
  });
});
