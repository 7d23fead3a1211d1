/**
 * s5cmd, built from the Go modules that `bench/peers/s5cmd/go.sum` pins.
 *
 * @module
 */

import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { type BuiltProgram, goProgram } from "./go_program.ts";

/**
 * The program and its version; built first where the cache lacks it.
 *
 * @throws {LakehouseError} When there is no Go, or it cannot build it.
 */
export function s5cmd(): Promise<BuiltProgram> {
  return goProgram({
    module: `${PROJECT_DIR}/bench/peers/s5cmd`,
    package: "github.com/peak/s5cmd/v2",
    into: "bench/s5cmd",
  });
}
