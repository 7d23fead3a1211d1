import { assertEquals } from "@std/assert";
import { startProgress } from "./progress.ts";

// In the form of Compose 2 with --progress plain.
const LINES = [
  " minio Pulling ",
  " c8e2ef3ab2b4 Pulling fs layer ",
  " 4f4fb700ef54 Pulling fs layer ",
  " 4f4fb700ef54 Already exists ",
  " c8e2ef3ab2b4 Downloading [>       ]  539.6kB/53.19MB",
  " c8e2ef3ab2b4 Verifying Checksum ",
  " c8e2ef3ab2b4 Download complete ",
  " c8e2ef3ab2b4 Pull complete ",
  " minio Pulled ",
  " Container docker-minio-1  Creating",
  " Container docker-minio-1  Started",
];

function steps(msPerLine: number): string[] {
  const told: string[] = [];
  let ms = 0;
  const onLine = startProgress((step) => told.push(step), () => ms);
  for (const line of LINES) {
    ms += msPerLine;
    onLine(line);
  }
  return told;
}

Deno.test("startProgress() tells images and containers, not every layer", () => {
  assertEquals(steps(1), [
    "minio Pulling",
    "minio Pulled",
    "Container docker-minio-1  Started",
  ]);
});

Deno.test("startProgress() counts the layers when a pull takes long", () => {
  assertEquals(steps(6_000), [
    "minio Pulling",
    "1 of 2 layers of the images are here",
    "2 of 2 layers of the images are here",
    "minio Pulled",
    "Container docker-minio-1  Started",
  ]);
});
