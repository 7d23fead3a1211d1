/**
 * The remote stack: endpoints of one's own, named by settings.
 *
 * Nothing is started or stopped. Spark runs on this machine, or on the cluster
 * that `SPARK_MASTER` names.
 *
 * @module
 */

import { HeadBucketCommand, ListBucketsCommand } from "@aws-sdk/client-s3";
import { catalog, getConfig } from "../../lib/catalog/config.ts";
import { CatalogError } from "../../lib/catalog/call.ts";
import { forgetStack, recordStack } from "../record.ts";
import { dockerEnv, settings } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { s3Client, s3Error } from "../../lib/store/s3.ts";
import { query } from "../../lib/trino/client.ts";
import { java, SPARK_JAVA } from "../install/java.ts";
import { fetchArtifacts } from "../install/maven.ts";
import { python } from "../install/python.ts";
import { remoteSparkSubmit } from "./spark_cluster.ts";
import type { ServiceStatus, Stack, UpOptions } from "../stack.ts";

const NEEDED = ["TRINO_URI", "MINIO_HOST"];

const given = (name: string) => Deno.env.get(name) || dockerEnv()[name];

interface Endpoint {
  name: string;
  title: string;
  address: string;
  ask(signal?: AbortSignal): Promise<unknown>;
}

function endpoints(): Endpoint[] {
  const { minioHost, catalogUri, trinoUri } = settings();
  return [
    {
      name: "s3",
      title: "object store",
      address: minioHost,
      ask: async (signal) => {
        const client = await s3Client();
        try {
          const options = signal ? { abortSignal: signal } : {};
          try {
            await client.send(new ListBucketsCommand({}), options);
          } catch (error) {
            // Who may not list them may use one.
            if ((error as Error).name !== "AccessDenied") throw error;
            const { stagingBucket: Bucket } = settings();
            await client.send(new HeadBucketCommand({ Bucket }), options);
          }
        } catch (error) {
          throw s3Error(error, "Cannot list its buckets");
        } finally {
          client.destroy();
        }
      },
    },
    {
      name: "catalog",
      title: "Iceberg REST catalog",
      address: catalogUri,
      ask: (signal) =>
        getConfig(catalog(), signal ? { signal } : {}).catch((error) => {
          // The warehouse may still have to be made; notebook 01 does that.
          if (!(error instanceof CatalogError && error.status === 404)) {
            throw error;
          }
        }),
    },
    {
      name: "trino",
      title: "Trino",
      address: trinoUri,
      ask: (signal) =>
        query("SELECT 1", { ...(signal ? { signal } : {}), limitMs: 30_000 }),
    },
  ];
}

function checkGiven(): void {
  const missing = NEEDED.filter((name) => !given(name));
  if (missing.length === 0) return;
  throw new LakehouseError({
    what: "Cannot use the remote stack",
    why: `${missing.join(" and ")} ${
      missing.length > 1 ? "are" : "is"
    } not set`,
    next:
      "set TRINO_URI, MINIO_HOST and the keys in the environment or in docker/.env",
  });
}

async function up(options: UpOptions = {}): Promise<void> {
  checkGiven();
  for (const { title, address, ask } of endpoints()) {
    try {
      await ask(options.signal);
    } catch (cause) {
      if (options.signal?.aborted) throw options.signal.reason;
      const known = cause instanceof LakehouseError ? cause : undefined;
      throw new LakehouseError({
        what: `Cannot use the ${title} at ${address}`,
        why: known?.why ?? known?.message ?? String(cause),
        next: known?.next ??
          "check the address and the keys, then deno task up --stack remote",
        cause,
      });
    }
    options.onStep?.(`${title} answers at ${address}`);
  }
  const { signal, onDownload } = options;
  await python(signal ? { signal } : {});
  await fetchArtifacts(["spark"], {
    ...(signal ? { signal } : {}),
    ...(onDownload ? { onProgress: onDownload } : {}),
  });
  await java(SPARK_JAVA, signal);
  await recordStack({
    stack: "remote",
    settings: {},
    ports: {},
    spark: await remoteSparkSubmit(),
  });
}

async function down(options: { clean?: boolean } = {}): Promise<void> {
  if (options.clean) {
    throw new LakehouseError({
      what: "Cannot remove a remote stack's data",
      why: "it is not this project's to remove",
      next: "deno task down forgets the stack; drop its tables in Trino",
    });
  }
  if (settings().stack === "remote") await forgetStack();
}

async function status(): Promise<ServiceStatus[]> {
  return await Promise.all(
    endpoints().map(async (endpoint) => {
      const problem = await endpoint.ask(AbortSignal.timeout(10_000))
        .then(() => undefined, (error: Error) => error);
      return {
        name: endpoint.name,
        title: endpoint.title,
        healthy: !problem,
        state: problem ? "no answer" : "answers",
        address: endpoint.address,
        memory: undefined,
      };
    }),
  );
}

// deno-lint-ignore require-yield
async function* logs(name: string): AsyncGenerator<string> {
  await Promise.resolve();
  throw new LakehouseError({
    what: `Cannot show the log of ${name}`,
    why: "the remote stack's logs are where its services run",
    next: "deno task status --stack remote",
  });
}

/** The remote stack. */
export const remoteStack: Stack = {
  name: "remote",
  up,
  down,
  status,
  logs,
  sparkSubmit: () => remoteSparkSubmit(),
};
