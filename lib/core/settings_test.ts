import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { closedPort, withEnv } from "../../tests/support/env.ts";
import { LakehouseError } from "./errors.ts";
import { parseMillions, PROJECT_DIR, settings } from "./settings.ts";

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

Deno.test("the keys of a profile come from AWS's own files, with their token", async () => {
  const dir = await Deno.makeTempDir();
  const tool = `${dir}/tool.sh`;
  const given = {
    ...{ Version: 1, AccessKeyId: "of-hours", SecretAccessKey: "secret" },
    SessionToken: "a-token",
    Expiration: new Date(Date.now() + 3_600_000).toISOString(),
  };
  await Deno.writeTextFile(
    tool,
    `#!/bin/sh\necho called >> ${dir}/calls\necho '${JSON.stringify(given)}'\n`,
    { mode: 0o700 },
  );
  await Deno.writeTextFile(
    `${dir}/config`,
    `[profile office]\ncredential_process = ${tool}\n`,
  );
  await Deno.writeTextFile(
    `${dir}/credentials`,
    "[plain]\naws_access_key_id = of-years\naws_secret_access_key = other\n",
  );
  const keysOf = async (MINIO_PROFILE: string, STACK = "remote") => {
    const module = JSON.stringify(import.meta.resolve("./settings.ts"));
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["eval", "--no-lock", `--config=${PROJECT_DIR}/deno.json`],
        `const { settings } = await import(${module});
         try {
           const { accessKey, secretKey, sessionToken } = settings();
           console.log(accessKey, secretKey, sessionToken);
           for (let i = 0; i < 3; i++) settings();
         } catch (error) { console.log(error.message); }`,
      ],
      env: {
        ...{ STACK, MINIO_PROFILE },
        ...{ MINIO_ACCESS_KEY: "mine", MINIO_SECRET_KEY: "" },
        AWS_CONFIG_FILE: `${dir}/config`,
        AWS_SHARED_CREDENTIALS_FILE: `${dir}/credentials`,
      },
    }).output();
    const decoder = new TextDecoder();
    return (decoder.decode(stdout) + decoder.decode(stderr)).trim();
  };
  assertEquals(await keysOf("office"), "of-hours secret a-token");
  assertEquals(await Deno.readTextFile(`${dir}/calls`), "called\n");
  assertEquals(await keysOf("plain"), "of-years other");
  const said = await keysOf("none");
  assert(said.startsWith('Cannot take the keys of MINIO_PROFILE "none"'), said);
  assertEquals(await keysOf(""), "mine minioadmin");
  // The local stack's keys are its own.
  assertEquals(await keysOf("office", "local"), "mine minioadmin");
  await Deno.remove(dir, { recursive: true });
});

Deno.test("CA_BUNDLE that holds no certificate is told by settings()", async () => {
  const module = JSON.stringify(import.meta.resolve("./settings.ts"));
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["eval", "--no-lock"],
      `const { settings } = await import(${module});
       try { settings(); } catch (error) { console.log(error.message); }`,
    ],
    env: { CA_BUNDLE: import.meta.filename! },
  }).output();
  const said = new TextDecoder().decode(stdout);
  assert(
    said.startsWith(`Cannot use CA_BUNDLE "${import.meta.filename}"`),
    said,
  );
});
