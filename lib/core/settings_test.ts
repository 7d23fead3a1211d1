import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { closedPort, withEnv } from "../../tests/env.ts";
import { LakehouseError } from "./errors.ts";
import { parseMillions, settings } from "./settings.ts";

Deno.test("parseMillions() reads millions", () => {
  assertEquals(parseMillions("5"), 5_000_000);
});

const STATE = { LAKEHOUSE_STATE: "/nowhere" };

Deno.test("settings() takes the names that engines and the stack can hold", async () => {
  const taken: Record<string, string>[] = [
    { NAMESPACE: "chicago-2024", TABLE: "order", STACK: "local" },
    { NAMESPACE: "2024", TABLE: "taxi-trips", STACK: "remote" },
    { TABLE: "taxi_trips_2024", STACK: "docker" },
    { WAREHOUSE: "arn:aws:s3tables:us-east-1:1:bucket/b", STACK: "remote" },
    { WAREHOUSE: "my-lake", STACK: "docker" },
  ];
  for (const env of taken) {
    await withEnv({ ...STATE, ...env }, () => {
      const { namespace, table, warehouse } = settings();
      const { NAMESPACE = namespace, TABLE = table } = env;
      assertEquals([namespace, table], [NAMESPACE, TABLE]);
      assertEquals(warehouse, env.WAREHOUSE ?? warehouse);
    });
  }
});

Deno.test("settings() refuses a name that not all of them can hold, and offers one", async () => {
  const refused: [Record<string, string>, string][] = [
    [{ NAMESPACE: "Chicago" }, "set NAMESPACE to something like chicago"],
    [{ TABLE: "Taxi_Trips" }, "set TABLE to something like taxi_trips"],
    [{ TABLE: "taxi.trips" }, "like taxi_trips"],
    [{ NAMESPACE: "größe" }, "like gr_e"],
    [{ TABLE: 'a"b' }, "like a_b"],
    [{ TABLE: "a'; DROP TABLE b; /*" }, "like a_drop_table_b_"],
    [{ TABLE: "a".repeat(251) }, "1 to 250"],
    [{ TABLE: "taxi-trips", STACK: "docker" }, "like taxi_trips"],
    [{ WAREHOUSE: "My_Lake", STACK: "local" }, "like my-lake"],
    [{ WAREHOUSE: "ab", STACK: "docker" }, "3 to 63"],
    [{ TRINO_CATALOG: "Tutorial" }, "like tutorial"],
  ];
  for (const [env, part] of refused) {
    await withEnv({ ...STATE, ...env }, () => {
      const { message } = assertThrows(() => settings(), LakehouseError);
      assertStringIncludes(message, `Cannot use ${Object.keys(env)[0]} "`);
      assertStringIncludes(message, part);
    });
  }
});

Deno.test("what is on this machine is not asked through a proxy, whatever else is", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("direct"),
  );
  const ask = `http://127.0.0.1:${server.addr.port}/`;
  const code = `
    import ${JSON.stringify(import.meta.resolve("./settings.ts"))};
    console.log(await (await fetch("${ask}")).text(), Deno.env.get("no_proxy"));
    await fetch("http://store.invalid/").catch((e) => console.log(String(e)));`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-lock", code],
    env: {
      HTTP_PROXY: `http://127.0.0.1:${closedPort()}`,
      NO_PROXY: ".example.com",
    },
  }).output();
  const [first, second] = new TextDecoder().decode(stdout).split("\n");
  assertEquals(first, "direct .example.com,localhost,127.0.0.1,::1");
  assert(/proxy|tunnel|refused/i.test(second!), second ?? "nothing");
});
