import { assertEquals } from "@std/assert";
import { PAGE, page } from "./page.ts";
import { says } from "./fault.ts";

Deno.test("docs/faults.md says what the tests see", async () => {
  // Anew: deno task test:faults --page
  assertEquals(await Deno.readTextFile(PAGE), page());
});

Deno.test("says() takes what differs for any words, and nothing else", () => {
  const told = "Cannot read …: it is damaged. Next: …, then again";
  assertEquals(
    says("error: Cannot read /a: it is\n damaged. Next: b, then again", told),
    true,
  );
  assertEquals(
    says("Cannot read /a: it is gone. Next: b, then again", told),
    false,
  );
});
