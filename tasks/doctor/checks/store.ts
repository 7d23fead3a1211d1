/**
 * Checks of the object store: health, signature, clock, staging.
 *
 * @module
 */

import type { StackName } from "../../../lib/core/settings.ts";
import { formatBytes } from "../../../lib/core/format.ts";
import { signedFetch } from "../../../lib/core/sigv4.ts";
import { stagedFiles } from "../../../lib/store/staging.ts";
import type { Check, Outcome } from "../check.ts";
import { unreachable } from "../http.ts";
import { sourceOf } from "../source.ts";
import {
  addressAdvice,
  type CheckedStack,
  dockerStore,
  needsOf,
  servingNeeds,
  upCommand,
} from "../subject.ts";

const GROUP = "object store";
const MINUTE = 60_000;
/** SigV4 lets a signature live this long. */
const MOST_SKEW = 15 * MINUTE;
const MUCH_SKEW = 5 * MINUTE;

/** What an object store answered to a signed request. */
export interface StoreAnswer {
  /** HTTP status. */
  status: number;
  /** S3's code of the error, such as `SignatureDoesNotMatch`; empty without one. */
  code: string;
  /** Whether it is a list of buckets. */
  isList: boolean;
}

/** S3's code in the body of an error; empty when there is none. */
export function storeErrorCode(body: string): string {
  return body.match(/<Error>.*?<Code>([\w.]+)<\/Code>/s)?.[1] ?? "";
}

/** How to mend keys, with the place they come from. */
export function keyAdvice(stack: StackName, ...settings: string[]): string {
  const names = settings.join(" and ");
  const sources = settings.map((name) => `${name}: ${sourceOf(name)}`);
  const advice = stack === "remote"
    ? `set ${names} to the store's`
    : `set ${names} to what the stack was started with, or deno task down, then ${
      upCommand(stack)
    }`;
  return `${advice} (${sources.join(", ")})`;
}

/**
 * Whether the object store takes our signature.
 *
 * @param hasStaging Whether it shows the staging bucket to these keys.
 */
export function signatureVerdict(
  { status, code, isList }: StoreAnswer,
  subject: CheckedStack,
  hasStaging = false,
): Outcome {
  const failed = (text: string, next: string): Outcome => ({
    status: "failed",
    text,
    next,
    effect: "the object store refuses our requests",
  });
  if (status === 200 && isList) {
    return { status: "passed", text: "a signed list is answered" };
  }
  if (code === "AccessDenied" && hasStaging) {
    const { stagingBucket } = subject.given;
    return {
      status: "passed",
      text: `the keys may use "${stagingBucket}", and not list all buckets`,
    };
  }
  if (code === "SignatureDoesNotMatch") {
    return failed(
      "the secret key is not the one of the access key",
      keyAdvice(subject.stack, "MINIO_SECRET_KEY"),
    );
  }
  if (code === "InvalidAccessKeyId") {
    return failed(
      "the store has no such access key",
      keyAdvice(subject.stack, "MINIO_ACCESS_KEY", "MINIO_SECRET_KEY"),
    );
  }
  if (code === "RequestTimeTooSkewed") {
    return failed("the clocks differ too much", CLOCK_ADVICE);
  }
  if (/Region|AuthorizationHeaderMalformed/.test(code)) {
    return failed(
      `the region ${subject.given.region} is not the store's (${code})`,
      `set AWS_REGION to the store's region (AWS_REGION: ${
        sourceOf("AWS_REGION")
      })`,
    );
  }
  if (status === 403) {
    return subject.stack === "docker" && dockerStore().isLicensed
      ? failed(
        "the store denies S3; without a valid licence AIStor does so",
        "put a valid MINIO_LICENSE into docker/.env, then deno task up --stack docker",
      )
      : failed(
        `the store denies the list (${code || 403})`,
        keyAdvice(subject.stack, "MINIO_ACCESS_KEY", "MINIO_SECRET_KEY"),
      );
  }
  return failed(
    code
      ? `the store answers ${status} ${code}`
      : `${subject.given.minioHost} answers ${status}, but not as S3 does`,
    code
      ? "deno task status, and the store's log"
      : `set MINIO_HOST to the S3 endpoint (MINIO_HOST: ${
        sourceOf("MINIO_HOST")
      })`,
  );
}

