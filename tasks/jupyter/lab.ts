import { PROJECT_DIR, settings } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { python } from "../../stack/install/python.ts";
import { parentDeathWrapper } from "../../stack/local/supervisor.ts";
import { command, main } from "../terminal/cli.ts";

/** The project's defaults for JupyterLab's settings, then the user's own. */
function configPath(): string {
  const own = Deno.env.get("JUPYTER_CONFIG_PATH");
  return [`${PROJECT_DIR}/jupyter`, ...(own ? [own] : [])].join(":");
}

interface LabOptions {
  port: string;
  ip: string;
  browser: boolean;
}

await main(
  command("lab", "Opens the notebooks in JupyterLab.")
    .option("--port <number>", "JupyterLab's port", "8888")
    .option("--ip <address>", "where JupyterLab listens", "127.0.0.1")
    .option("--no-browser", "open no browser; the address is printed")
    .action(async ({ port, ip, browser }: LabOptions) => {
      const { bin, env } = await python({
        onInstall: () => console.log("Installing JupyterLab"),
      });
      const { stack } = settings();
      console.log(
        stack
          ? `Stack: ${stack}`
          : "No stack is running; start one with: deno task up",
      );
      // Who kills this program outright ends JupyterLab too.
      const [program = "", ...first] = [
        ...await parentDeathWrapper("TERM"),
        `${bin}/jupyter`,
      ];
      const child = new Deno.Command(program, {
        args: [
          ...first,
          "lab",
          `--notebook-dir=${PROJECT_DIR}`,
          `--ServerApp.ip=${ip}`,
          `--ServerApp.port=${port}`,
          "--LabApp.default_url=/lab/tree/notebooks/00-index.ipynb",
          ...(browser ? [] : ["--no-browser"]),
          // In containers and on servers one often is root.
          ...(Deno.uid() === 0 ? ["--allow-root"] : []),
        ],
        env: { ...env, JUPYTER_CONFIG_PATH: configPath() },
      }).spawn();
      // JupyterLab asks before it ends on Ctrl+C; it gets the signal itself.
      Deno.addSignalListener("SIGINT", () => {});
      // Who ends this program ends JupyterLab, and with it the kernels.
      for (const name of ["SIGTERM", "SIGHUP"] as const) {
        Deno.addSignalListener(name, () => child.kill("SIGTERM"));
      }
      const { code, signal } = await child.status;
      Deno.exitCode = code;
      if (signal !== "SIGKILL") return;
      throw new LakehouseError({
        what: "JupyterLab has ended",
        why: "something killed it, as happens when memory runs out",
        next:
          "deno task lab; what was saved is there, and the kernels ended with it",
      });
    }),
);
