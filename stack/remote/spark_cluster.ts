/**
 * spark-submit to a cluster: this machine drives the job, the cluster's
 * executors do the work.
 *
 * @module
 */

import { LakehouseError } from "../../lib/core/errors.ts";
import type { SparkSubmit } from "../../lib/core/running_stack.ts";
import {
  dockerEnv,
  SPARK_VERSIONS,
  type SparkVersion,
} from "../../lib/core/settings.ts";
import { localSparkSubmit } from "../local/spark_submit.ts";

const given = (name: string) => Deno.env.get(name) || dockerEnv()[name];

/** Where the executors run, or `undefined` for this machine. */
export const sparkMaster = (): string | undefined => given("SPARK_MASTER");

const CONNECT_MS = 10_000;

/** Masters of a standalone cluster, of which one leads. */
function mastersOf(master: string): { hostname: string; port: number }[] {
  const [, list = ""] = master.match(/^spark:\/\/(.+)$/) ?? [];
  return list.split(",").filter(Boolean).map((each) => {
    const { hostname, port } = new URL(`http://${each}`);
    return { hostname, port: Number(port || 7077) };
  });
}

/** This machine's address on the way to the first master that answers. */
async function addressTowards(master: string): Promise<string | undefined> {
  const masters = mastersOf(master);
  let cause: unknown;
  for (const { hostname, port } of masters) {
    try {
      using connection = await Deno.connect({
        hostname,
        port,
        signal: AbortSignal.timeout(CONNECT_MS),
      });
      return (connection.localAddr as Deno.NetAddr).hostname;
    } catch (error) {
      cause = error;
    }
  }
  if (masters.length === 0) return undefined;
  throw new LakehouseError({
    what: `Cannot reach the Spark master at ${master}`,
    why: "nothing answers there",
    next: "check SPARK_MASTER, then deno task up --stack remote",
    cause,
  });
}

/**
 * What makes the driver's Java go through the environment's proxy, of which it
 * knows nothing by itself. A password in the proxy's address is left out: it
 * would stand on the command line, and Java would not send it.
 */
function proxyOptions(): string[] {
  const proxies = {
    http: Deno.env.get("HTTP_PROXY") || Deno.env.get("http_proxy"),
    https: Deno.env.get("HTTPS_PROXY") || Deno.env.get("https_proxy"),
  };
  const options = Object.entries(proxies).flatMap(([scheme, proxy]) => {
    if (!proxy) return [];
    const { hostname, port, protocol } = new URL(proxy);
    return [
      `-D${scheme}.proxyHost=${hostname}`,
      `-D${scheme}.proxyPort=${port || (protocol === "https:" ? 443 : 80)}`,
    ];
  });
  if (options.length === 0) return [];
  // This machine is in it.
  const direct = (Deno.env.get("NO_PROXY") ?? "").split(",")
    .map((host) => host.trim().replace(/^\./, "*."))
    .filter(Boolean);
  return [...options, `-Dhttp.nonProxyHosts=${direct.join("|")}`];
}

/**
 * How a job is submitted to the cluster of `SPARK_MASTER`, or to a Spark of this
 * machine where that is not set.
 *
 * Executors fetch the jars from the driver, and get the keys with the
 * application's description; neither stands on a command line. They reach the
 * driver at `SPARK_DRIVER_HOST`, by default this machine's address on the way to
 * the master. `SPARK_PROPERTIES` names a file of Spark's own settings, such as
 * `spark.authenticate.secret`; `SPARK_SUBMIT` a spark-submit of one's own.
 *
 * @param version Which Spark. @default {"3.5"}
 * @throws {LakehouseError} When the master of a standalone cluster does not answer, or a file that is named is not there.
 */
export async function remoteSparkSubmit(
  version: SparkVersion = SPARK_VERSIONS[0],
): Promise<SparkSubmit> {
  const master = sparkMaster() ?? "local[*]";
  const own = await localSparkSubmit(master, version);
  const properties = given("SPARK_PROPERTIES");
  const program = given("SPARK_SUBMIT");
  for (const [name, path] of Object.entries({ properties, program })) {
    if (!path || await Deno.stat(path).then(() => true, () => false)) continue;
    throw new LakehouseError({
      what: `Cannot submit jobs with ${path}`,
      why: "there is no such file",
      next: `check ${
        name === "program" ? "SPARK_SUBMIT" : "SPARK_PROPERTIES"
      }, then deno task up --stack remote`,
    });
  }
  const isHere = master.startsWith("local");
  const host = isHere
    ? undefined
    : given("SPARK_DRIVER_HOST") ?? await addressTowards(master);
  const [submit = "", ...args] = own.command;
  const { SPARK_HOME = "", SPARK_LOCAL_IP = "", ...env } = own.env;
  const { archive, ...rest } = own;
  return {
    ...rest,
    // The archive of classes fits our own Spark alone.
    ...archive && !program ? { archive } : {},
    driverOptions: [...own.driverOptions, ...proxyOptions()],
    command: [
      ...[program ?? submit, ...args],
      ...properties ? ["--properties-file", properties] : [],
      ...isHere ? [] : ["--jars", own.jars.join(",")],
      ...host ? ["--conf", `spark.driver.host=${host}`] : [],
    ],
    env: {
      ...env,
      // A Spark of one's own finds its home itself.
      ...program ? {} : { SPARK_HOME },
      ...isHere ? { SPARK_LOCAL_IP } : {},
    },
  };
}
