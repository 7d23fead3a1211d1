import { assertEquals, assertFalse, assertRejects } from "@std/assert";
import { LakehouseError } from "../../lib/core/errors.ts";
import {
  addWarehouse,
  isWarehouseName,
  openRegistry,
  removeWarehouse,
} from "./registry.ts";

Deno.test("isWarehouseName() takes the names that AIStor takes", () => {
  for (const name of ["abc", "trino-tutorial-2", "1st", "a".repeat(63)]) {
    assertEquals(isWarehouseName(name), true, name);
  }
  const wrong = [
    "ab",
    "a".repeat(64),
    "-abc",
    "abc-",
    "Abc",
    "a_b",
    "a.b",
    "a/b",
    "abc\n",
    "",
    undefined,
    7,
    "config",
    "warehouses",
  ];
  for (const name of wrong) assertFalse(isWarehouseName(name), `${name}`);
});

Deno.test("openRegistry() finds again what was added, not what was removed", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const path = `${dir}/new/warehouses.json`;
    const registry = await openRegistry(path);
    const kept = await addWarehouse(registry, "kept");
    await addWarehouse(registry, "gone");
    await removeWarehouse(registry, "gone");
    const again = await openRegistry(path);
    assertEquals([...again.warehouses], [["kept", kept]]);
    assertEquals(registry.warehouses, again.warehouses);
    const files = await Array.fromAsync(Deno.readDir(`${dir}/new`));
    assertEquals(files.map((file) => file.name), ["warehouses.json"]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("addWarehouse() adds nothing when the file cannot be written", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const registry = await openRegistry(`${dir}/warehouses.json`);
    // A folder in the file's place cannot be replaced by a file.
    await Deno.mkdir(`${dir}/warehouses.json/x`, { recursive: true });
    await assertRejects(() => addWarehouse(registry, "never"));
    assertEquals(registry.warehouses.size, 0);
    const files = await Array.fromAsync(Deno.readDir(dir));
    assertEquals(files.map((file) => file.name), ["warehouses.json"]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("openRegistry() says which file is damaged", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, '[{"name":');
    await assertRejects(() => openRegistry(path), LakehouseError, path);
  } finally {
    await Deno.remove(path);
  }
});
