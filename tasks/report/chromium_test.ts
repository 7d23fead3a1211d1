import { assertEquals, assertRejects } from "@std/assert";
import { withEnv } from "../../tests/support/env.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { findChromium, printPage, requireChromium } from "./chromium.ts";

/** A folder with a program of that name which does what `script` says. */
async function withProgram(
  script: string,
  body: (dir: string, program: string) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    const program = `${dir}/google-chrome`;
    await Deno.writeTextFile(program, `#!/bin/sh\n${script}\n`);
    await Deno.chmod(program, 0o755);
    await body(dir, program);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("findChromium() takes CHROMIUM, else a usual name on the PATH", () =>
  withProgram("", async (dir, program) => {
    await Deno.writeTextFile(`${dir}/chromium`, "no program");
    await withEnv({ CHROMIUM: "", PATH: `/none:${dir}` }, async () => {
      assertEquals(await findChromium(), program);
    });
    await withEnv({ CHROMIUM: program, PATH: "/none" }, async () => {
      assertEquals(await findChromium(), program);
    });
  }));

Deno.test("requireChromium() says what to do when there is none", async () => {
  await withEnv({ CHROMIUM: "", PATH: "/none" }, async () => {
    const { message } = await assertRejects(requireChromium, LakehouseError);
    assertEquals(
      message,
      "Cannot write PDFs: no Chromium or Chrome is on the PATH. Next: install " +
        "one, or set CHROMIUM to its program; without --pdf, print the pages " +
        "from any browser",
    );
  });
  await withEnv({ CHROMIUM: "/none/chrome" }, async () => {
    await assertRejects(
      requireChromium,
      LakehouseError,
      `Cannot use CHROMIUM "/none/chrome": there is no such program`,
    );
  });
});

Deno.test("printPage() repeats what a Chromium says that prints nothing", () =>
  withProgram("echo 'no usable sandbox' >&2", async (dir, program) => {
    const page = `${dir}/01-x.html`;
    await Deno.writeTextFile(page, "<p>x");
    await assertRejects(
      () => printPage(program, page),
      LakehouseError,
      `says "no usable sandbox"`,
    );
    const left = [...Deno.readDirSync(dir)].map(({ name }) => name).sort();
    assertEquals(left, ["01-x.html", "google-chrome"]);
  }));
