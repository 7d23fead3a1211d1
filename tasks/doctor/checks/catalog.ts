/**
 * Checks of the Iceberg catalog: signature, endpoints, warehouse, table.
 *
 * @module
 */

import { catalog, getConfig } from "../../../lib/catalog/config.ts";
import { CatalogError } from "../../../lib/catalog/call.ts";
import { getWarehouse } from "../../../lib/catalog/warehouses.ts";
import { loadTable } from "../../../lib/catalog/tables.ts";
import { LakehouseError } from "../../../lib/core/errors.ts";
import { formatNumber } from "../../../lib/core/format.ts";
import { type Check, failureOf, type Outcome } from "../check.ts";
import { unreachable } from "../http.ts";
import { bucketExists, keyAdvice } from "./store.ts";
import {
  addressAdvice,
  type CheckedStack,
  dockerStore,
  needsOf,
  servingNeeds,
} from "../subject.ts";

const GROUP = "catalog";

/** Endpoints a catalog may lack, by what they are for. */
const WORTH_NAMING: Readonly<Record<string, string>> = {
  "POST /v1/{prefix}/namespaces/{namespace}/views": "views",
  "POST /v1/{prefix}/tables/rename": "rename",
  "POST /v1/{prefix}/namespaces/{namespace}/register": "register",
  "POST /v1/{prefix}/transactions/commit": "multi-table commits",
};

const endpointKey = (endpoint: string) => endpoint.replace(/\{[^}]*\}/g, "{}");

/** What a catalog serves, of `undefined` when it does not say. */
export function endpointsVerdict(endpoints: string[] | undefined): Outcome {
  if (endpoints === undefined) {
    return {
      status: "skipped",
      text: "the catalog does not list what it serves",
    };
  }
  const served = new Set(endpoints.map(endpointKey));
  const lacking = Object.entries(WORTH_NAMING)
    .filter(([endpoint]) => !served.has(endpointKey(endpoint)))
    .map(([, use]) => use);
  const text = `${endpoints.length} endpoints, ${
    lacking.length === 0
      ? `with ${Object.values(WORTH_NAMING).join(", ")}`
      : `without ${lacking.join(", ")}`
  }`;
  return { status: "passed", text };
}

const isMissingWarehouse = (error: unknown) =>
  error instanceof CatalogError && error.type === "IcebergWarehouseNotFound";

/** What an error of the catalog means; `undefined` for a missing warehouse. */
export function catalogVerdict(
  error: unknown,
  { stack, given }: CheckedStack,
): Outcome | undefined {
  if (isMissingWarehouse(error)) return undefined;
  const effect = "the catalog does not answer us";
  if (!(error instanceof CatalogError)) {
    const cause = error instanceof LakehouseError ? error.cause : error;
    return {
      status: "failed",
      text: unreachable(cause, given.catalogUri),
      next: addressAdvice(stack, "CATALOG_URI"),
      effect,
    };
  }
  if (error.status === 401 || error.status === 403) {
    return {
      status: "failed",
      text: `the catalog refuses the keys (${error.status} ${error.type})`,
      next: keyAdvice(stack, "MINIO_ACCESS_KEY", "MINIO_SECRET_KEY"),
      effect: "the catalog refuses our requests",
    };
  }
  if (error.type === "") {
    return {
      status: "failed",
      text:
        `${given.catalogUri} answers ${error.status}, but not as an Iceberg catalog does`,
      next: stack === "docker" && dockerStore().isLicensed
        ? "use an AIStor release with Tables, 2026-02-02 or later: MINIO_IMAGE in docker/.env"
        : addressAdvice(stack, "CATALOG_URI"),
      effect,
    };
  }
  return failureOf(error, effect);
}

/** Whether the warehouse is there; `hasBucket` when a bucket has its name. */
export function warehouseVerdict(
  warehouse: string,
  state: "there" | "absent" | "unlisted",
  hasBucket: boolean,
): Outcome {
  if (state === "there") return { status: "passed", text: warehouse };
  if (state === "unlisted") {
    return {
      status: "passed",
      text: `${warehouse} opens; this catalog does not list warehouses`,
    };
  }
  const effect = `there is no warehouse "${warehouse}" yet`;
  return hasBucket
    ? {
      status: "failed",
      text:
        `"${warehouse}" is a plain bucket, and a plain bucket is no warehouse`,
      next:
        "run notebook 01, whose ensureWarehouse() makes it one, or set WAREHOUSE",
      effect,
    }
    : {
      status: "skipped",
      text: `"${warehouse}" is not created yet (notebook 01)`,
      effect,
    };
}

async function lookAtWarehouse(
  subject: CheckedStack,
  signal: AbortSignal,
): Promise<Outcome> {
  const { warehouse } = subject.given;
  try {
    const { bucket, isListed } = await getWarehouse(catalog(), { signal });
    const name = bucket === warehouse
      ? warehouse
      : `${warehouse} in the bucket ${bucket}`;
    return warehouseVerdict(name, isListed ? "there" : "unlisted", true);
  } catch (error) {
    if (!(error instanceof CatalogError) || error.status >= 500) throw error;
    const hasBucket = await bucketExists(subject, warehouse, signal);
    return warehouseVerdict(warehouse, "absent", hasBucket);
  }
}

async function lookAtTable(
  { given }: CheckedStack,
  signal: AbortSignal,
): Promise<Outcome> {
  const name = `${given.namespace}.${given.table}`;
  try {
    const { currentSnapshot } = await loadTable(
      catalog(),
      given.namespace,
      given.table,
      { signal },
    );
    if (!currentSnapshot) {
      return { status: "skipped", text: `${name} is empty (notebook 04)` };
    }
    const { id, summary } = currentSnapshot;
    const rows = summary["total-records"];
    return {
      status: "passed",
      text: `${name}, ${
        rows === undefined ? "" : `${formatNumber(BigInt(rows))} rows, `
      }snapshot ${id}`,
    };
  } catch (error) {
    const isMissing = error instanceof CatalogError && error.status === 404;
    if (!isMissing) throw error;
    return {
      status: "skipped",
      text: `${name} is not ingested yet (notebook 04, or deno task analyze)`,
    };
  }
}

/** Checks of the Iceberg catalog. */
export function catalogChecks(subject: CheckedStack): Check[] {
  const { stack, given } = subject;
  let endpoints: Outcome | undefined;
  return [
    {
      name: "catalog",
      group: GROUP,
      needs: [
        ...needsOf(stack, "catalog"),
        ...servingNeeds(stack),
      ],
      late: {
        status: "failed",
        text: `${given.catalogUri} does not answer`,
        next: addressAdvice(stack, "CATALOG_URI"),
        effect: "the catalog does not answer us",
      },
      run: async (signal) => {
        try {
          const config = await getConfig(catalog(), { signal });
          endpoints = endpointsVerdict(config.endpoints);
        } catch (error) {
          signal.throwIfAborted();
          const verdict = catalogVerdict(error, subject);
          if (verdict) return verdict;
        }
        return {
          status: "passed",
          text: `${given.catalogUri} takes the signature`,
        };
      },
    },
    {
      name: "endpoints",
      group: GROUP,
      needs: ["catalog"],
      run: () =>
        Promise.resolve(
          endpoints ??
            { status: "skipped", text: "they are listed for a warehouse only" },
        ),
    },
    {
      name: "warehouse",
      group: GROUP,
      needs: ["catalog"],
      run: (signal) => lookAtWarehouse(subject, signal),
    },
    {
      name: "trips table",
      group: GROUP,
      needs: ["warehouse"],
      run: (signal) => lookAtTable(subject, signal),
    },
  ];
}
