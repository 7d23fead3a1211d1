/**
 * What a store and its engines can do together, found out by asking them.
 *
 * @module
 */

export {
  type Capability,
  ENGINE_NAMES,
  type EngineName,
  type Group,
  GROUPS,
  type Script,
} from "./capability.ts";
export { capabilities } from "./capabilities/mod.ts";
export { type CapabilityResult, type Cell, type Verdict } from "./result.ts";
export {
  type CompatResult,
  type EngineFacts,
  type StoreFacts,
} from "./result.ts";
export { askEngines, type AskOptions, enginesHere } from "./run.ts";
export { evidence, matrix, scores } from "./show.ts";
