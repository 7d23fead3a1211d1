import { assertEquals, assertMatch } from "@std/assert";
import { type HttpRequest, signRequest } from "../../lib/core/sigv4.ts";
import {
  type ReceivedRequest,
  refuseHeaders,
  refuseRequest,
} from "./verify.ts";

const KEYS = {
  accessKey: "lakehouse-reader",
  secretKey: "correct horse battery staple",
};
const NOW = new Date("2026-11-23T09:26:20Z");
const OPTIONS = { ...KEYS, service: "s3tables", now: NOW };

// Sent by org.apache.iceberg.rest.RESTCatalog 1.10.1 with rest.auth.type=sigv4
// to a listener that wrote them down. Signed by the AWS SDK for Java: a body's
// hash in base64, a space in a path as a plus sign.
const JAVA = {
  accept: "application/json",
  "content-type": "application/json",
  host: "127.0.0.1:19999",
  "x-amz-date": "20261123T092617Z",
  "x-client-git-commit-short": "ccb8bc4",
  "x-client-version":
    "Apache Iceberg 1.10.1 (commit ccb8bc435062171e64bc8b7e5f56e6aed9c5b934)",
};
const EMPTY =
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const FROM_JAVA = [
  {
    name: "a body whose hash is stated in base64",
    method: "POST",
    path: "namespaces",
    hash: "ct1UN9BEzT2LEpWkP+Rb2XOo+zrW85EcdtuF3z/C/uU=",
    body:
      '{"namespace":["jv","zoë 東京"],"properties":{"owner":"Zoë Łukasz 東京"}}',
    signature:
      "84d6585d383765b89ec87451ac1537846c6b8e26143b1444a5d72ef74ddcc9c7",
  },
  {
    name: "an empty query parameter",
    method: "GET",
    path: "namespaces?parent=jv&pageToken=",
    hash: EMPTY,
    body: "",
    signature:
      "ebc5b89510b6a760f32cac8f23d35a6d01c242bf805c03c06c0a059d11863e99",
  },
  {
    name: "a nested namespace in the path",
    method: "GET",
    path: "namespaces/jv%1Fzo%C3%AB+%E6%9D%B1%E4%BA%AC",
    hash: EMPTY,
    body: "",
    signature:
      "e31ae33e528b66be03a3b4f4e76a252e5f315743a5da1e4a4462a23de52581fe",
  },
];

const bytes = (text: string) => new TextEncoder().encode(text);

for (const { name, method, path, hash, body, signature } of FROM_JAVA) {
  Deno.test(`refuseRequest() lets in Iceberg's Java client with ${name}`, () => {
    const authorization =
      "AWS4-HMAC-SHA256 Credential=lakehouse-reader/20261123/eu-central-1/s3tables/aws4_request, " +
      "SignedHeaders=accept;content-type;host;x-amz-content-sha256;x-amz-date;x-client-git-commit-short;x-client-version, " +
      `Signature=${signature}`;
    const headers = new Headers({
      ...JAVA,
      authorization,
      "x-amz-content-sha256": hash,
    });
    const url = `http://127.0.0.1:19999/_iceberg/v1/trinotutorial/${path}`;
    const request = { method, url, headers, body: bytes(body) };
    assertEquals(refuseRequest(request, OPTIONS), undefined);
  });
}

const POST: HttpRequest = {
  method: "POST",
  url: "http://127.0.0.1:9000/_iceberg/v1/wh/namespaces/a%1Fb?z=1&a=2&a-b=3",
  headers: { "content-type": "application/json" },
  body: '{"name":"trips"}',
};

async function received(
  request: HttpRequest = POST,
  signing: Partial<Parameters<typeof signRequest>[1]> = {},
): Promise<ReceivedRequest> {
  const headers = await signRequest(request, {
    ...KEYS,
    region: "us-east-1",
    service: "s3tables",
    date: NOW,
    ...signing,
  });
  return {
    method: request.method,
    url: request.url,
    headers: new Headers(headers),
    body: bytes(request.body as string ?? ""),
  };
}

Deno.test("refuseRequest() lets in what signRequest() signed", async () => {
  assertEquals(refuseRequest(await received(), OPTIONS), undefined);
});

Deno.test("refuseRequest() lets in any region", async () => {
  const request = await received(POST, { region: "nowhere-7" });
  assertEquals(refuseRequest(request, OPTIONS), undefined);
});

Deno.test("refuseRequest() lets in a request that states no body hash", () => {
  // Computed with botocore 1.44.5, whose SigV4Auth adds no such header.
  const request = {
    method: "POST",
    url: "http://localhost:9000/_iceberg/v1/warehouses",
    headers: new Headers({
      host: "localhost:9000",
      "content-type": "application/json",
      "x-amz-date": "20261123T092617Z",
      authorization:
        "AWS4-HMAC-SHA256 Credential=lakehouse-reader/20261123/us-east-1/s3tables/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=c7b4e05753c0e4337e482a78627d449e65efad91e6a696b60e09988f43cee04b",
    }),
    body: bytes('{"name":"analytics"}'),
  };
  assertEquals(refuseRequest(request, OPTIONS), undefined);
});

