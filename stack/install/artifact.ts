/**
 * One Maven artifact: where it lies in the cache, and its download.
 *
 * @module
 */

import { createHash } from "node:crypto";
import artifactUrl from "mvn-artifact-url";
import pRetry from "p-retry";
import { writeWhole } from "../../lib/core/files.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { interruptSignal } from "../../lib/core/interrupt.ts";
import { cacheDir } from "./cache.ts";

/** Maven Central's address, as a Maven client has it. */
async function central(): Promise<string> {
  const parts = {
    groupId: "g",
    artifactId: "a",
    version: "1",
    extension: "jar",
  };
  const url = await artifactUrl.default(parts);
  return url.slice(0, url.indexOf("/g/a/1/"));
}

const RETRIES = 3;
/** Longest time of an attempt: a minute, and what it takes at 50 kB a second. */
const limitMs = (size: number) => 60_000 + size / 50;

/** What an artifact's bytes have to be. */
export interface ArtifactPin {
  /** Their sha256, in hexadecimal digits. */
  sha256: string;
  /** Their number. */
  size: number;
}

/** The artifact's path in a repository. */
function pathOf(coordinates: string): string {
  const [group = "", artifact = "", ...rest] = coordinates.split(":");
  const version = rest.at(-1) ?? "";
  const classifier = rest.length > 2 ? `-${rest[1]}` : "";
  return `${
    group.replaceAll(".", "/")
  }/${artifact}/${version}/${artifact}-${version}${classifier}.jar`;
}

/** Where the artifact lies in the cache, absolute. */
export function artifactPath(coordinates: string): string {
  return `${cacheDir()}/maven/${pathOf(coordinates)}`;
}

const element = (xml: string, name: string) =>
  xml.match(new RegExp(`<${name}>\\s*(.*?)\\s*</${name}>`, "s"))?.[1] ?? "";

/** Maven Central, or the mirror of it that the user's Maven settings name. */
async function repository(): Promise<string> {
  const file = `${Deno.env.get("HOME") ?? ""}/.m2/settings.xml`;
  const text = await Deno.readTextFile(file).catch(() => "");
  const mirrors = text.replace(/<!--.*?-->/gs, "")
    .matchAll(/<mirror>(.*?)<\/mirror>/gs);
  for (const [, mirror = ""] of mirrors) {
    const of = element(mirror, "mirrorOf").split(",").map((id) => id.trim());
    const isMirror = !of.includes("!central") &&
      of.some((id) => ["*", "central", "external:*"].includes(id));
    if (!isMirror) continue;
    return element(mirror, "url").replace(/\/+$/, "")
      .replace(/\$\{env\.(\w+)\}/g, (_, name) => Deno.env.get(name) ?? "");
  }
  return await central();
}

async function fetchOnce(
  url: string,
  { sha256, size }: ArtifactPin,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(limitMs(size))]);
  const response = await fetch(url, { signal: limited });
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    const why = `${url} answers ${response.status}`;
    if (response.status >= 500 || response.status === 429) throw new Error(why);
    throw new LakehouseError({ what: `Cannot download ${url}`, why });
  }
  const hash = createHash("sha256");
  const hashed = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      hash.update(chunk);
      controller.enqueue(chunk);
    },
  });
  const body = response.body.pipeThrough(hashed);
  await writeWhole(path, async (part) => {
    await Deno.writeFile(part, body, { signal: limited }).catch((cause) => {
      // Deno's errors of a connection are of this kind, those of a disk are not.
      if (!(cause instanceof TypeError)) throw cause;
      throw new LakehouseError({
        what: `Cannot download ${url}`,
        why: `the connection was cut off (${cause.message})`,
        cause,
      });
    });
    const found = hash.digest("hex");
    if (found === sha256) return;
    throw new LakehouseError({
      what: `Cannot accept ${url}`,
      why: `its sha256 is ${found}, not the pinned ${sha256}`,
      next: "check the network's proxy, then run the command again",
    });
  });
}

/**
 * Downloads an artifact into the cache and checks its sha256; nothing is left of
 * one that is cut off or has other bytes.
 *
 * @throws {LakehouseError} When it cannot be fetched after four attempts, or is not what is pinned.
 * @throws {unknown} The signal's reason.
 */
export async function fetchArtifact(
  coordinates: string,
  pin: ArtifactPin,
  signal: AbortSignal = interruptSignal(),
): Promise<void> {
  const url = `${await repository()}/${pathOf(coordinates)}`;
  try {
    await pRetry(
      () => fetchOnce(url, pin, artifactPath(coordinates), signal),
      {
        retries: RETRIES,
        // The last attempt begins within five seconds.
        minTimeout: 700,
        signal,
        // What was refused, not broken off, is refused the next time too.
        shouldRetry: ({ error }) =>
          !(error instanceof LakehouseError) || error.cause !== undefined,
      },
    );
  } catch (cause) {
    signal.throwIfAborted();
    const { why, next } = cause instanceof LakehouseError ? cause : {
      why: cause instanceof Error ? cause.message : String(cause),
    };
    throw new LakehouseError({
      what: `Cannot download ${coordinates}`,
      why: why ?? `${url} does not answer`,
      next: next ?? "check the network, then run the same command again",
      cause,
    });
  }
}
