import { assertEquals, assertThrows } from "@std/assert";
import { requirementOf } from "./python.ts";

const TEXT = `uv==1.2.3 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via -r requirements.in
wcwidth==0.1 \\
    --hash=sha256:cc
`;

Deno.test("requirementOf() cuts out one package with its hashes", () => {
  assertEquals(
    requirementOf("uv", TEXT),
    "uv==1.2.3 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n",
  );
});

Deno.test("requirementOf() names a package that is not there", () => {
  assertThrows(() => requirementOf("numpy", TEXT), Error, "numpy");
});
