/**
 * Every row of the matrix, group by group.
 *
 * @module
 */

import type { Capability } from "../capability.ts";
import { accessCapabilities } from "./access.ts";
import { across } from "./across.ts";
import { catalogCapabilities } from "./catalog.ts";
import { history } from "./history.ts";
import { layout } from "./layout.ts";
import { rows } from "./rows.ts";
import { schema } from "./schema.ts";
import { storeCapabilities } from "./store.ts";
import { v3Rows } from "./v3.ts";

/** The rows, in the order they are asked for and shown. */
export const capabilities: readonly Capability[] = [
  ...catalogCapabilities,
  ...storeCapabilities,
  ...accessCapabilities,
  ...rows,
  ...schema,
  ...layout,
  ...history,
  ...v3Rows,
  ...across,
];
