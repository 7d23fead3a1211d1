/**
 * What makes attacks of a good request.
 *
 * @module
 */

import type { GoodRequest } from "./clients.ts";
import type { WireRequest } from "./wire.ts";

/** Requests by what was done to them. */
export type Named = Record<string, WireRequest | undefined>;

/** All of one kind that can be made of a good request. */
export type Generator = (good: GoodRequest) => Named;
