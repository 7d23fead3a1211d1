import { LakehouseError } from "../../lib/core/errors.ts";
import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { python } from "../../stack/install/python.ts";
import { command, main } from "../terminal/cli.ts";

/** Its name among the kernels of this user; others keep theirs. */
const NAME = "aistor-tables-analysis";

/** Jupyter's own command knows where each system keeps kernels. */
async function kernelspec(...args: string[]): Promise<string> {
  const { bin } = await python({
    onInstall: () => console.log("Installing Jupyter"),
  });
  const { success, stdout, stderr } = await new Deno.Command(
    `${bin}/jupyter`,
    { args: ["kernelspec", ...args] },
  ).output();
  const said = new TextDecoder().decode(stderr).trim();
  if (success) return new TextDecoder().decode(stdout);
  throw new LakehouseError({
    what: `Cannot ${args[0]} the kernel "${NAME}"`,
    why: said.split("\n").at(-1) || "jupyter kernelspec does not say why",
    next: "check the rights of the folder that jupyter --data-dir names",
  });
}

/** Where the kernel is installed, if it is. */
async function installed(): Promise<string | undefined> {
  const { kernelspecs } = JSON.parse(await kernelspec("list", "--json"));
  return kernelspecs[NAME]?.resource_dir;
}

/** Jupyter's description of the project's kernel, with the Deno that is pinned. */
async function description(): Promise<string> {
  const path = `${PROJECT_DIR}/jupyter/kernels/deno/kernel.json`;
  const spec = JSON.parse(await Deno.readTextFile(path));
  const { bin } = await python();
  // Another Deno may be first on the PATH of whoever starts it.
  const deno = `'${bin.replaceAll("'", `'\\''`)}/deno'`;
  const argv = spec.argv.map((part: string) =>
    part.replace("deno jupyter", `${deno} jupyter`)
  );
  const own = { display_name: "Deno (AIStor Tables Analysis)", argv };
  return JSON.stringify({ ...spec, ...own }, null, 2);
}

async function install(): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/kernel.json`, await description());
    await kernelspec("install", dir, "--user", `--name=${NAME}`, "--replace");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
  console.log(`Installed in ${await installed()}`);
  console.log('In VS Code or a Jupyter of your own, choose the kernel "Deno');
  console.log(
    '(AIStor Tables Analysis)". Remove it: deno task kernel --uninstall',
  );
}

async function uninstall(): Promise<void> {
  if (!await installed()) return console.log("It is not installed");
  await kernelspec("uninstall", "-f", NAME);
  console.log("Removed; other kernels are as they were");
}

await main(
  command(
    "kernel",
    "Makes the notebooks' kernel known to VS Code or a Jupyter of your own.",
  )
    .option("--install", "install it for this user, or renew it")
    .option("--uninstall", "remove it; other Deno kernels stay")
    .action(async (options: { install?: boolean; uninstall?: boolean }) => {
      if (options.install) return await install();
      if (options.uninstall) return await uninstall();
      const where = await installed();
      console.log(
        where
          ? `Installed in ${where}`
          : "Not installed. Install it: deno task kernel --install",
      );
    }),
);
