/**
 * What a fault is: a step it hits, how it is made, what is said and what holds.
 *
 * @module
 */

import type { Said, Scene } from "./scene.ts";

/** A fault and the step that it hits. */
export interface Fault {
  /** What is under way, as the user names it. */
  step: string;
  /** What happens to it. */
  fault: string;
  /** Who tells of it, where it is not the step itself. */
  by?: string;
  /** What it says, word for word; `…` stands for what differs. */
  told: string;
  /** How long it may take until it is told, where nobody can know sooner. @default {10} */
  withinSeconds?: number;
  /** Whether there is nothing to tell: the step goes on to its end, as long as that takes. */
  goesOn?: true;
  /** How long what was started may take to end, where that is much. @default {10} */
  endSeconds?: number;
  /** What becomes of the data; `holds` looks whether it is so. */
  after: string;
  /** Whether a file system of its own is needed, which takes the right to mount. */
  needsDisk?: true;
  /** Whether only the whole lane has it. */
  isLong?: true;
  /** Makes the fault amid the step. */
  make(scene: Scene): Promise<Said>;
  /** Fails unless what is said of the data holds, and the next run works. */
  holds(scene: Scene): Promise<void>;
}

/** Whether the words say what a fault's `told` says. */
export function says(text: string, told: string): boolean {
  const plain = (words: string) => words.replace(/\s+/g, " ");
  const parts = plain(told).split("…").map((part) => RegExp.escape(part));
  return new RegExp(parts.join(".*?")).test(plain(text));
}