Deno.test("refuseRequest() allows 15 minutes of clock difference, not more", async () => {
  const at = (minutes: number) =>
    received(POST, { date: new Date(NOW.getTime() + minutes * 60_000) });
  assertEquals(refuseRequest(await at(-15), OPTIONS), undefined);
  assertEquals(refuseRequest(await at(15), OPTIONS), undefined);
  assertMatch(refuseRequest(await at(-15.1), OPTIONS)!, /15 minutes/);
  assertMatch(refuseRequest(await at(15.1), OPTIONS)!, /15 minutes/);
});

type Change = (request: ReceivedRequest) => void;
const CHANGED: [string, RegExp, Change][] = [
  ["no signature", /not signed/, (r) => r.headers.delete("authorization")],
  [
    "another scheme",
    /not AWS Signature/,
    (r) => r.headers.set("authorization", "Bearer abc"),
  ],
  ["another method", /signature/, (r) => r.method = "DELETE"],
  ["another path", /signature/, (r) => r.url = r.url.replace("%1F", "/")],
  ["another query", /signature/, (r) => r.url += "&b=1"],
  ["another host", /signature/, (r) => r.headers.set("host", "evil:9000")],
  [
    "another header",
    /signature/,
    (r) => r.headers.set("content-type", "text/plain"),
  ],
  ["another body", /body/, (r) => r.body = bytes('{"name":"trap"}')],
  ["another body and its hash", /signature/, (r) => {
    r.body = new Uint8Array();
    r.headers.set("x-amz-content-sha256", EMPTY);
  }],
  [
    "no body hash any more",
    /signature/,
    (r) => r.headers.delete("x-amz-content-sha256"),
  ],
  [
    "an unsigned body",
    /body/,
    (r) => r.headers.set("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
  ],
  [
    "an added x-amz header",
    /x-amz-target/,
    (r) => r.headers.set("x-amz-target", "x"),
  ],
  ["no date", /x-amz-date/, (r) => r.headers.delete("x-amz-date")],
  [
    "an unreadable date",
    /x-amz-date/,
    (r) => r.headers.set("x-amz-date", "now"),
  ],
  [
    "another date",
    /signature/,
    (r) => r.headers.set("x-amz-date", "20261123T092621Z"),
  ],
  [
    "a date of another day",
    /credential scope/,
    (r) => r.headers.set("x-amz-date", "20261124T092620Z"),
  ],
  ["another region", /signature/, (r) =>
    r.headers.set(
      "authorization",
      r.headers.get("authorization")!.replace("us-east-1", "us-east-2"),
    )],
  ["a signature with one digit changed", /signature/, (r) =>
    r.headers.set(
      "authorization",
      r.headers.get("authorization")!.replace(
        /.$/,
        (c) => c === "0" ? "1" : "0",
      ),
    )],
];

for (const [name, reason, change] of CHANGED) {
  Deno.test(`refuseRequest() refuses ${name}`, async () => {
    const request = await received();
    change(request);
    assertMatch(refuseRequest(request, OPTIONS) ?? "let in", reason);
  });
}

Deno.test("refuseRequest() refuses another secret key", async () => {
  const request = await received(POST, { secretKey: "wrong" });
  assertMatch(refuseRequest(request, OPTIONS)!, /secret key/);
});

Deno.test("refuseHeaders() refuses another access key and another service", async () => {
  const key = await received(POST, { accessKey: "someone" });
  assertMatch(refuseHeaders(key.headers, OPTIONS)!, /access key/);
  const service = await received(POST, { service: "s3" });
  assertMatch(refuseHeaders(service.headers, OPTIONS)!, /"s3".*"s3tables"/);
});

Deno.test("refuseHeaders() leaves the signature itself to refuseRequest()", async () => {
  const request = await received(POST, { secretKey: "wrong" });
  assertEquals(refuseHeaders(request.headers, OPTIONS), undefined);
});

Deno.test("refuseHeaders() refuses a list of signed headers with an empty name", () => {
  for (const names of [";host", "host;", "host;;x-amz-date", ";"]) {
    const headers = new Headers({
      "x-amz-date": "20261123T092617Z",
      authorization:
        "AWS4-HMAC-SHA256 Credential=lakehouse-reader/20261123/us-east-1/s3tables/aws4_request, " +
        `SignedHeaders=${names}, Signature=${"0".repeat(64)}`,
    });
    assertEquals(
      refuseHeaders(headers, OPTIONS),
      "The Authorization header is not AWS Signature Version 4",
    );
  }
});
