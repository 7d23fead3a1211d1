import { assertEquals } from "@std/assert";
import { type HttpRequest, signedFetch, signRequest } from "./sigv4.ts";

const KEYS = {
  accessKey: "lakehouse-reader",
  secretKey: "correct horse battery staple",
  region: "eu-central-1",
  date: new Date("2026-01-02T03:04:05Z"),
};
const CATALOG = "http://localhost:9000/_iceberg/v1";
const WAREHOUSE = "http://127.0.0.1:9000/_iceberg/v1/trinotutorial";

// The signatures come from botocore 1.44.5 with its clock set to KEYS.date:
// SigV4Auth for s3tables, S3SigV4Auth for s3, on an AWSRequest with the same
// method, address, headers and body and an x-amz-content-sha256 of its own
// making. botocore shares no code with what is tested here.
const GOLDEN: {
  name: string;
  service: string;
  request: HttpRequest;
  signedHeaders: string;
  signature: string;
}[] = [
  {
    name: "a query",
    service: "s3tables",
    request: {
      method: "GET",
      url: `${CATALOG}/config?warehouse=trinotutorial`,
    },
    signedHeaders: "host;x-amz-content-sha256;x-amz-date",
    signature:
      "5bf82dbae4e1bf878bca6290c5b49072f012fb55da8e9961ad112b758793a0c2",
  },
  {
    name: "a nested namespace in the path",
    service: "s3tables",
    request: {
      method: "GET",
      url: `${WAREHOUSE}/namespaces/chicago%1Ftaxi/tables`,
      headers: { accept: "application/json" },
    },
    signedHeaders: "accept;host;x-amz-content-sha256;x-amz-date",
    signature:
      "3cef0bee3a6b33a6cbf189f1e26aec3bff5fa03c472d9b039145b06acf750491",
  },
  {
    name: "a nested namespace in the query",
    service: "s3tables",
    request: {
      method: "GET",
      url: `${WAREHOUSE}/namespaces?parent=chicago%1Ftaxi&pageToken=`,
      headers: { accept: "application/json" },
    },
    signedHeaders: "accept;host;x-amz-content-sha256;x-amz-date",
    signature:
      "fa234c563402f813f7a71ff5d06ab33a0e6c4610a8a6691ad0be44fb4953fac5",
  },
  {
    name: "a body beyond ASCII",
    service: "s3tables",
    request: {
      method: "POST",
      url: `${CATALOG}/trinotutorial/namespaces`,
      headers: { "content-type": "application/json" },
      body:
        '{"namespace":["chicago"],"properties":{"owner":"Zoë Łukasz 東京"}}',
    },
    signedHeaders: "content-type;host;x-amz-content-sha256;x-amz-date",
    signature:
      "9174cf2093051a8e61875daa3481f6d283334c654cba32a04308d1e3b9feea4f",
  },
  {
    name: "an S3 path, which is not encoded twice",
    service: "s3",
    request: {
      method: "GET",
      url:
        "http://localhost:9000/staging/chicago%20trips/part%3D0001.parquet?versionId=a%2Fb",
    },
    signedHeaders: "host;x-amz-content-sha256;x-amz-date",
    signature:
      "0d7e36ed5f06c1d478015141c2aab8b676ce9a48f4376d763cdec24a5e8c6fb7",
  },
];

for (const { name, service, request, signedHeaders, signature } of GOLDEN) {
  Deno.test(`signRequest() signs ${name} as botocore does`, async () => {
    const headers = await signRequest(request, { ...KEYS, service });
    assertEquals(
      headers.authorization,
      `AWS4-HMAC-SHA256 Credential=lakehouse-reader/20260102/eu-central-1/${service}/aws4_request, ` +
        `SignedHeaders=${signedHeaders}, Signature=${signature}`,
    );
  });
}

Deno.test("signRequest() signs the token of temporary keys as botocore does", async () => {
  // From botocore 1.44.8, in the same way.
  const signatures = {
    s3tables:
      "373464e62270cb72f9e498ebe97afc6cda00bcd505de503ed7b96bc71880bd1b",
    s3: "c7d51a0451b940b87d06adb7970d573c519fb1a28702df514a5c965224d22c48",
  };
  for (const [service, signature] of Object.entries(signatures)) {
    const { request } = GOLDEN.find((each) => each.service === service)!;
    const headers = await signRequest(request, {
      ...{ ...KEYS, service, sessionToken: "a/token+of=hours" },
    });
    assertEquals(headers["x-amz-security-token"], "a/token+of=hours");
    assertEquals(headers.authorization?.split("Signature=")[1], signature);
  }
});

Deno.test("signRequest() signs bytes as it signs their text", async () => {
  const { request, service, signature } = GOLDEN[3]!;
  const body = new TextEncoder().encode(request.body as string);
  const headers = await signRequest({ ...request, body }, { ...KEYS, service });
  assertEquals(headers.authorization?.endsWith(signature), true);
});

Deno.test("signedFetch() sends what it signed and follows no redirect", async () => {
  const seen: { url: string; headers: Headers; body: string }[] = [];
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      seen.push({
        url: request.url,
        headers: request.headers,
        body: await request.text(),
      });
      return new Response(null, { status: 302, headers: { location: "/" } });
    },
  );
  const request = {
    method: "POST",
    url: `http://127.0.0.1:${server.addr.port}/a%1Fb?c=d%20e`,
    headers: { "content-type": "application/json" },
    body: "{}",
  };
  const options = { ...KEYS, service: "s3tables" };
  const response = await signedFetch(request, options);
  await response.body?.cancel();
  assertEquals(response.status, 302);
  assertEquals(seen.length, 1);
  assertEquals(seen[0]?.url, request.url);
  assertEquals(seen[0]?.body, request.body);
  for (
    const [name, value] of Object.entries(await signRequest(request, options))
  ) assertEquals(seen[0]?.headers.get(name), value);
});
