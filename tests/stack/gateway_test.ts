// The catalog endpoint of the stack that the settings name, over the wire.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { settings } from "../../lib/core/settings.ts";
import {
  type HttpRequest,
  signedFetch,
  signRequest,
} from "../../lib/core/sigv4.ts";
import { withNamespace } from "../support/namespace.ts";

type Keys = Partial<Parameters<typeof signRequest>[1]>;

function signing(keys: Keys = {}) {
  const { accessKey, secretKey, region } = settings();
  return {
    accessKey,
    secretKey,
    region,
    service: "s3tables",
    ...keys,
  } as const;
}

async function call(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await signedFetch({
    method,
    url: `${settings().catalogUri}/v1${path}`,
    headers: { "content-type": "application/json" },
    ...body === undefined ? {} : { body: JSON.stringify(body) },
  }, signing());
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : {} };
}

async function assertError(
  answer: ReturnType<typeof call>,
  status: number,
  type = "",
): Promise<void> {
  const { status: got, body } = await answer;
  assertEquals(got, status, JSON.stringify(body));
  const error = body.error as { code: number; type: string; message: string };
  assertEquals(error.code, status);
  assertStringIncludes(error.type, type);
  assert(error.message);
}

/** A name for a warehouse and a bucket; both are removed after the test. */
async function withName(
  test: (name: string, s3: S3Client) => Promise<void>,
): Promise<void> {
  const { minioHost, region, accessKey, secretKey } = settings();
  const s3 = new S3Client({
    endpoint: minioHost,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  });
  const name = `test-${crypto.randomUUID().slice(0, 8)}`;
  try {
    await test(name, s3);
  } finally {
    await call("DELETE", `/${name}/namespaces/chicago`);
    await call("DELETE", `/warehouses/${name}?preserve-bucket=true`);
    await s3.send(new DeleteObjectCommand({ Bucket: name, Key: "kept.txt" }))
      .catch(() => {});
    await s3.send(new DeleteBucketCommand({ Bucket: name })).catch(() => {});
    s3.destroy();
  }
}

const bucketExists = (s3: S3Client, name: string): Promise<boolean> =>
  s3.send(new HeadBucketCommand({ Bucket: name })).then(
    () => true,
    () => false,
  );

async function putObject(s3: S3Client, name: string): Promise<void> {
  await s3.send(
    new PutObjectCommand({ Bucket: name, Key: "kept.txt", Body: "kept" }),
  );
}

async function readObject(s3: S3Client, name: string): Promise<string> {
  const { Body } = await s3.send(
    new GetObjectCommand({ Bucket: name, Key: "kept.txt" }),
  );
  return await Body!.transformToString();
}

Deno.test("a warehouse comes with its bucket, and goes with it", () =>
  withName(async (name, s3) => {
    const created = await call("POST", "/warehouses", { name });
    assert([200, 201].includes(created.status), JSON.stringify(created.body));
    assert(await bucketExists(s3, name));
    await assertError(
      call("POST", "/warehouses", { name }),
      409,
      "IcebergWarehouseAlreadyExists",
    );
    const { status, body } = await call("GET", `/warehouses/${name}`);
    assertEquals(status, 200);
    assertEquals([body.name, body.bucket], [name, name]);
    assertEquals((await call("DELETE", `/warehouses/${name}`)).status, 204);
    assertEquals(await bucketExists(s3, name), false);
    await assertError(
      call("GET", `/warehouses/${name}`),
      404,
      "IcebergWarehouseNotFound",
    );
  }));

Deno.test("a plain bucket is no warehouse until it is upgraded", () =>
  withName(async (name, s3) => {
    await s3.send(new CreateBucketCommand({ Bucket: name }));
    await putObject(s3, name);
    await assertError(
      call("GET", `/config?warehouse=${name}`),
      404,
      "IcebergWarehouseNotFound",
    );
    await assertError(call("GET", `/${name}/namespaces`), 404);
    await assertError(call("POST", "/warehouses", { name }), 409);
    await assertError(call("GET", `/warehouses/${name}`), 404);
    const upgraded = await call("POST", "/warehouses", {
      name,
      "upgrade-existing": true,
    });
    assert([200, 201].includes(upgraded.status));
    assertEquals((await call("GET", `/config?warehouse=${name}`)).status, 200);
    assertEquals(await readObject(s3, name), "kept");
  }));

