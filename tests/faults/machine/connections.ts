/**
 * Faults of connections: cut, half-open, or answered by somebody else.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { closedPort } from "../../support/env.ts";
import type { Fault } from "../fault.ts";
import { filesOf, type Said, type Scene } from "../scene.ts";

const PAGE = "<!doctype html><title>Log in</title>";

/** Runs a step with an address at which this answers. */
async function answered(
  scene: Scene,
  [step = "", ...args]: string[],
  variable: string,
  answer: () => Response | Promise<Response>,
): Promise<Said> {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    answer,
  );
  const env = { [variable]: `http://127.0.0.1:${server.addr.port}` };
  return await scene.step(step, args, { env }).ended;
}

/** An answer that breaks off. */
const cutOff = () =>
  new Response(
    new ReadableStream({
      async start(to) {
        to.enqueue(new TextEncoder().encode('{"id": "1", "stats": {'));
        await new Promise((resolve) => setTimeout(resolve, 100));
        to.error(new Error("cut off"));
      },
    }),
    { headers: { "content-type": "application/json" } },
  );

/** Runs a step with an address that takes connections, and says nothing. */
async function unanswered(
  scene: Scene,
  [step = "", ...args]: string[],
  variable: string,
): Promise<Said> {
  using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const held: Deno.Conn[] = [];
  const holding = (async () => {
    for await (const connection of server) held.push(connection);
  })();
  const { port } = server.addr as Deno.NetAddr;
  const env = { [variable]: `http://127.0.0.1:${port}` };
  const said = await scene.step(step, args, { env }).ended;
  server.close();
  await holding.catch(() => {});
  for (const connection of held) connection.close();
  return said;
}

const loggingIn = () =>
  new Response(PAGE, { headers: { "content-type": "text/html" } });

/** The files to send, made first. */
async function withTrips(scene: Scene): Promise<void> {
  await scene.works("generate", "--rows", "0.01");
  scene.notes.set("before", await filesOf(scene.parquet));
}

async function tripsStay(scene: Scene): Promise<void> {
  assertEquals(await filesOf(scene.parquet), scene.notes.get("before"));
}

const nothing = () => Promise.resolve();
const NOTHING = "nothing was asked that changes anything";

/** Faults between this machine and the services. */
export const CONNECTION_FAULTS: readonly Fault[] = [
  {
    step: "query",
    fault: "a proxy's page answers in Trino's place",
    told:
      "Cannot reach Trino at http://127.0.0.1:…: what answers is no Trino. Next: deno task status",
    after: NOTHING,
    make: (scene) =>
      answered(scene, ["query", "SELECT 1"], "TRINO_URI", loggingIn),
    holds: nothing,
  },
  {
    step: "query",
    fault: "Trino's first answer is cut off",
    told: "Cannot reach Trino at http://127.0.0.1:…: …. Next: deno task …",
    after: NOTHING,
    make: (scene) =>
      answered(scene, ["query", "SELECT 1"], "TRINO_URI", cutOff),
    holds: nothing,
  },
  {
    step: "upload",
    fault: "no object store is there",
    told:
      'Cannot upload to the bucket "staging": nothing answers at http://127.0.0.1:…. Next: deno task up',
    after: "the files on this machine stay",
    async make(scene) {
      await withTrips(scene);
      const env = { MINIO_HOST: `http://127.0.0.1:${closedPort()}` };
      return await scene.step("upload", [], { env }).ended;
    },
    holds: tripsStay,
  },
  {
    step: "upload",
    fault: "a proxy's page answers in the object store's place",
    told:
      "Cannot send …: what answered is no object store: it gave no entity tag. Next: set MINIO_HOST to the object store's address",
    after: "the files on this machine stay",
    async make(scene) {
      await withTrips(scene);
      return await answered(scene, ["upload"], "MINIO_HOST", loggingIn);
    },
    holds: tripsStay,
  },
  {
    step: "catalog",
    fault: "no catalog is there",
    told:
      "the Iceberg catalog at …/_iceberg cannot be reached. Next: deno task up",
    after: NOTHING,
    make: (scene) => {
      const uri = `http://127.0.0.1:${closedPort()}/_iceberg`;
      return scene.step("warehouse", [], { env: { CATALOG_URI: uri } }).ended;
    },
    holds: nothing,
  },
  {
    step: "catalog",
    fault: "a proxy's page answers in the catalog's place",
    told:
      "…answers 200, but not as an Iceberg catalog does. Next: set CATALOG_URI to the catalog's address, or deno task doctor",
    after: NOTHING,
    make: (scene) => answered(scene, ["warehouse"], "CATALOG_URI", loggingIn),
    holds: nothing,
  },
  {
    step: "catalog",
    fault: "its answer is cut off",
    told: "the Iceberg catalog at … cannot be reached. Next: deno task up",
    after: NOTHING,
    make: (scene) => answered(scene, ["warehouse"], "CATALOG_URI", cutOff),
    holds: nothing,
  },
  {
    step: "query",
    fault: "Trino's address takes the connection, and says nothing (half-open)",
    isLong: true,
    withinSeconds: 70,
    told: "Cannot reach Trino at http://127.0.0.1:…: …. Next: deno task status",
    after: NOTHING,
    make: (scene) => unanswered(scene, ["query", "SELECT 1"], "TRINO_URI"),
    holds: nothing,
  },
  {
    step: "upload",
    fault: "the object store takes the connection, and says nothing",
    isLong: true,
    withinSeconds: 40,
    told:
      'Cannot upload to the bucket "staging": nothing answers at http://127.0.0.1:…. Next: deno task up',
    after: "the files on this machine stay",
    async make(scene) {
      await withTrips(scene);
      return await unanswered(scene, ["upload"], "MINIO_HOST");
    },
    holds: tripsStay,
  },
  {
    step: "catalog",
    fault: "the catalog takes the connection, and says nothing",
    isLong: true,
    withinSeconds: 40,
    told:
      "the catalog at http://127.0.0.1:… did not answer within 30 s. Next: deno task doctor",
    after: NOTHING,
    make: (scene) => unanswered(scene, ["warehouse"], "CATALOG_URI"),
    holds: nothing,
  },
];
