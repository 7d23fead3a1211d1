/**
 * One browser and one JupyterLab for all tests of the lane.
 *
 * @module
 */

import { type Browser, chromium, type Page } from "playwright-core";
import { catalog } from "../../lib/catalog/config.ts";
import { dropNamespace } from "../../lab/catalog/namespaces.ts";
import { dropTable } from "../../lab/catalog/tables.ts";
import { settings, stateDir } from "../../lib/core/settings.ts";
import { removeBucket } from "../support/bucket.ts";
import { laneChromium } from "./chromium.ts";
import { type Lab, startLab } from "./lab.ts";

/** What a test of the lane works with. */
export interface Session {
  /** The page in which JupyterLab is open. */
  page: Page;
  /** The server behind it. */
  lab: Lab;
}

// A browser in a container needs no graphics card and phones nobody.
const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const VIEWPORT = { width: 1280, height: 900 };

let session: (Session & { browser: Browser }) | undefined;

/** Folder of the lane's screenshots and logs. */
export function artefactsDir(): string {
  return `${stateDir()}/artefacts/browser`;
}

/**
 * The lane's own names, so that it can run on a stack which others use; set
 * here, since kernels and settings take them from the environment.
 */
function setNames(): void {
  const names = {
    LAKEHOUSE_STATE: stateDir(),
    PARQUET_DIR: `${stateDir()}/browser/parquet`,
    NAMESPACE: "browser_lane",
    STAGING_BUCKET: "browser-lane",
    ROWS: Deno.env.get("ROWS") || "0.05",
  };
  for (const [name, value] of Object.entries(names)) Deno.env.set(name, value);
}

async function open(): Promise<void> {
  setNames();
  const found = await laneChromium();
  if ("skipped" in found) throw new Error(found.skipped);
  await Deno.remove(artefactsDir(), { recursive: true }).catch(() => {});
  await Deno.mkdir(artefactsDir(), { recursive: true });
  const lab = await startLab(`${stateDir()}/browser`);
  const browser = await chromium.launch({
    executablePath: found.path,
    args: [...FLAGS, ...(Deno.uid() === 0 ? ["--no-sandbox"] : [])],
  });
  const context = await browser.newContext({ viewport: VIEWPORT });
  const page = await context.newPage();
  session = { page, lab, browser };
}

/** Removes the lane's own namespace and bucket; the demo's stay as they are. */
async function removeData(): Promise<void> {
  const { namespace, table, stagingBucket } = settings();
  await dropTable(catalog(), namespace, table, { purge: true }).catch(() => {});
  await dropNamespace(catalog(), namespace).catch(() => {});
  await removeBucket(stagingBucket);
}

async function close(): Promise<void> {
  if (!session) return;
  const { browser, lab } = session;
  await browser.close();
  await lab.stop();
  await Deno.writeTextFile(`${artefactsDir()}/jupyterlab.log`, lab.log());
  await removeData().catch((error) => console.log(`Left behind: ${error}`));
  await Deno.remove(`${stateDir()}/browser`, { recursive: true });
}

Deno.test.beforeAll(open);
Deno.test.afterAll(close);

/** A screenshot among the artefacts. */
export async function shot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${artefactsDir()}/${name}.png` });
}

/** A test in JupyterLab; when it fails, a screenshot shows where. */
export function labTest(
  name: string,
  body: (session: Session) => Promise<void>,
): void {
  Deno.test({
    name,
    // The browser and JupyterLab live on between the tests.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      try {
        await body(session!);
      } catch (error) {
        if (session) {
          await shot(session.page, `failed ${name.replace(/\W+/g, " ")}`);
        }
        throw error;
      }
    },
  });
}
