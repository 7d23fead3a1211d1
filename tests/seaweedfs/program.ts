/**
 * SeaweedFS, built from the Go modules that `go.sum` beside this file pins.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import {
  type BuiltProgram,
  goProgram,
} from "../../bench/install/go_program.ts";

/**
 * The program and its version; built first where the cache lacks it, which
 * takes minutes.
 *
 * @throws {LakehouseError} When it cannot be built; without Go the cause is a `NotFound`.
 */
export function weed(): Promise<BuiltProgram> {
  return goProgram({
    module: fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, ""),
    package: "github.com/seaweedfs/seaweedfs/weed",
    into: "seaweedfs/weed",
    // Without symbols and debugging data: nothing here reads them.
    flags: ["-ldflags=-s -w"],
  });
}