const CLOCK_ADVICE =
  "set this machine's clock, for example: sudo timedatectl set-ntp true";

/** Whether our clock and the store's agree; times in milliseconds. */
export function clockVerdict(server: number, ours: number): Outcome {
  const skew = Math.abs(server - ours);
  // The Date header has whole seconds, so a small difference means nothing.
  if (skew < 2_000) return { status: "passed", text: "within 2 s" };
  const amount = skew < 2 * MINUTE
    ? `${Math.round(skew / 1000)} s`
    : `${Math.round(skew / MINUTE)} min`;
  const text = `${amount} ${server > ours ? "behind" : "ahead of"} the store`;
  if (skew > MOST_SKEW) {
    return {
      status: "failed",
      text: `${text}; signatures hold for 15 min`,
      next: CLOCK_ADVICE,
    };
  }
  return skew > MUCH_SKEW
    ? {
      status: "warning",
      text: `${text}; signatures fail from 15 min on`,
      next: CLOCK_ADVICE,
    }
    : { status: "passed", text };
}

/** Whether the server says that it is alive. */
export function healthVerdict(status: number, subject: CheckedStack): Outcome {
  const { title, service } = subject.stack === "docker"
    ? dockerStore()
    : { title: "MinIO", service: "minio" };
  if (subject.stack === "local") {
    return {
      status: "skipped",
      text: "S3Proxy, the local stand-in, has no health address",
    };
  }
  if (status === 200) return { status: "passed", text: `${title} is alive` };
  if (status === 503) {
    return {
      status: "failed",
      text: `${title} is starting, or has lost its disks`,
      next: `deno task logs ${service}`,
    };
  }
  return subject.stack === "docker"
    ? {
      status: "failed",
      text:
        `${subject.given.minioHost} answers ${status}, as ${title} does not`,
      next: addressAdvice(subject.stack, "MINIO_HOST"),
    }
    : { status: "skipped", text: `no MinIO server, it answers ${status}` };
}

/** Sends a signed request to the object store. */
async function ask(
  { given }: CheckedStack,
  method: string,
  path: string,
  signal: AbortSignal,
): Promise<StoreAnswer> {
  const { accessKey, secretKey, sessionToken, region } = given;
  const keys = { accessKey, secretKey, sessionToken };
  const url = given.minioHost + path;
  const options = { ...keys, region, service: "s3", signal };
  const response = await signedFetch({ method, url }, options);
  const body = await response.text();
  return {
    status: response.status,
    code: storeErrorCode(body),
    isList: body.includes("<ListAllMyBucketsResult"),
  };
}

/** The object store's answer to a signed list of the buckets. */
export function listBuckets(
  subject: CheckedStack,
  signal: AbortSignal,
): Promise<StoreAnswer> {
  return ask(subject, "GET", "/", signal);
}

/** Whether there is a bucket of that name. */
export async function bucketExists(
  subject: CheckedStack,
  bucket: string,
  signal: AbortSignal,
): Promise<boolean> {
  return (await ask(subject, "HEAD", `/${bucket}`, signal)).status === 200;
}

