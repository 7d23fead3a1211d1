/**
 * MinIO AIStor's licence.
 *
 * @module
 */

import { resolve } from "node:path";
import { dockerEnv, PROJECT_DIR } from "../../lib/core/settings.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { composeVariable } from "./compose.ts";

const ENV_FILE = `${PROJECT_DIR}/docker/.env`;

/**
 * The licence's text, or `undefined` when none is set.
 *
 * `MINIO_LICENSE` holds the text itself or the path of a file with it.
 *
 * @throws {LakehouseError} When it is a path, and there is no such file to read.
 */
export async function licence(): Promise<string | undefined> {
  const value = composeVariable("MINIO_LICENSE")?.trim();
  // AIStor's licences are JSON Web Tokens, which begin so.
  if (!value || value.startsWith("ey") || !/[/\\]/.test(value)) {
    return value || undefined;
  }
  const home = Deno.env.get("HOME") ?? "~";
  const path = resolve(PROJECT_DIR, value.replace(/^~(?=\/)/, home));
  try {
    return (await Deno.readTextFile(path)).trim() || undefined;
  } catch (cause) {
    throw new LakehouseError({
      what: "Cannot start MinIO AIStor",
      why: `MINIO_LICENSE names the file ${path}, which cannot be read`,
      next:
        `write the file's path, or the licence's text, behind MINIO_LICENSE= in ${ENV_FILE}`,
      cause,
    });
  }
}

/** The error for a missing licence, which no container is started without. */
export function noLicence(): LakehouseError {
  const there = Object.keys(dockerEnv()).length > 0;
  return new LakehouseError({
    what: "Cannot start MinIO AIStor",
    why: "MINIO_LICENSE is not set",
    next: `${
      there ? "edit" : "cp docker/.env.example docker/.env and edit"
    } ${ENV_FILE}, or go without a licence: deno task up --stack docker --store seaweedfs, a real store, or deno task up --stack local, stand-ins`,
  });
}
