import { assertEquals, assertStringIncludes } from "@std/assert";
import { parseStatus, supervisorConfig } from "./supervisor.ts";

Deno.test("supervisorConfig() quotes arguments as supervisor reads them", () => {
  const text = supervisorConfig("/state", [{
    name: "s3",
    command: ["/a b/java", "-Dx=50%", 'say "hi"'],
    env: { PORT: "9000" },
  }]);
  assertStringIncludes(
    text,
    `command="/a b/java" "-Dx=50%%" "say \\"hi\\""`,
  );
  assertStringIncludes(text, `environment=PORT="9000"`);
});

Deno.test("supervisorConfig() keeps the socket's path short enough for the kernel", () => {
  const text = supervisorConfig(`/state/${"deep/".repeat(40)}`, []);
  const socket = text.match(/^file=(.*)$/m)?.[1] ?? "";
  assertEquals(socket.length < 108, true, socket);
});

Deno.test("parseStatus() reads states and process ids", () => {
  const states = parseStatus(
    "s3                               RUNNING   pid 4242, uptime 0:00:05\n" +
      "trino                            FATAL     Exited too quickly (process log may have details)\n" +
      "unix:///x.sock no such file\n",
  );
  assertEquals(states.get("s3"), { state: "RUNNING", pid: 4242 });
  assertEquals(states.get("trino"), { state: "FATAL", pid: undefined });
  assertEquals(states.size, 2);
});
