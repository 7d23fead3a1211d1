/**
 * Who is let in: the user's keys are, nobody else's, and nothing that was altered
 * after it was signed.
 *
 * @module
 */

import type { HttpRequest } from "../../../lib/core/sigv4.ts";
import { settings } from "../../../lib/core/settings.ts";
import type { Answer } from "../answer.ts";
import type { Call, Capability, Difference } from "../capability.ts";
import { isDone, type Reply, signed } from "../calls/http.ts";
import { inCatalog, pathOf } from "../calls/lake.ts";
import { inStore } from "../calls/objects.ts";

type Changes = NonNullable<Parameters<typeof signed>[2]>;

/** One of the two services behind signatures, in the hands of one probe. */
interface Door {
  service: string;
  /** A request that reads what is there. */
  read: HttpRequest;
  /** A request that lists as many items at most. */
  list(most: number): HttpRequest;
  /** A request that makes something, with its name in the body. */
  write(name: string): HttpRequest;
  /** Whether it was made. */
  isThere(name: string): Promise<boolean>;
  /** Sends a request as it is. */
  sendAs(request: HttpRequest): Promise<Reply>;
}

const atCatalog = (body: (door: Door) => ReturnType<Call>): Call =>
  inCatalog((lake) =>
    body({
      service: settings().signingName,
      read: lake.request("GET", pathOf(lake.namespace)),
      list: (most) =>
        lake.request(
          "GET",
          `${pathOf(lake.namespace)}/tables?pageSize=${most}`,
        ),
      write: (name) =>
        lake.request("POST", "/namespaces", {
          ...{ namespace: [`${lake.beside}_${name}`], properties: {} },
        }),
      isThere: async (name) => {
        const path = lake.willBe(pathOf(`${lake.beside}_${name}`));
        return isDone(await lake.ask("GET", path));
      },
      sendAs: (request) => lake.sendAs(request),
    })
  );

const atStore = (body: (door: Door) => ReturnType<Call>): Call =>
  inStore(async (objects) => {
    await objects.put("object", "text");
    const prefix = encodeURIComponent(objects.prefix);
    return await body({
      service: "s3",
      read: objects.request({ method: "GET", name: "object" }),
      list: (most) =>
        objects.request({
          ...{ method: "GET" },
          query: `list-type=2&max-keys=${most}&prefix=${prefix}`,
        }),
      write: (name) => objects.request({ method: "PUT", name, body: name }),
      isThere: async (name) => typeof await objects.textOf(name) === "string",
      sendAs: (request) => objects.sendAs(request),
    });
  });

const IN = ["signed", "let in"];
/** Keys that belong to nobody. */
const OTHER = { accessKey: "compat-nobody", secretKey: "compat-nothing" };

/** What became of a request: let in, refused, or its status when it is neither. */
function outcome({ status }: { status: number }): string | number {
  if (status >= 200 && status < 300) return "let in";
  return status >= 400 && status < 500 ? "refused" : status;
}

/** Sends a request with a right signature, or one that is changed. */
async function knock(
  door: Door,
  request: HttpRequest,
  changes: Changes = {},
): Promise<string | number> {
  const headers = await signed(request, door.service, changes);
  return outcome(await door.sendAs({ ...request, headers }));
}

/** Sends a request that was altered after it was signed. */
async function forge(
  door: Door,
  request: HttpRequest,
  altered: Partial<HttpRequest>,
): Promise<string | number> {
  const headers = await signed(request, door.service);
  return outcome(await door.sendAs({ ...request, headers, ...altered }));
}

const inMinutes = (minutes: number): Changes => ({
  date: new Date(Date.now() + minutes * 60_000),
});

/** Somebody else's request, and what becomes of it. */
interface Trial {
  id: string;
  name: string;
  tries: (door: Door) => Promise<unknown[][]>;
  expect: Answer;
  differs?: readonly Difference[];
}

