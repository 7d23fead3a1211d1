import { assertEquals, assertStringIncludes } from "@std/assert";
import { startFailure, unhealthy } from "./failure.ts";

// As the engine and Compose 2 or 1.29 say it, and what the user is told.
const SAID: [string, string, string][] = [
  [
    "Error response from daemon: driver failed programming external connectivity on endpoint docker-trino-1 (0ee3): Bind for 127.0.0.1:9999 failed: port is already allocated",
    "Cannot start on port 9999",
    "TRINO_PORT",
  ],
  [
    "Error response from daemon: Ports are not available: exposing port TCP 127.0.0.1:9000 -> 0.0.0.0:0: listen tcp 127.0.0.1:9000: bind: address already in use",
    "Cannot start on port 9000",
    "S3_PORT",
  ],
  [
    "Error response from daemon: pull access denied for example/minio, repository does not exist or may require 'docker login'",
    "Cannot pull the image example/minio",
    "MINIO_IMAGE",
  ],
  [
    "Error response from daemon: manifest for trinodb/trino:9999 not found: manifest unknown: manifest unknown",
    "Cannot pull the image trinodb/trino:9999",
    "TRINO_IMAGE",
  ],
  [
    "Error response from daemon: toomanyrequests: You have reached your pull rate limit.",
    "how many anonymous users may pull",
    "docker login",
  ],
  [
    'Error response from daemon: Get "https://quay.io/v2/": dial tcp: lookup quay.io: no such host',
    "Cannot pull an image from quay.io: its registry cannot be reached",
    "proxy",
  ],
  [
    "failed to register layer: write /usr/lib/x: no space left on device",
    "the disk is full",
    "docker system df",
  ],
  [
    'network lakehouse was found but has incorrect label com.docker.compose.network set to ""',
    "Cannot use the network lakehouse",
    "LAKEHOUSE_NETWORK",
  ],
];

for (const [said, what, next] of SAID) {
  Deno.test(`startFailure() explains "${said.slice(-60)}"`, () => {
    const { message } = startFailure([
      "Container docker-minio-1 Started",
      said,
    ]);
    assertStringIncludes(message, what);
    assertStringIncludes(message, next);
  });
}

Deno.test("startFailure() ends with Compose's own words when it knows no cause", () => {
  const { message } = startFailure(["one", "", "something new"]);
  assertStringIncludes(message, "something new");
  assertStringIncludes(message, "deno task doctor --stack docker");
});

Deno.test("unhealthy() knows a cause from the log, or shows its end", () => {
  const words = "the container docker-minio-1 is unhealthy";
  const known = unhealthy("minio", words, ["FATAL license expired", "bye"]);
  assertEquals(known.why, "its licence is missing, expired or not valid");
  const { message } = unhealthy("minio", words, ["first", "last words"]);
  assertStringIncludes(message, `${words}; its log ends:`);
  assertStringIncludes(message, "last words");
  assertStringIncludes(message, "deno task logs minio --stack docker");
});
