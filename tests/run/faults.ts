/**
 * Makes faults amid each step, and looks at what is said, what is left and what
 * becomes of the data.
 *
 * @module
 */

import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { command, main } from "../../tasks/terminal/cli.ts";
import { testFlags } from "../../tasks/dev/import_map.ts";
import { endStack } from "../faults/stack/place.ts";
import { onlyOne, runLane } from "./lane.ts";
import { deno } from "./suite.ts";

const STATE = `${PROJECT_DIR}/.state-faults`;
/** Set where this program has mounts of its own. */
const MOUNTS = "LANE_DISKS";

interface Options {
  filter?: string;
  all?: boolean;
  page?: boolean;
}

/** Whether a program can have mounts of its own here: small disks to fill. */
async function canMount(): Promise<boolean> {
  return await new Deno.Command("unshare", {
    args: ["--mount", "mount", "-t", "tmpfs", "none", "/mnt"],
    stdout: "null",
    stderr: "null",
  }).output().then(({ success }) => success, () => false);
}

/** Runs this again with mounts of its own; those end with it. */
async function runWithMounts(): Promise<void> {
  const { code } = await new Deno.Command("unshare", {
    args: ["--mount", Deno.execPath(), "run", "-A", import.meta.filename!]
      .concat(Deno.args),
    env: { [MOUNTS]: "1" },
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  Deno.exitCode = code;
}

await main(
  command("test:faults", "Makes faults amid each step; nothing may be lost.")
    .option("--filter <text>", "only tests with this in their name")
    .option("--all", "every fault, not one of each kind only")
    .option("--page", "only write docs/faults.md, made of the tests")
    .action(async (options: Options) => {
      if (options.page) {
        const page = `${PROJECT_DIR}/tests/faults/page.ts`;
        const code = await deno(["run", "-A", ...await testFlags(STATE), page]);
        if (code !== 0) Deno.exitCode = code;
        return;
      }
      if (!Deno.env.get(MOUNTS)) {
        if (await canMount()) return await runWithMounts();
        console.log("test:faults goes without full disks: mounting takes root");
      }
      await Deno.mkdir(STATE, { recursive: true });
      using _lock = await onlyOne("test:faults");
      try {
        await runLane("faults", STATE, options.filter, {
          LANE_ALL: options.all ? "1" : "",
        });
      } finally {
        await endStack();
      }
    }),
);
