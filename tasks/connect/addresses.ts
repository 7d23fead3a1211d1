/**
 * What a client of one's own has to know of the stack.
 *
 * @module
 */

import type { Settings } from "../../lib/core/settings.ts";

/** The stack's addresses, and the names behind them, a line each. */
export function addressLines(given: Settings): string[] {
  return [
    `S3       ${given.minioHost}  staging bucket ${given.stagingBucket}`,
    `catalog  ${given.catalogUri}  warehouse ${given.warehouse}, signed for ${given.signingName} in ${given.region}`,
    `Trino    ${given.trinoUri}  catalog ${given.trinoCatalog}, user ${given.trinoUser}`,
  ];
}
