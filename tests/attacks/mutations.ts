/**
 * What is done to a good request: each change alone must keep it out.
 *
 * @module
 */

import { bodies } from "./bodies.ts";
import type { GoodRequest } from "./clients.ts";
import { authorizations, signedAnew } from "./credentials.ts";
import type { Generator } from "./generator.ts";
import { added, hosts, signedHeaders } from "./headers.ts";
import { methods, paths, queries } from "./targets.ts";
import type { WireRequest } from "./wire.ts";

/** A request that must be refused. */
export interface Attack {
  /** What was done, to which request. */
  name: string;
  request: WireRequest;
}

const GENERATORS: readonly Generator[] = [
  methods,
  paths,
  queries,
  signedHeaders,
  added,
  authorizations,
  signedAnew,
  hosts,
  bodies,
];

/** Every attack that can be made of the good request. */
export function attacksOn(good: GoodRequest): Attack[] {
  return GENERATORS.flatMap((generate) =>
    Object.entries(generate(good)).flatMap(([name, request]) =>
      request ? [{ name: `${name}; ${good.name}`, request }] : []
    )
  );
}
