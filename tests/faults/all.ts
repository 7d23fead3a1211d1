/**
 * Every fault, by what it needs.
 *
 * @module
 */

import type { Fault } from "./fault.ts";
import { CONNECTION_FAULTS } from "./connections.ts";
import { DOWNLOAD_FAULTS } from "./downloads.ts";
import { GENERATE_FAULTS } from "./generate.ts";
import { PORTAL_FAULTS } from "./portal.ts";
import { RECORD_FAULTS } from "./records.ts";
import { REPORT_FAULTS } from "./report.ts";

/** Those that need no stack. */
export const MACHINE_FAULTS: readonly Fault[] = [
  ...GENERATE_FAULTS,
  ...PORTAL_FAULTS,
  ...RECORD_FAULTS,
  ...DOWNLOAD_FAULTS,
  ...CONNECTION_FAULTS,
  ...REPORT_FAULTS,
];
