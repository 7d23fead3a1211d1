/**
 * Resolves `stack/install/maven.json` with Apache Maven and writes
 * `stack/install/maven.lock.json`: every artifact with its sha256 and size.
 *
 * Needs `mvn` on the PATH. Run it after a change to `maven.json`.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { PROJECT_DIR } from "../../lib/core/settings.ts";
import type { MavenLock } from "../../stack/install/maven.ts";

interface Wanted {
  bom?: string;
  roots: string[];
  exclusions: string[];
}

const PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:list";

function element(coordinates: string, inner = ""): string {
  const parts = coordinates.split(":");
  const [group, artifact] = parts;
  const classifier = parts.length > 4 ? parts[3] : undefined;
  return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId>` +
    `<version>${parts.at(-1)}</version>` +
    (classifier ? `<classifier>${classifier}</classifier>` : "") +
    `${inner}</dependency>`;
}

function pom(name: string, { bom, roots, exclusions }: Wanted): string {
  const excluded = exclusions.map((exclusion) => {
    const [group, artifact] = exclusion.split(":");
    return `<exclusion><groupId>${group}</groupId><artifactId>${artifact}</artifactId></exclusion>`;
  }).join("");
  const managed = bom
    ? `<dependencyManagement><dependencies>${
      element(bom, "<type>pom</type><scope>import</scope>")
    }</dependencies></dependencyManagement>`
    : "";
  return `<project><modelVersion>4.0.0</modelVersion>
<groupId>pins</groupId><artifactId>${name}</artifactId><version>1</version><packaging>pom</packaging>
${managed}<dependencies>${
    roots.map((root) => element(root, `<exclusions>${excluded}</exclusions>`))
      .join("\n")
  }</dependencies></project>`;
}

/** Files that `mvn dependency:list` resolved, by coordinates. */
function parseList(text: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const line of text.split("\n")) {
    const match = line.match(
      /^\s+(\S+):(?:compile|runtime):(\/.*?\.jar)(?:\s|$)/,
    );
    if (match) {
      // group:artifact[:jar:classifier]:version, as artifactPath() takes it.
      files.set(
        match[1]!.replace(/^([^:]+:[^:]+):jar:([^:]+)$/, "$1:$2"),
        match[2]!,
      );
    }
  }
  return files;
}

async function resolveSet(
  name: string,
  wanted: Wanted,
  dir: string,
): Promise<Map<string, string>> {
  const pomFile = `${dir}/${name}.xml`;
  const listFile = `${dir}/${name}.list`;
  await Deno.writeTextFile(pomFile, pom(name, wanted));
  const { code, stdout } = await new Deno.Command("mvn", {
    args: [
      "-B",
      "-q",
      "-f",
      pomFile,
      PLUGIN,
      "-DincludeScope=runtime",
      `-DoutputFile=${listFile}`,
      "-DoutputAbsoluteArtifactFilename=true",
    ],
  }).output();
  if (code !== 0) {
    throw new Error(
      `Cannot resolve "${name}" with Maven:\n${
        new TextDecoder().decode(stdout)
      }`,
    );
  }
  return parseList(await Deno.readTextFile(listFile));
}

if (import.meta.main) {
  const { "//": _, ...sets } = JSON.parse(
    await Deno.readTextFile(`${PROJECT_DIR}/stack/install/maven.json`),
  ) as Record<string, Wanted> & { "//": string };
  const dir = await Deno.makeTempDir();
  const lock: MavenLock = { sets: {}, artifacts: {} };
  for (const [name, wanted] of Object.entries(sets)) {
    const files = await resolveSet(name, wanted, dir);
    lock.sets[name] = [...files.keys()].sort();
    for (const [coordinates, file] of files) {
      const bytes = await Deno.readFile(file);
      lock.artifacts[coordinates] = {
        sha256: createHash("sha256").update(bytes).digest("hex"),
        size: bytes.length,
      };
    }
    const size = lock.sets[name]!.reduce(
      (sum, artifact) => sum + lock.artifacts[artifact]!.size,
      0,
    );
    console.log(
      `${name}: ${files.size} artifacts, ${Math.round(size / 1e6)} MB`,
    );
  }
  lock.artifacts = Object.fromEntries(
    Object.entries(lock.artifacts).sort(([a], [b]) => a < b ? -1 : 1),
  );
  await Deno.writeTextFile(
    `${PROJECT_DIR}/stack/install/maven.lock.json`,
    JSON.stringify(lock, null, 2) + "\n",
  );
  await Deno.remove(dir, { recursive: true });
}