Deno.test("a bucket that has objects is not deleted with its warehouse", () =>
  withName(async (name, s3) => {
    await call("POST", "/warehouses", { name });
    await putObject(s3, name);
    await assertError(call("DELETE", `/warehouses/${name}`), 409);
    assertEquals((await call("GET", `/warehouses/${name}`)).status, 200);
    assertEquals(await readObject(s3, name), "kept");
    const kept = `/warehouses/${name}?preserve-bucket=true`;
    assertEquals((await call("DELETE", kept)).status, 204);
    await assertError(call("GET", `/warehouses/${name}`), 404);
    assertEquals(await readObject(s3, name), "kept");
  }));

Deno.test("a warehouse that has namespaces is not deleted, and loses nothing", () =>
  withName(async (name, s3) => {
    await call("POST", "/warehouses", { name });
    await call("POST", `/${name}/namespaces`, { namespace: ["chicago"] });
    for (const query of ["", "?preserve-bucket=true"]) {
      await assertError(call("DELETE", `/warehouses/${name}${query}`), 409);
    }
    const { body } = await call("GET", `/${name}/namespaces`);
    assertEquals(body.namespaces, [["chicago"]]);
    assert(await bucketExists(s3, name));
  }));

Deno.test("a warehouse deleted and created again starts empty", () =>
  withName(async (name) => {
    for (let i = 0; i < 2; i++) {
      await call("POST", "/warehouses", { name });
      const before = await call("GET", `/${name}/namespaces`);
      assertEquals(before.body.namespaces, []);
      const path = `/${name}/namespaces`;
      const made = await call("POST", path, { namespace: ["chicago"] });
      assertEquals(made.status, 200);
      await call("DELETE", `${path}/chicago`);
      assertEquals((await call("DELETE", `/warehouses/${name}`)).status, 204);
    }
  }));

Deno.test("two warehouses do not see each other", () =>
  withName((one) =>
    withName(async (other) => {
      for (const name of [one, other]) {
        await call("POST", "/warehouses", { name });
      }
      await call("POST", `/${one}/namespaces`, { namespace: ["chicago"] });
      const { body } = await call("GET", `/${other}/namespaces`);
      assertEquals(body.namespaces, []);
    })
  ));

Deno.test("of many that create one warehouse, one does", () =>
  withName(async (name) => {
    const answers = await Promise.all(
      Array.from(
        { length: 8 },
        () => call("POST", "/warehouses", { name, "upgrade-existing": true }),
      ),
    );
    const codes = answers.map(({ status }) => status).sort();
    assert(codes[0] === 200 || codes[0] === 201);
    assertEquals(codes.slice(1), Array(7).fill(409));
  }));

Deno.test("names that AIStor refuses are refused", async () => {
  for (const name of ["ab", "Under_score", "-abc", "a".repeat(64), ""]) {
    await assertError(call("POST", "/warehouses", { name }), 400);
  }
});

Deno.test("a namespace with a dot is refused, and never taken for two", () =>
  withName(async (name) => {
    await call("POST", "/warehouses", { name });
    const path = `/${name}/namespaces`;
    await call("POST", path, { namespace: ["chicago"] });
    await assertError(
      call("POST", path, { namespace: ["chicago.taxis"] }),
      400,
      "IcebergNamespaceNameInvalid",
    );
    await assertError(
      call("GET", `${path}/chicago.taxis`),
      404,
      "NoSuchNamespaceException",
    );
    const below = await call("GET", `${path}?parent=chicago`);
    assertEquals(below.body.namespaces, []);
  }));

Deno.test("a table is not made in a namespace that does not exist", () =>
  withName(async (name) => {
    await call("POST", "/warehouses", { name });
    await assertError(
      call("POST", `/${name}/namespaces/nowhere/tables`, {
        name: "trips",
        schema: { type: "struct", fields: [] },
      }),
      404,
      "NoSuchNamespaceException",
    );
    assertEquals(
      (await call("GET", `/${name}/namespaces`)).body.namespaces,
      [],
    );
  }));

