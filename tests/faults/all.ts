/**
 * Every fault, by what it needs.
 *
 * @module
 */

import type { Fault } from "./fault.ts";
import { CONNECTION_FAULTS } from "./machine/connections.ts";
import { DOWNLOAD_FAULTS } from "./machine/downloads.ts";
import { GENERATE_FAULTS } from "./machine/generate.ts";
import { LAB_FAULTS } from "./machine/lab.ts";
import { PORTAL_FAULTS } from "./machine/portal.ts";
import { RECORD_FAULTS } from "./machine/records.ts";
import { REPORT_FAULTS } from "./machine/report.ts";
import { COMPAT_FAULTS } from "./stack/compat.ts";
import { INGEST_FAULTS } from "./stack/ingest.ts";
import { LOAD_FAULTS } from "./stack/load.ts";
import { QUERY_FAULTS } from "./stack/query.ts";
import { SERVICE_FAULTS } from "./stack/services.ts";
import { TRAIN_FAULTS } from "./machine/train.ts";
import { UPLOAD_FAULTS } from "./stack/upload.ts";

/** Those that need no stack. */
export const MACHINE_FAULTS: readonly Fault[] = [
  ...GENERATE_FAULTS,
  ...PORTAL_FAULTS,
  ...RECORD_FAULTS,
  ...DOWNLOAD_FAULTS,
  ...CONNECTION_FAULTS,
  ...REPORT_FAULTS,
  ...LAB_FAULTS,
  ...TRAIN_FAULTS,
];

/** Those that hit a stack that runs. */
export const STACK_FAULTS: readonly Fault[] = [
  ...UPLOAD_FAULTS,
  ...INGEST_FAULTS,
  ...LOAD_FAULTS,
  ...QUERY_FAULTS,
  ...COMPAT_FAULTS,
  ...SERVICE_FAULTS,
];
