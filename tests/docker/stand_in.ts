/**
 * Stand-in images for the test lane, since AIStor's cannot be had without a
 * licence: the layout of the real ones, with the same engines inside.
 *
 * @module
 */

import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { cacheDir } from "../../stack/install/cache.ts";
import { docker } from "../../stack/docker/engine.ts";
import { java, TRINO_JAVA } from "../../stack/install/java.ts";
import { javaJar } from "../../stack/local/java_jar.ts";
import { prepareLocal } from "../../stack/local/local.ts";
import { artifactPaths } from "../../stack/install/maven.ts";
import { run } from "../../lib/core/process.ts";
import { python } from "../../stack/install/python.ts";
import { writeTrinoPlugin } from "../../stack/local/service_files.ts";
import { TRINO_VERSION } from "../../stack/local/services.ts";

const BASE = "lakehouse-test-base";
const SUITE = "bookworm";
const PACKAGES = [
  "openjdk-17-jre-headless",
  "python3",
  "ca-certificates",
  "nginx-light",
  "procps",
];
const HERE = `${PROJECT_DIR}/tests/docker`;

async function must(
  command: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<void> {
  const lines: string[] = [];
  const code = await run({
    command,
    args,
    env,
    onLine: (line) => lines.push(line),
  });
  if (code === 0) return;
  throw new Error(
    `${command} ended with code ${code}:\n${lines.slice(-12).join("\n")}`,
  );
}

/** Makes the base image from Debian's packages, unless it is there. */
async function buildBase(dir: string): Promise<void> {
  const { code } = await docker(["image", "inspect", BASE]);
  if (code === 0) return;
  console.log(`Building ${BASE} from Debian's packages`);
  const tar = `${dir}/base.tar`;
  await must("mmdebstrap", [
    "--variant=apt",
    `--include=${PACKAGES.join(",")}`,
    SUITE,
    tar,
  ]);
  await must("docker", ["import", tar, `${BASE}:latest`]);
  await Deno.remove(tar);
}

/** Image by service. */
export const IMAGES: Record<string, string> = {
  minio: "lakehouse-test-minio",
  seaweedfs: "lakehouse-test-seaweedfs",
  trino: "lakehouse-test-trino",
  spark: "lakehouse-test-spark",
};

/** Builds the images; what has not changed comes from the engine's cache. */
export async function buildImages(dir: string): Promise<void> {
  await buildBase(dir);
  for (const [target, tag] of Object.entries(IMAGES)) {
    await must("docker", [
      "build",
      "--quiet",
      "--target",
      target,
      "--tag",
      tag,
      HERE,
    ], { DOCKER_BUILDKIT: "0" });
  }
}

async function denoDir(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json"],
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

/** Files of arguments for Java, which are too long for a script. */
async function writeArguments(dir: string, javaHome: string): Promise<void> {
  await Deno.mkdir(`${dir}/args`, { recursive: true });
  const sources: Record<string, string> = {
    catalog: "RestCatalog",
    trino: "TrinoServer",
  };
  for (const set of ["s3proxy", "catalog", "trino"]) {
    const classPath = artifactPaths(set);
    const source = sources[set];
    if (source) {
      classPath.unshift(await javaJar(source, { javaHome, classPath }));
    }
    await Deno.writeTextFile(
      `${dir}/args/${set}`,
      `-cp ${classPath.join(":")}\n`,
    );
  }
  await Deno.mkdir(`${dir}/trino`, { recursive: true });
  await writeTrinoPlugin({ dir });
}

/** What a stand-in needs of this machine. */
export interface StandIn {
  /** Folders that are mounted. */
  volumes: string[];
  /** Variables. */
  environment?: Record<string, string>;
}

/**
 * What each stand-in needs of this machine's caches, by its service in the
 * Compose file.
 *
 * @param weed SeaweedFS's program, where there is one.
 */
export async function standIns(
  dir: string,
  weed?: string,
): Promise<Record<string, StandIn>> {
  // What the caches lack is fetched as for the local stack.
  await prepareLocal();
  const javaHome = await java(TRINO_JAVA);
  await writeArguments(dir, javaHome);
  const spark = `${(await python()).sitePackages}/pyspark`;
  const same = (path: string) => `${path}:${path}:ro`;
  const engine = {
    volumes: [
      same(`${cacheDir()}/maven`),
      same(`${cacheDir()}/classes`),
      same(javaHome),
      same(PROJECT_DIR),
      `${dir}/args:/stand-in/args:ro`,
    ],
    environment: { JAVA_HOME: javaHome, PROJECT: PROJECT_DIR },
  };
  const trino = {
    volumes: [
      ...engine.volumes,
      `${dir}/trino/plugin:/usr/lib/trino/plugin:ro`,
    ],
    environment: { ...engine.environment, TRINO_VERSION },
  };
  const sparkHome = {
    volumes: ["bin", "jars", "python"].map((name) =>
      `${spark}/${name}:/opt/spark/${name}:ro`
    ),
  };
  return {
    minio: {
      volumes: [
        ...engine.volumes,
        `${Deno.execPath()}:/stand-in/bin/deno:ro`,
        `${await denoDir()}:/deno-dir:ro`,
      ],
      environment: { ...engine.environment, DENO_DIR: "/deno-dir" },
    },
    trino,
    "trino-worker": trino,
    ...weed
      ? { seaweedfs: { volumes: [`${weed}:/usr/lib/seaweedfs/weed:ro`] } }
      : {},
    spark: {
      volumes: [
        ...sparkHome.volumes,
        // Where the machine's certificate authority is known to it alone.
        "/etc/ssl/certs:/etc/ssl/certs:ro",
      ],
    },
    "spark-master": sparkHome,
    "spark-worker": sparkHome,
  };
}

/**
 * Writes the Compose file that mounts this machine's caches into the stand-ins;
 * its path.
 *
 * @param weed SeaweedFS's program, where there is one.
 */
export async function writeOverride(
  dir: string,
  weed?: string,
): Promise<string> {
  const services = await standIns(dir, weed);
  const path = `${dir}/compose.stand-in.json`;
  await Deno.writeTextFile(path, JSON.stringify({ services }, null, 2));
  return path;
}
