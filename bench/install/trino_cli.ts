/**
 * Trino's own command line client, from Maven.
 *
 * @module
 */

import { java, TRINO_JAVA } from "../../stack/install/java.ts";
import { artifactPath, fetchArtifact } from "../../stack/install/artifact.ts";
import { once } from "./once.ts";

// The last one on Maven Central; newer ones are published elsewhere.
const VERSION = "476";
const COORDINATES = `io.trino:trino-cli:jar:executable:${VERSION}`;
const PIN = {
  sha256: "fe4e9c7fb569cd67673afa1622945f6308e1e59bdb825419352b80887661757b",
  size: 18_634_579,
};

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
  await once(
    jar,
    "Downloading Trino's client",
    () => fetchArtifact(COORDINATES, PIN),
  );
  const home = await java(TRINO_JAVA);
  return {
    command: `${home}/bin/java`,
    args: ["--enable-native-access=ALL-UNNAMED", "-jar", jar],
    version: VERSION,
  };
}
