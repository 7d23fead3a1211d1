/**
 * Where the project lies.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

/** The project's folder, absolute, without a final slash. */
export const PROJECT_DIR: string = fileURLToPath(
  new URL("../..", import.meta.url),
).replace(/\/$/, "");
