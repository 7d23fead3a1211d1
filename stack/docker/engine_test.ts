import { assertEquals, assertStringIncludes } from "@std/assert";
import { engineProblem } from "./engine.ts";

// As docker 20, 28 and 29 say it, the last two on Linux and on Windows.
const NO_ENGINE = [
  "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
  'error during connect: Get "http://engine.invalid:2375/v1.50/version": dial tcp: lookup engine.invalid: no such host',
  "failed to connect to the docker API at unix:///var/run/docker.sock; check if the path is correct and if the daemon is running: dial unix /var/run/docker.sock: connect: no such file or directory",
  "failed to connect to the docker API at npipe:////./pipe/dockerDesktopLinuxEngine; check if the path is correct and if the daemon is running",
];

for (const complaint of NO_ENGINE) {
  Deno.test(`engineProblem() knows "${complaint.slice(0, 60)}…"`, () => {
    const { message } = engineProblem(complaint);
    assertStringIncludes(message, "its engine is not running");
    assertStringIncludes(message, "systemctl start docker");
    assertStringIncludes(message, "deno task up --stack local");
  });
}

Deno.test("engineProblem() knows a socket that this user may not use", () => {
  for (
    const complaint of [
      "Got permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: dial unix /var/run/docker.sock: connect: permission denied",
      "permission denied while trying to connect to the docker API at unix:///var/run/docker.sock",
    ]
  ) {
    assertStringIncludes(
      engineProblem(complaint).message,
      "usermod -aG docker",
    );
  }
});

Deno.test("engineProblem() says what docker says when it is something else", () => {
  const { why } = engineProblem("Error response from daemon: new\nand more");
  assertEquals(why, "Error response from daemon: new");
});
