/**
 * What the log of a local service shows of why it ended.
 *
 * @module
 */

import type { Cause } from "../../lib/core/errors.ts";

/** Causes by the words in a service's log. */
export const SERVICE_CAUSES: readonly (Cause & {
  /** Whether a file of the cache is damaged, though it looked whole. */
  isDamage?: true;
})[] = [
  {
    pattern: /Address already in use|AddrInUse|BindException/i,
    why: "its port is taken",
    next: "end the program that has the port, or change the setting",
  },
  {
    pattern: /No space left on device/i,
    why: "the disk is full",
    next: "free some space, then deno task up",
  },
  {
    pattern: /SQLITE_(NOTADB|CORRUPT)/,
    why: "the catalog's database, catalog/catalog.db, is damaged",
    next:
      "restore that file from a copy, or deno task down --clean to start afresh",
  },
  {
    pattern: /Cannot read the list of warehouses/,
    why: "the list of warehouses, gateway/warehouses.json, is damaged",
    next:
      "restore that file from a copy, or deno task down --clean to start afresh",
  },
  {
    pattern: /OutOfMemoryError|insufficient memory|Cannot allocate memory/i,
    why: "memory ran out",
    next: "close other programs, then deno task up",
  },
  {
    pattern:
      /NoClassDefFoundError|ClassNotFoundException|zip END header not found|NoSuchFileException.*\.jar/,
    why: "a downloaded file is missing or damaged",
    next: "deno task up, which looks at every byte and fetches it anew",
    isDamage: true,
  },
];
