import { ownEnvironment } from "../../lib/core/process.ts";
import { settings } from "../../lib/core/settings.ts";
import { CLI_JAVA, java } from "../../stack/install/java.ts";
import {
  artifactPaths,
  artifactState,
  fetchArtifacts,
} from "../../stack/install/maven.ts";
import { runningStackOf } from "../../stack/mod.ts";
import { command, main } from "../terminal/cli.ts";
import { TOKEN_ARGUMENT, trinoArguments } from "./tools.ts";

/** The CLI's jar, fetched the first time it is asked for. */
async function cli(): Promise<string> {
  const { missing } = await artifactState(["trino-cli"]);
  // Rows alone go to stdout.
  if (missing.length > 0) console.error("Fetching Trino's CLI");
  await fetchArtifacts(["trino-cli"]);
  return artifactPaths("trino-cli")[0]!;
}

/** What the CLI is to run; nothing for a session. */
function statementArguments(
  statement: string | undefined,
  format = Deno.stdout.isTerminal() ? "ALIGNED" : "CSV",
): string[] {
  const output = ["--output-format", format];
  if (statement !== undefined) return ["--execute", statement, ...output];
  // Asked for a file it wants no terminal.
  return Deno.stdin.isTerminal() ? [] : ["--file", "/dev/stdin", ...output];
}

await main(
  command("sql", "Starts Trino's own command line on the stack.")
    .argument("[statement]", "what to run; default: a session, or stdin's")
    .option("--format <name>", "ALIGNED, CSV, JSON …, as the CLI has them")
    .action(async (
      statement: string | undefined,
      { format }: { format?: string },
    ) => {
      runningStackOf();
      const given = settings();
      const { trinoToken, trinoPassword } = given;
      const program = `${await java(CLI_JAVA)}/bin/java`;
      const args = [
        // Without it Java 25 warns of what the CLI's terminal needs.
        "--enable-native-access=ALL-UNNAMED",
        ...["-jar", await cli()],
        ...trinoArguments(given),
        ...statementArguments(statement, format),
      ];
      // Ctrl+C ends a statement of the session, which the CLI sees to.
      Deno.addSignalListener("SIGINT", () => {});
      const child = new Deno.Command(trinoToken ? "bash" : program, {
        args: trinoToken
          ? ["-c", `exec "$0" "$@" ${TOKEN_ARGUMENT}`, program, ...args]
          : args,
        clearEnv: true,
        env: {
          ...ownEnvironment(),
          ...trinoPassword && { TRINO_PASSWORD: trinoPassword },
          ...trinoToken && { TRINO_TOKEN: trinoToken },
        },
        ...{ stdin: "inherit", stdout: "inherit", stderr: "inherit" },
      }).spawn();
      for (const signal of ["SIGTERM", "SIGHUP"] as const) {
        Deno.addSignalListener(signal, () => child.kill(signal));
      }
      Deno.exitCode = (await child.status).code;
    }),
);
