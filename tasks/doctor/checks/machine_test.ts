import { withEnv } from "../../../tests/support/env.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  disksOf,
  diskVerdict,
  memoryVerdict,
  portsVerdict,
  settingsVerdict,
} from "./machine.ts";

const use = (port: number, owner: string, instead = port) => ({
  setting: `PORT_${port}`,
  port,
  owner,
  instead,
});

Deno.test("diskVerdict() warns below 5 GB and fails below 1 GB", () => {
  const disk = (free: number) =>
    diskVerdict([{ uses: ["cache"], free: 80e9 }, { uses: ["data"], free }]);
  assertEquals(disk(5e9).status, "passed");
  assertEquals(disk(4.9e9).status, "warning");
  assertEquals(disk(0.9e9).status, "failed");
  assertStringIncludes(disk(0.9e9).text, "900 MB free for data");
});

Deno.test("disksOf() puts folders of one file system together, there or not", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const disks = disksOf({ data: dir, state: `${dir}/not/there/yet` });
    assertEquals(disks.map(({ uses }) => uses), [["data", "state"]]);
    assert(disks[0]!.free > 0);
  } finally {
    await Deno.remove(dir);
  }
});

Deno.test("memoryVerdict() warns below 3 GB", () => {
  assertEquals(memoryVerdict(3e9).status, "passed");
  assertEquals(memoryVerdict(2.9e9).status, "warning");
});

Deno.test("portsVerdict() tells free ports from the stack's own", () => {
  const text = (...owners: string[]) =>
    portsVerdict(owners.map((owner, index) => use(9000 + index, owner))).text;
  assertEquals(text("free", "free"), "9000, 9001 are free");
  assertEquals(text("ours", "ours"), "9000, 9001 are the stack's");
  assertStringIncludes(text("ours", "free"), "9001 free");
});

Deno.test("portsVerdict() names the program that has a port, and a free one instead", () => {
  const outcome = portsVerdict([
    use(9000, "python3 (process 42)", 9100),
    use(9001, "ours"),
  ]);
  assertEquals(outcome, {
    status: "failed",
    text: "9000 is taken by python3 (process 42)",
    next: "PORT_9000=9100 deno task up, or end that program",
  });
});

Deno.test("settingsVerdict() warns when another stack is the running one", () => {
  const outcome = settingsVerdict("docker", { stack: "local", ports: {} }, {});
  assertEquals(outcome.status, "warning");
  assertStringIncludes(outcome.text, "the local stack is running");
});

Deno.test("settingsVerdict() warns when the running stack has other ports", () => {
  const running = { stack: "local", ports: { S3_PORT: 9100 } } as const;
  const verdict = (S3_PORT: number) =>
    settingsVerdict("local", running, { S3_PORT, TRINO_PORT: 9999 });
  assertEquals(verdict(9100).status, "passed");
  const outcome = verdict(9000);
  assertEquals(outcome.status, "warning");
  assertStringIncludes(
    outcome.text,
    "S3_PORT is 9000, and the stack was started with 9100",
  );
});

Deno.test("settingsVerdict() names what a remote stack lacks", async () => {
  const given = { TRINO_URI: "http://trino:8080", MINIO_HOST: "" };
  await withEnv(given, () => {
    const outcome = settingsVerdict("remote", undefined, {});
    assertEquals(outcome.status, "failed");
    assertStringIncludes(outcome.text, "MINIO_HOST is not set");
  });
});
