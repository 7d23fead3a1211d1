/**
 * What Spark, Trino, PyIceberg and the AWS SDK send to a catalog: their headers,
 * what of these they sign, and what they state of a body. The shape of Iceberg's
 * Java client was recorded (verify_test.ts has its signatures).
 *
 * @module
 */

import { sign, type Signing } from "./sign.ts";
import { latin1, type WireRequest } from "./wire.ts";

interface Client {
  name: string;
  headers: Record<string, string>;
  states: Signing["states"];
  unsigned: readonly string[];
}

const JAVA: Omit<Client, "name"> = {
  headers: {
    accept: "application/json",
    "content-type": "application/json",
    "x-client-git-commit-short": "ccb8bc4",
    "x-client-version":
      "Apache Iceberg 1.10.1 (commit ccb8bc435062171e64bc8b7e5f56e6aed9c5b934)",
    "accept-encoding": "gzip, x-gzip, deflate",
    "user-agent": "Apache-HttpClient/5.5 (Java/17.0.17)",
  },
  states: "base64",
  unsigned: ["accept-encoding", "user-agent"],
};

const CLIENTS = {
  spark: { name: "Spark", ...JAVA },
  trino: {
    name: "Trino",
    ...JAVA,
    headers: {
      ...JAVA.headers,
      "x-iceberg-access-delegation": "vended-credentials",
    },
  },
  pyiceberg: {
    name: "PyIceberg",
    headers: {
      accept: "*/*",
      "accept-encoding": "gzip, deflate",
      "content-type": "application/json",
      "x-client-version": "0.14.1",
      "x-iceberg-access-delegation": "vended-credentials",
      "user-agent": "PyIceberg/0.10.0",
    },
    states: "hex",
    unsigned: ["user-agent"],
  },
  botocore: {
    name: "botocore",
    headers: { "content-type": "application/json" },
    states: "nothing",
    unsigned: [],
  },
  sdk: {
    name: "the AWS SDK",
    headers: { "content-type": "application/json", "user-agent": "Deno/2.8.1" },
    states: "hex",
    unsigned: ["user-agent"],
  },
} satisfies Record<string, Client>;

const TABLE = "namespaces/chicago/tables/taxi_trips";

/** Calls of the catalog: method, what follows `/_iceberg/v1/`, body. */
const CALLS: [keyof typeof CLIENTS, string, string, string?][] = [
  ["spark", "GET", "config?warehouse={wh}"],
  ["spark", "POST", "{wh}/namespaces", '{"namespace":["zo\xc3\xab"]}'],
  ["spark", "GET", "{wh}/namespaces?parent=a%1Fb&pageToken="],
  [
    "spark",
    "POST",
    `{wh}/${TABLE}`,
    '{"requirements":[],"updates":[{"action":"set-properties","updates":{"a":"b"}}]}',
  ],
  ["trino", "GET", `{wh}/${TABLE}?snapshots=all`],
  ["trino", "HEAD", `{wh}/namespaces/a%1Fb%20c`],
  ["trino", "DELETE", `{wh}/${TABLE}?purgeRequested=false`],
  ["pyiceberg", "GET", "{wh}/namespaces?parent=%EF%BF%BD%20x"],
  [
    "pyiceberg",
    "POST",
    "{wh}/tables/rename",
    '{"source":{"namespace":["a"],"name":"b"},"destination":{"namespace":["a"],"name":"c"}}',
  ],
  ["botocore", "POST", "{wh}/namespaces", '{"namespace":["b"]}'],
  ["sdk", "GET", "{wh}/namespaces/chicago/tables"],
  ["sdk", "DELETE", "{wh}/namespaces/b"],
];

/** A request that must be let in, and how it was signed. */
export interface GoodRequest {
  /** Client, method and path, for messages. */
  name: string;
  /** Signed and whole. */
  request: WireRequest;
  /** The request before it was signed. */
  plain: WireRequest;
  /** How it was signed. */
  signing: Signing;
}

/** The good requests to a gateway at `port`, signed now. */
export function goodRequests(
  port: number,
  warehouse: string,
  keys: { accessKey: string; secretKey: string },
): GoodRequest[] {
  return CALLS.map(([client, method, call, body = ""]) => {
    const { name, headers, states, unsigned }: Client = CLIENTS[client];
    const path = call.replace("{wh}", warehouse);
    const plain = {
      method,
      target: `/_iceberg/v1/${path}`,
      headers: Object.entries({ host: `127.0.0.1:${port}`, ...headers }),
      body: latin1(body),
    };
    const signing: Signing = {
      ...keys,
      region: "us-east-1",
      service: "s3tables",
      date: new Date(),
      states,
      unsigned,
      algorithm: "AWS4-HMAC-SHA256",
      terminator: "aws4_request",
    };
    return {
      name: `${name}: ${method} ${path}`,
      plain,
      signing,
      request: sign(plain, signing),
    };
  });
}