/** What the answers to an object written, and removed again, say. */
export function rightsVerdict(
  bucket: string,
  written: StoreAnswer,
  removed: StoreAnswer | undefined,
): Outcome {
  const may = (status: number) => status >= 200 && status < 300;
  if (written.status === 404) {
    return {
      status: "skipped",
      text: `there is no bucket "${bucket}" yet (notebook 03 makes it)`,
    };
  }
  if (may(written.status) && removed && may(removed.status)) {
    return { status: "passed", text: `they may write and delete in ${bucket}` };
  }
  const [what, right, { status, code }] = may(written.status)
    ? ["not delete", "s3:DeleteObject", removed ?? written] as const
    : ["not write", "s3:PutObject and s3:DeleteObject", written] as const;
  return {
    status: "warning",
    text: `these keys may ${what} in ${bucket}: it answers ${status} ${code}`
      .trimEnd(),
    next: `ask for ${right} there; without it there is no upload and no ingest`,
  };
}

/** Writes an object without a byte into staging, and removes it. */
async function tryRights(
  subject: CheckedStack,
  signal: AbortSignal,
): Promise<Outcome> {
  const { stagingBucket } = subject.given;
  const path = `/${stagingBucket}/_doctor/${crypto.randomUUID()}`;
  const written = await ask(subject, "PUT", path, signal);
  const removed = written.status === 200
    ? await ask(subject, "DELETE", path, signal)
    : undefined;
  return rightsVerdict(stagingBucket, written, removed);
}

async function reach(
  subject: CheckedStack,
  path: string,
  signal: AbortSignal,
): Promise<Response> {
  const response = await fetch(`${subject.given.minioHost}${path}`, {
    redirect: "manual",
    signal,
  });
  await response.body?.cancel();
  return response;
}

/** Checks of the object store. */
export function storeChecks(subject: CheckedStack): Check[] {
  const { stack, given } = subject;
  const down = (text: string): Outcome => ({
    status: "failed",
    text,
    next: addressAdvice(stack, "MINIO_HOST"),
    effect: "the object store is down",
  });
  return [
    {
      name: "object store",
      group: GROUP,
      needs: needsOf(stack, "store"),
      late: down(`${given.minioHost} does not answer`),
      run: async (signal) => {
        try {
          await reach(subject, "/", signal);
          return { status: "passed", text: given.minioHost };
        } catch (error) {
          signal.throwIfAborted();
          return down(unreachable(error, given.minioHost));
        }
      },
    },
    {
      name: "health",
      group: GROUP,
      needs: ["object store"],
      run: async (signal) => {
        const path = stack === "docker"
          ? dockerStore().healthPath
          : "/minio/health/live";
        const { status } = await reach(subject, path, signal);
        return healthVerdict(status, subject);
      },
    },
    {
      name: "clock",
      group: GROUP,
      needs: ["object store"],
      run: async (signal) => {
        const { headers } = await reach(subject, "/", signal);
        const date = Date.parse(headers.get("date") ?? "");
        return Number.isNaN(date)
          ? { status: "skipped", text: "the store does not tell its time" }
          : clockVerdict(date, Date.now());
      },
    },
    {
      name: "S3 signature",
      group: GROUP,
      needs: ["object store", ...servingNeeds(stack)],
      run: async (signal) =>
        signatureVerdict(
          await listBuckets(subject, signal),
          subject,
          stack === "remote" &&
            await bucketExists(subject, given.stagingBucket, signal),
        ),
    },
    // Of a stack of our own the keys are those that it was made with.
    ...stack === "remote"
      ? [{
        name: "rights",
        group: GROUP,
        needs: ["S3 signature"],
        run: (signal: AbortSignal) => tryRights(subject, signal),
      }]
      : [],
    {
      name: "staging",
      group: GROUP,
      needs: ["S3 signature"],
      run: async () => {
        const files = await stagedFiles();
        const bytes = files.reduce((sum, { size }) => sum + size, 0);
        const place = `${given.stagingBucket}/${given.table}/`;
        return files.length > 0
          ? {
            status: "passed",
            text: `${files.length} files, ${formatBytes(bytes)} in ${place}`,
          }
          : {
            status: "skipped",
            text: `nothing uploaded to ${place} yet (notebook 03)`,
          };
      },
    },
  ];
}