const TRIALS: readonly Trial[] = [
  {
    ...{ id: "unsigned", name: "unsigned" },
    tries: async (door) => [
      ["unsigned", outcome(await door.sendAs(door.read))],
    ],
    expect: [["unsigned", "refused"]],
  },
  {
    ...{ id: "keys", name: "signed with other keys" },
    tries: async (door) => {
      const secretKey = `${settings().secretKey}x`;
      return [
        ["another access key", await knock(door, door.read, OTHER)],
        ["another secret key", await knock(door, door.read, { secretKey })],
      ];
    },
    expect: [
      ["another access key", "refused"],
      ["another secret key", "refused"],
    ],
  },
  {
    ...{ id: "service", name: "signed for another service" },
    tries: async (door) => {
      const service = door.service === "s3" ? settings().signingName : "s3";
      return [[
        ...["another service", await knock(door, door.read, { service })],
      ]];
    },
    expect: [["another service", "refused"]],
  },
  {
    ...{ id: "region", name: "signed for another region" },
    tries: async (door) => {
      const region = "compat-nowhere-1";
      return [
        ["another region", await knock(door, door.read, { region })],
        ["and keys", await knock(door, door.read, { region, ...OTHER })],
      ];
    },
    expect: [["another region", "refused"], ["and keys", "refused"]],
    differs: [{
      answer: [IN, ["another region", "let in"], ["and keys", "refused"]],
      says: "it takes any region",
    }],
  },
  {
    ...{ id: "date", name: "signed 20 minutes off" },
    tries: async (door) => [
      ["20 minutes ago", await knock(door, door.read, inMinutes(-20))],
      ["20 minutes ahead", await knock(door, door.read, inMinutes(20))],
    ],
    expect: [["20 minutes ago", "refused"], ["20 minutes ahead", "refused"]],
    differs: [{
      answer: [
        ...[IN, ["20 minutes ago", "refused"], ["20 minutes ahead", "let in"]],
      ],
      says: "it takes a date that is yet to come",
    }],
  },
  {
    ...{ id: "body", name: "body altered" },
    tries: async (door) => {
      const request = door.write("signed");
      const body = String(request.body).replace("signed", "forged");
      const altered = await forge(door, request, { body });
      const made = [await door.isThere("signed"), await door.isThere("forged")];
      return [
        ["as signed", await knock(door, door.write("plain"))],
        ["made by it", await door.isThere("plain")],
        ["body altered", altered],
        ["made by it", made.includes(true)],
      ];
    },
    expect: [
      ...[["as signed", "let in"], ["made by it", true]],
      ...[["body altered", "refused"], ["made by it", false]],
    ],
  },
  {
    ...{ id: "query", name: "query altered" },
    tries: async (door) => {
      const { url } = door.list(8);
      return [
        ["as signed", await knock(door, door.list(7))],
        ["query altered", await forge(door, door.list(7), { url })],
      ];
    },
    expect: [["as signed", "let in"], ["query altered", "refused"]],
  },
  {
    ...{ id: "host", name: "signed for another host" },
    tries: async (door) => {
      const { url } = door.read;
      const { host } = new URL(url);
      const elsewhere = url.replace(host, "another.example");
      const request = { ...door.read, url: elsewhere };
      return [["another host", await forge(door, request, { url })]];
    },
    expect: [["another host", "refused"]],
  },
];

/** The trials at one of the two doors; each asks first as it should be asked. */
function trials(
  kind: "catalog" | "s3",
  title: string,
  at: (body: (door: Door) => ReturnType<Call>) => Call,
): Capability[] {
  return TRIALS.map(({ id, name, tries, expect, differs = [] }) => ({
    ...{ id: `${kind}_${id}`, group: "access", name: `${title}: ${name}` },
    engines: {
      typescript: at(async (door) => [
        ["signed", await knock(door, door.read)],
        ...await tries(door),
      ]),
    },
    expect: [IN, ...expect],
    differs,
  }));
}

/** Who is let in, by the catalog and by the object store. */
export const accessCapabilities: readonly Capability[] = [
  ...trials("catalog", "Catalog", atCatalog),
  ...trials("s3", "Object store", atStore),
];
