/**
 * Why the containers did not start, from what Compose printed.
 *
 * @module
 */

import {
  type Cause,
  knownCause,
  LakehouseError,
} from "../../lib/core/errors.ts";

interface StartCause extends Cause {
  what: (match: RegExpMatchArray) => string;
}

const IMAGES =
  "name another image with MINIO_IMAGE, SEAWEEDFS_IMAGE, TRINO_IMAGE or SPARK_IMAGE in docker/.env";

const CAUSES: readonly StartCause[] = [
  {
    pattern:
      /(?:Bind for|exposing port TCP|listen tcp\d?:?) (?:\S+:)?(\d+).*(?:already allocated|address already in use)|(?:already allocated|address already in use)/i,
    what: ([, port]) =>
      port ? `Cannot start on port ${port}` : "Cannot start the containers",
    why: "another program has that port",
    next:
      "end that program, or set S3_PORT, CONSOLE_PORT, CATALOG_PORT or TRINO_PORT in docker/.env, then deno task up --stack docker",
  },
  {
    pattern: /toomanyrequests|rate limit/i,
    what: () => "Cannot pull an image",
    why: "the registry limits how many anonymous users may pull",
    next: "docker login, or wait, then deno task up --stack docker",
  },
  {
    pattern:
      /pull access denied for (\S+?),|manifest for (\S+) not found|manifest unknown|unauthorized|access to the resource is denied/i,
    what: ([, denied, missing]) =>
      `Cannot pull the image ${denied ?? missing ?? ""}`.trim(),
    why: "its registry has no such image, or does not give it to this user",
    next: `docker login, or ${IMAGES}`,
  },
  {
    pattern:
      /(?:https?:\/\/([^\/"]+)\/v2\S*.*)?(?:no such host|TLS handshake|i\/o timeout|context deadline exceeded|connection refused|network is unreachable|proxyconnect|x509)/i,
    what: ([, registry]) =>
      `Cannot pull an image${registry ? ` from ${registry}` : ""}`,
    why: "its registry cannot be reached from the engine",
    next: `check the network and the engine's proxy, or ${IMAGES}`,
  },
  {
    pattern: /no space left on device/i,
    what: () => "Cannot start the containers",
    why: "the disk is full",
    next:
      "docker system df shows what takes the space; free some, then up again",
  },
  {
    pattern:
      /network (\S+) was found but has incorrect label|volume "(\S+)" already exists but was created for project/i,
    what: ([, network, volume]) =>
      `Cannot use the ${network ? "network" : "volume"} ${network ?? volume}`,
    why: "another Compose project made it",
    next:
      "remove what that project made, or set LAKEHOUSE_NETWORK and LAKEHOUSE_PROJECT in docker/.env to other names",
  },
];

function tailOf(lines: string[]): string {
  return lines.filter((line) => line.trim() !== "").slice(-6).join("\n  ");
}

/** The error for a compose command that failed for a known cause. */
export function knownFailure(lines: string[]): LakehouseError | undefined {
  const text = lines.join("\n");
  const known = knownCause(CAUSES, text);
  if (!known) return undefined;
  const { pattern, what, why, next } = known;
  const cause = new Error(tailOf(lines));
  return new LakehouseError({
    what: what(text.match(pattern)!),
    why,
    next,
    cause,
  });
}

/** The error for a compose command that failed; its last lines are the cause. */
export function startFailure(lines: string[]): LakehouseError {
  return knownFailure(lines) ?? new LakehouseError({
    what: "Cannot start the containers",
    why: `Compose said:\n  ${tailOf(lines)}\n`,
    next: "deno task doctor --stack docker",
    cause: new Error(tailOf(lines)),
  });
}

const LOG_CAUSES: readonly Cause[] = [
  {
    pattern:
      /licen[sc]e.*(invalid|expired|required|missing|not valid)|(invalid|expired|no) licen[sc]e/i,
    why: "its licence is missing, expired or not valid",
    next:
      "put a valid MINIO_LICENSE into docker/.env, then deno task up --stack docker",
  },
  {
    pattern: /OutOfMemoryError|Killed process|insufficient memory/i,
    why: "memory ran out",
    next:
      "give it more with MINIO_MEMORY, SEAWEEDFS_MEMORY, TRINO_MEMORY or SPARK_MEMORY in docker/.env",
  },
  {
    pattern: /No space left on device/i,
    why: "the disk is full",
    next: "free some space, then deno task up --stack docker",
  },
  {
    pattern: /access key length|secret key length|Invalid credentials/i,
    why: "it does not take the keys",
    next:
      "set MINIO_ACCESS_KEY (3 characters or more) and MINIO_SECRET_KEY (8 or more) in docker/.env",
  },
];

/** The error for a container that did not become healthy. */
export function unhealthy(
  service: string,
  problem: string,
  log: string[],
): LakehouseError {
  const tail = log.slice(-8).join("\n  ");
  const known = knownCause(LOG_CAUSES, log.join("\n"));
  return new LakehouseError({
    what: `Cannot start ${service}`,
    why: known?.why ?? `${problem}; its log ends:\n  ${tail}\n`,
    next: known?.next ?? `deno task logs ${service} --stack docker`,
    cause: new Error(`${problem}; its log ends:\n  ${tail}`),
  });
}
