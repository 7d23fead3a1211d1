import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { LakehouseError } from "../../lib/core/errors.ts";
import { withEnv } from "../../tests/support/env.ts";
import { licence, noLicence } from "./licence.ts";

const read = (MINIO_LICENSE: string) => withEnv({ MINIO_LICENSE }, licence);

Deno.test("licence() is the text, or what is in the file", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, "eyJhbGciOiJ\n");
    assertEquals(await read(path), "eyJhbGciOiJ");
    // Base64 may hold a slash, and is no path.
    assertEquals(await read(" eyJ/bGc.x+/y "), "eyJ/bGc.x+/y");
    const { HOME } = { HOME: path.slice(0, path.lastIndexOf("/")) };
    const name = path.slice(HOME.length);
    await withEnv({ HOME }, async () => {
      assertEquals(await read(`~${name}`), "eyJhbGciOiJ");
    });
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("licence() names a file that is not there instead of sending its path", async () => {
  const error = await assertRejects(
    () => read("/no/such/minio.license"),
    LakehouseError,
    "/no/such/minio.license, which cannot be read",
  );
  assertStringIncludes(error.message, "docker/.env");
});

Deno.test("noLicence() names the file to edit and the ways without one", () => {
  const { message } = noLicence();
  assertStringIncludes(message, "MINIO_LICENSE is not set");
  assertStringIncludes(message, "docker/.env");
  assertStringIncludes(
    message,
    "deno task up --stack docker --store seaweedfs",
  );
  assertStringIncludes(message, "deno task up --stack local");
});
