// The kernel in a Jupyter of one's own: known by its name, run with the pinned
// Deno, and gone again, while a Deno kernel that was there stays as it was.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { python } from "../../stack/install/python.ts";
import { taskArguments } from "../../tasks/dev/task.ts";

const NAME = "aistor-tables-analysis";

Deno.test("deno task kernel installs a kernel for this user, and removes no other", async () => {
  const home = await Deno.makeTempDir({ prefix: "a home's ü " });
  const { bin } = await python();
  const decoder = new TextDecoder();
  const run = async (program: string, args: string[], stdin?: string) => {
    const child = new Deno.Command(program, {
      args,
      env: {
        HOME: home,
        JUPYTER_DATA_DIR: `${home}/jupyter`,
        IPYTHONDIR: `${home}/ipython`,
        // Deno's and the project's own stay where they are.
        XDG_CACHE_HOME: Deno.env.get("XDG_CACHE_HOME") ??
          `${Deno.env.get("HOME")}/.cache`,
        NO_COLOR: "1",
      },
      stdin: stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    if (stdin !== undefined) {
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(stdin));
      await writer.close();
    }
    const { code, stdout, stderr } = await child.output();
    return { code, text: decoder.decode(stdout), err: decoder.decode(stderr) };
  };
  const task = async (...args: string[]) => {
    const { code, text, err } = await run(
      Deno.execPath(),
      taskArguments("kernel", ...args),
    );
    assertEquals(code, 0, err);
    return text;
  };
  const known = async () => {
    const { text } = await run(`${bin}/jupyter`, [
      "kernelspec",
      "list",
      "--json",
    ]);
    return Object.keys(JSON.parse(text).kernelspecs)
      .filter((name) => name !== "python3").sort();
  };
  try {
    const own = `${home}/jupyter/kernels/deno`;
    await Deno.mkdir(own, { recursive: true });
    const before = JSON.stringify({ argv: ["true"], display_name: "Mine" });
    await Deno.writeTextFile(`${own}/kernel.json`, before);

    assertMatch(await task(), /^Not installed/);
    assertStringIncludes(await task("--install"), `${home}/jupyter/kernels`);
    // Once more renews it.
    await task("--install");
    assertEquals(await known(), [NAME, "deno"]);

    const cells = [
      `import { table } from "@lakehouse"; Deno.version.deno`,
      "table([{ trips: 7 }])",
    ];
    const { text, err } = await run(`${bin}/python`, [
      `${PROJECT_DIR}/tests/kernel/probe.py`,
      `${PROJECT_DIR}/notebooks`,
      NAME,
    ], JSON.stringify(cells.map((source) => ({ source }))));
    const [version, shown] = text.trim().split("\n").map((line) =>
      JSON.parse(line)
    );
    const pinned = await run(`${bin}/deno`, ["--version"]);
    assertStringIncludes(
      pinned.text,
      version?.outputs[0].data["text/plain"].match(/\d+\.\d+\.\d+/)?.[0] ?? err,
    );
    assertStringIncludes(shown.outputs[0].data["text/html"], "7</td>");

    assertMatch(await task("--uninstall"), /^Removed/);
    assertMatch(await task("--uninstall"), /^It is not installed/);
    assertEquals(await known(), ["deno"]);
    assertEquals(await Deno.readTextFile(`${own}/kernel.json`), before);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
