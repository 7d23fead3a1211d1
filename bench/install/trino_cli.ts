/**
 * Trino's own command line client, from Maven.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { basename, dirname } from "node:path";
import mavenDownload from "mvn-artifact-download";
import { LakehouseError } from "../../lib/core/errors.ts";
import { java, TRINO_JAVA } from "../../stack/install/java.ts";
import { artifactPath } from "../../stack/install/maven.ts";
import { once } from "./once.ts";

// The last one on Maven Central; newer ones are published elsewhere.
const VERSION = "476";
const COORDINATES = `io.trino:trino-cli:jar:executable:${VERSION}`;
const SHA256 =
  "fe4e9c7fb569cd67673afa1622945f6308e1e59bdb825419352b80887661757b";

async function download(path: string): Promise<void> {
  const part = `${path}.part`;
  try {
    await mavenDownload.default(
      COORDINATES,
      dirname(path),
      undefined,
      basename(part),
    );
    const bytes = await Deno.readFile(part);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    if (sha256 !== SHA256) throw new Error(`its sha256 is ${sha256}`);
    await Deno.rename(part, path);
  } catch (cause) {
    throw new LakehouseError({
      what: `${COORDINATES} cannot be downloaded`,
      why: (cause as Error).message,
      cause,
    });
  } finally {
    await Deno.remove(part).catch(() => {});
  }
}

/**
 * The program as command and first arguments, and its version; fetched first
 * where the cache lacks it.
 *
 * @throws {LakehouseError} When it cannot be fetched.
 */
export async function trinoCli(): Promise<
  { command: string; args: string[]; version: string }
> {
  const jar = artifactPath(COORDINATES);
  await once(jar, "Downloading Trino's client", download);
  const home = await java(TRINO_JAVA);
  return {
    command: `${home}/bin/java`,
    args: ["--enable-native-access=ALL-UNNAMED", "-jar", jar],
    version: VERSION,
  };
}
