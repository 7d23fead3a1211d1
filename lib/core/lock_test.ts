import { assertStringIncludes, assertThrows } from "@std/assert";
import { LakehouseError } from "./errors.ts";
import { takeLock } from "./lock.ts";

const MODULE = new URL("./lock.ts", import.meta.url).href;

Deno.test("takeLock() names who holds it, and takes over a dead holder's", async () => {
  const dir = await Deno.makeTempDir();
  const path = `${dir}/new/lock`;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--no-lock",
      `import { takeLock } from "${MODULE}";
      takeLock("${path}", "Cannot", "deno task up");
      console.log("held");
      setInterval(() => {}, 1000);`,
    ],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  const error = assertThrows(
    () => takeLock(path, "Cannot stop the stack", "deno task down"),
    LakehouseError,
    "Cannot stop the stack: deno task up (process",
  );
  assertStringIncludes(error.message, String(child.pid));
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  takeLock(path, "Cannot stop the stack", "deno task down")[Symbol.dispose]();
  await Deno.remove(dir, { recursive: true });
});