Deno.test("a request that is not rightly signed changes nothing", () =>
  withName(async (name) => {
    await call("POST", "/warehouses", { name });
    const url = `${settings().catalogUri}/v1/${name}/namespaces`;
    const request: HttpRequest = {
      method: "POST",
      url,
      headers: { "content-type": "application/json" },
      body: '{"namespace":["intruder"]}',
    };
    const unsigned: Record<string, string> = { ...request.headers };
    const badly: [string, Record<string, string>][] = [
      ["unsigned", unsigned],
      ...await Promise.all(
        ([
          ["expired", { date: new Date(Date.now() - 16 * 60_000) }],
          ["wrong access key", { accessKey: "someone" }],
          ["wrong secret key", { secretKey: "wrong-secret" }],
          ["wrong service", { service: "s3" }],
        ] as [string, Keys][]).map(
          async ([why, keys]): Promise<[string, Record<string, string>]> => [
            why,
            await signRequest(request, signing(keys)),
          ],
        ),
      ),
      [
        "tampered",
        await signRequest(
          { ...request, body: '{"namespace":["other"]}' },
          signing(),
        ),
      ],
    ];
    for (const [why, { host: _, ...headers }] of badly) {
      const response = await fetch(url, { ...request, headers });
      assertEquals(response.status, 403, why);
      const { error } = await response.json();
      assertEquals(error.code, 403, why);
    }
    const { body } = await call("GET", `/${name}/namespaces`);
    assertEquals(body.namespaces, []);
  }));

const NAMESPACE = "gateway_test";
const SCHEMA = {
  type: "struct",
  fields: [{ id: 1, name: "fare", type: "long", required: false }],
};

/** Calls of a namespace of its own, which is removed after the test. */
async function withTables(
  test: (
    post: (path: string, body: unknown) => ReturnType<typeof call>,
    load: () => Promise<{
      properties: Record<string, string>;
      schemas: unknown[];
    }>,
  ) => Promise<void>,
): Promise<void> {
  const path = `/${settings().warehouse}/namespaces/${NAMESPACE}/tables`;
  await withNamespace(
    NAMESPACE,
    () =>
      test(
        (at, body) => call("POST", path + at, body),
        async () => {
          const { body } = await call("GET", `${path}/trips`);
          return body.metadata as Awaited<
            ReturnType<Parameters<typeof test>[1]>
          >;
        },
      ),
  );
}

const outcome = ({ status, body }: Awaited<ReturnType<typeof call>>) =>
  status === 200
    ? "committed"
    : `${status} ${(body.error as { type: string }).type}`;

const count = (outcomes: string[]) =>
  Object.fromEntries(
    [...Map.groupBy(outcomes, (each) => each)].map(([name, { length }]) => [
      name,
      length,
    ]),
  );

Deno.test("of many that commit at once each is told the truth, and none an error of the server", () =>
  withTables(async (post, load) => {
    await post("", { name: "trips", schema: SCHEMA });
    const told = new Map<string, string>();
    await Promise.all(
      Array.from({ length: 32 }, async (_, writer) => {
        for (let n = 0; n < 4; n++) {
          const key = `writer-${writer}-${n}`;
          const answer = await post("/trips", {
            requirements: [],
            updates: [{ action: "set-properties", updates: { [key]: "yes" } }],
          });
          told.set(key, outcome(answer));
        }
      }),
    );
    const { committed = 0, "409 CommitFailedException": refused = 0 } = count([
      ...told.values(),
    ]);
    assertEquals(committed + refused, told.size, `${[...told.values()]}`);
    const there = Object.keys((await load()).properties)
      .filter((key) => key.startsWith("writer-"));
    const acknowledged = [...told.keys()]
      .filter((key) => told.get(key) === "committed");
    assertEquals(there.sort(), acknowledged.sort());
  }));

Deno.test("of many that commit upon one state of a table, one does", () =>
  withTables(async (post, load) => {
    await post("", { name: "trips", schema: SCHEMA });
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, n) =>
        post("/trips", {
          requirements: [{
            type: "assert-current-schema-id",
            "current-schema-id": 0,
          }],
          updates: [
            {
              action: "add-schema",
              schema: {
                type: "struct",
                fields: [
                  ...SCHEMA.fields,
                  { id: 2, name: `by_${n}`, type: "long", required: false },
                ],
              },
            },
            { action: "set-current-schema", "schema-id": -1 },
          ],
        })),
    );
    assertEquals(count(answers.map(outcome)), {
      committed: 1,
      "409 CommitFailedException": 15,
    });
    assertEquals((await load()).schemas.length, 2);
  }));

Deno.test("of many that create one table, one does", () =>
  withTables(async (post) => {
    const answers = await Promise.all(
      Array.from(
        { length: 16 },
        () => post("", { name: "trips", schema: SCHEMA }),
      ),
    );
    assertEquals(count(answers.map(outcome)), {
      committed: 1,
      "409 AlreadyExistsException": 15,
    });
  }));
