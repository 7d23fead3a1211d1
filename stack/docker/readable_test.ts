import { assertEquals } from "@std/assert";
import { letContainersRead } from "./readable.ts";

Deno.test("letContainersRead() opens what umask 077 has closed, and nothing else", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const [closed, open] = [`${dir}/closed`, `${dir}/open`];
    await Deno.mkdir(`${closed}/in`, { recursive: true });
    await Deno.writeTextFile(`${closed}/in/file`, "");
    await Deno.mkdir(open);
    const modes: [string, number][] = [
      [`${closed}/in/file`, 0o600],
      [`${closed}/in`, 0o700],
      [closed, 0o700],
      [open, 0o755],
      [dir, 0o700],
    ];
    for (const [path, mode] of modes) await Deno.chmod(path, mode);
    assertEquals(await letContainersRead([closed, open]), [closed]);
    assertEquals(await letContainersRead([closed, open]), []);
    const found = modes.map(([path]) => Deno.statSync(path).mode! & 0o777);
    assertEquals(found, [0o604, 0o705, 0o705, 0o755, 0o700]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
