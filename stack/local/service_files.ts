/**
 * Files that the local stack's services read when they start.
 *
 * @module
 */

import { artifactPaths } from "../install/maven.ts";
import type { ServiceContext } from "./services.ts";

/** A value in a properties file of Java, to which a backslash is no letter. */
export function propertyValue(text: string): string {
  return text.replaceAll("\\", "\\\\").replace(/^\s/, "\\$&");
}

async function writeS3Config(context: ServiceContext): Promise<void> {
  const { dir, ports, accessKey, secretKey } = context;
  await Deno.mkdir(`${dir}/s3/buckets`, { recursive: true });
  await Deno.writeTextFile(
    `${dir}/s3/s3proxy.properties`,
    `s3proxy.endpoint=http://127.0.0.1:${ports.S3_PORT}
s3proxy.authorization=aws-v4
s3proxy.identity=${propertyValue(accessKey)}
s3proxy.credential=${propertyValue(secretKey)}
s3proxy.ignore-unknown-headers=true
jclouds.provider=filesystem-nio2
jclouds.filesystem.basedir=${propertyValue(dir)}/s3/buckets
jclouds.identity=local
jclouds.credential=local
`,
    { mode: 0o600 },
  );
  await Deno.writeTextFile(
    `${dir}/s3/logback.xml`,
    `<configuration>
  <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%d{HH:mm:ss.SSS} %-5level %logger{20} %msg%n</pattern></encoder>
  </appender>
  <root level="WARN"><appender-ref ref="out"/></root>
</configuration>
`,
  );
}

/** Writes the folder in which Trino finds the Iceberg connector: `dir/trino/plugin`. */
export async function writeTrinoPlugin(
  { dir }: Pick<ServiceContext, "dir">,
): Promise<void> {
  const plugin = `${dir}/trino/plugin/iceberg`;
  await Deno.remove(plugin, { recursive: true }).catch(() => {});
  // The published jars lack the service file by which Trino finds a plugin.
  const services = `${plugin}/services/META-INF/services`;
  await Deno.mkdir(services, { recursive: true });
  await Deno.writeTextFile(
    `${services}/io.trino.spi.Plugin`,
    "io.trino.plugin.iceberg.IcebergPlugin\n",
  );
  for (const path of artifactPaths("trino-iceberg")) {
    await Deno.symlink(path, `${plugin}/${path.split("/").at(-1)}`);
  }
}

/** Writes what the services read when they start. */
export async function writeServiceFiles(
  context: ServiceContext,
): Promise<void> {
  await Deno.mkdir(`${context.dir}/catalog`, { recursive: true });
  await Deno.mkdir(`${context.dir}/gateway`, { recursive: true });
  await writeS3Config(context);
  await writeTrinoPlugin(context);
}
