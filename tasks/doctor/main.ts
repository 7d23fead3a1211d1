import { interruptSignal } from "../../lib/core/interrupt.ts";
import { doctor, doctorStack } from "./doctor.ts";
import { isHealthy, resultText, summaryText } from "./lines.ts";
import { command, main } from "../terminal/cli.ts";

await main(
  command("doctor", "Says what is wrong with a stack, why, and what mends it.")
    .option(
      "--stack <name>",
      "docker, local or remote; default: the running one",
    )
    .option("--json", "print one JSON object instead of lines")
    .action(
      async ({ stack: name, json }: { stack?: string; json?: boolean }) => {
        const started = performance.now();
        const stack = doctorStack(name);
        // Which keys are meant depends on it, whether or not it is recorded.
        if (stack === "remote") Deno.env.set("STACK", stack);
        if (!json) console.log(`Stack: ${stack}`);
        const results = await doctor(stack, {
          signal: interruptSignal(),
          onResult: (result) => json || console.log(resultText(result)),
        });
        const healthy = isHealthy(results);
        console.log(
          json
            ? JSON.stringify({ stack, healthy, results }, null, 2)
            : summaryText(results, performance.now() - started),
        );
        if (!healthy) Deno.exitCode = 1;
      },
    ),
);
