/**
 * Namespaces with a dot in a name: the reference catalog keeps the levels of a
 * namespace joined by dots, and would take one of them for two.
 *
 * @module
 */

import type { GatewayCall } from "./backend.ts";
import { badRequest, Refusal } from "./refusal.ts";

interface Named {
  namespace?: unknown;
}

/** Namespaces that the body names, wherever the API has one. */
function inBody(path: string, body: Uint8Array): unknown[] {
  if (
    !/^(namespaces|tables\/rename|views\/rename|transactions\/commit)$/.test(
      path,
    )
  ) {
    return [];
  }
  try {
    const sent: Named & {
      source?: Named;
      destination?: Named;
      "table-changes"?: { identifier?: Named }[];
    } = JSON.parse(new TextDecoder().decode(body));
    const changes = sent["table-changes"] ?? [];
    return [
      sent,
      sent.source,
      sent.destination,
      ...changes.map(({ identifier }) => identifier),
    ].map((named) => named?.namespace);
  } catch {
    // What is no JSON, or another shape of it, the catalog refuses.
    return [];
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest(`The path's "${part}" is not percent-encoded`);
  }
}

/** Levels of the namespaces that a call names. */
function levelsOf(path: string, { url, body }: GatewayCall): string[] {
  const inPath = path.match(/^namespaces\/([^/]+)/)?.[1] ?? "";
  const parent = url.searchParams.get("parent") ?? "";
  return [
    ...decoded(inPath).split("\x1f"),
    ...parent.split("\x1f"),
    ...inBody(path, body).flat().map(String),
  ];
}

/**
 * Refuses a call that names a namespace with a dot: AIStor's error for one that
 * is to be made, and for any other that there is none.
 *
 * @param path The path after the warehouse, as it was sent.
 * @throws {Refusal} When a level has a dot.
 */
export function refuseDots(path: string, call: GatewayCall): void {
  const level = levelsOf(path, call).find((each) => each.includes("."));
  if (level === undefined) return;
  if (path === "namespaces" && call.method === "POST") {
    throw new Refusal(
      400,
      "IcebergNamespaceNameInvalid",
      `The namespace's name "${level}" has a dot`,
    );
  }
  throw new Refusal(
    404,
    "NoSuchNamespaceException",
    `Namespace does not exist: ${level}`,
  );
}
