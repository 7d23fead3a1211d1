/**
 * Checks of AIStor's licence: is one set, and does the server run with it.
 *
 * @module
 */

import { dockerEnv } from "../../../lib/core/settings.ts";
import { licence, noLicence } from "../../../stack/docker/licence.ts";
import type { Check, Outcome } from "../check.ts";
import { listBuckets, type StoreAnswer } from "./store.ts";
import { type CheckedStack, serviceCheck } from "../subject.ts";

const GROUP = "Docker";

/** Whether `docker/.env` is there and a licence is set. */
export function licenceVerdict(
  hasEnvFile: boolean,
  isSet: boolean,
): Outcome {
  if (isSet) return { status: "passed", text: "MINIO_LICENSE is set" };
  return {
    status: "failed",
    text: `MINIO_LICENSE is not set${
      hasEnvFile ? "" : ", and there is no docker/.env"
    }; without a licence AIStor starts in safe mode and denies S3`,
    next: noLicence().next ?? "",
  };
}

/** Whether AIStor serves S3, which it does with a valid licence only. */
export function licensedVerdict(answer: StoreAnswer): Outcome {
  if (answer.isList) {
    return {
      status: "passed",
      text: "the server serves S3, which it does with a licence only",
    };
  }
  const isAboutKeys =
    /SignatureDoesNotMatch|InvalidAccessKeyId|RequestTimeTooSkewed/.test(
      answer.code,
    );
  return isAboutKeys
    ? { status: "skipped", text: `S3 answers ${answer.code}, see S3 signature` }
    : {
      status: "failed",
      text: `the server denies S3 (${
        answer.code || answer.status
      }), as AIStor does without a valid licence`,
      next:
        "put a valid MINIO_LICENSE into docker/.env, then deno task up --stack docker",
      effect: "the server denies S3",
    };
}

/** Check of the licence that is set. */
export function licenceCheck(): Check {
  return {
    name: "licence",
    group: GROUP,
    run: async () =>
      licenceVerdict(
        Object.keys(dockerEnv()).length > 0,
        await licence() !== undefined,
      ),
  };
}

/** Check of the running server's licence. */
export function licensedCheck(subject: CheckedStack): Check {
  return {
    name: "licensed",
    group: GROUP,
    needs: [serviceCheck("minio")],
    run: async (signal) => {
      const answer = await listBuckets(subject, signal).catch(() => undefined);
      signal.throwIfAborted();
      return answer
        ? licensedVerdict(answer)
        // Which the check of the object store explains.
        : { status: "skipped", text: "the object store does not answer" };
    },
  };
}
