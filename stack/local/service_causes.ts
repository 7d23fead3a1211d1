/**
 * What the log of a local service shows of why it ended.
 *
 * @module
 */

const CAUSES: [RegExp, string, string][] = [
  [
    /Address already in use|AddrInUse|BindException/i,
    "its port is taken",
    "end the program that has the port, or change the setting",
  ],
  [
    /No space left on device/i,
    "the disk is full",
    "free some space, then deno task up",
  ],
  [
    /OutOfMemoryError|insufficient memory|Cannot allocate memory/i,
    "memory ran out",
    "close other programs, then deno task up",
  ],
  [
    /NoClassDefFoundError|ClassNotFoundException|zip END header not found|NoSuchFileException.*\.jar/,
    "a downloaded file is missing or damaged",
    "remove the cache folder's maven folder, then deno task up",
  ],
];

/** Likely cause and next step that a service's log shows. */
export function likelyCause(
  log: string,
): { why: string; next: string } | undefined {
  const found = CAUSES.find(([pattern]) => pattern.test(log));
  return found && { why: found[1], next: found[2] };
}
