/**
 * The catalog as a call of the matrix asks it: over plain signed HTTP, so that
 * each status and type of error shows as it comes.
 *
 * @module
 */

import type { HttpRequest } from "../../../lib/core/sigv4.ts";
import { settings } from "../../../lib/core/settings.ts";
import type { Call, ProbeContext } from "../capability.ts";
import { EngineError } from "../engine.ts";
import {
  isDone,
  refusal,
  refusalText,
  type Reply,
  send,
  type Sending,
  signed,
} from "./http.ts";
import { at, jsonOf, typeOf } from "./replies.ts";

/** An endpoint that not every catalog has, by its path as catalogs list it. */
export interface Endpoint {
  /** Below the prefix, as `/tables/rename`, or from `/v1/` on. */
  optional?: string;
}

/** Thrown where the catalog has no such endpoint. */
class NotServed extends Error {}

/** How long after a purge its files may still be there. */
const PURGE_MS = 10_000;
const PAUSE_MS = 250;
const CLEAN_UP_MS = 20_000;
const MOST_PAGES = 50;
/** The schema of the probes' tables and views. */
export const SCHEMA = {
  type: "struct",
  "schema-id": 0,
  fields: [{ id: 1, name: "id", required: false, type: "long" }],
};

/** Path of a namespace below the prefix. */
export const pathOf = (...levels: string[]): string =>
  `/namespaces/${levels.map(encodeURIComponent).join("%1F")}`;

const isAbsolute = (path: string) => path.startsWith("/v1/");

const endpointKey = (endpoint: unknown) =>
  String(endpoint).replace(/\{[^}]*\}/g, "{}").replace(/ \/?/, " /");

/** The catalog in the hands of one probe. */
export class Lake {
  /** What `/v1/config` answered. */
  config: unknown;
  /** The probe's namespace. */
  readonly namespace: string;
  /** A name that is the probe's alone. */
  readonly table: string;
  readonly #context: ProbeContext;
  /** Path of the warehouse. */
  #prefix = "/v1";
  /** Paths to delete at the end. */
  readonly #made: string[] = [];
  /** Metadata files of what the probe has made. */
  readonly #files = new Set<string>();

  constructor(context: ProbeContext) {
    this.#context = context;
    this.namespace = context.namespace;
    this.table = context.table;
  }

  /** A name beside the probe's namespace, for what cannot be within it. */
  get beside(): string {
    return `${this.namespace}_${this.table}`;
  }

  /** Path of a table in the probe's namespace. */
  tablePath(name: string = this.table): string {
    return `${pathOf(this.namespace)}/tables/${name}`;
  }

  /** Asks for the warehouse's prefix and endpoints. */
  async open(): Promise<void> {
    const warehouse = encodeURIComponent(settings().warehouse);
    this.config = await this.do("GET", `/v1/config?warehouse=${warehouse}`);
    const prefix = at(this.config, "overrides", "prefix") ??
      at(this.config, "defaults", "prefix");
    if (prefix) this.#prefix = `/v1/${prefix}`;
  }

  /** A request as `fetch` takes it, not yet signed. */
  request(method: string, path: string, body?: unknown): HttpRequest {
    const headers: Record<string, string> = { accept: "application/json" };
    if (body !== undefined) headers["content-type"] = "application/json";
    return {
      ...{ method, headers },
      url: settings().catalogUri +
        (isAbsolute(path) ? path : this.#prefix + path),
      ...body !== undefined && {
        body: typeof body === "string" ? body : JSON.stringify(body),
      },
    };
  }

  /** Sends a request as it is; any status is an answer. */
  async sendAs(
    request: HttpRequest,
    sending: Sending = this.#context,
  ): Promise<Reply> {
    const reply = await send(sending, request);
    const file = at(jsonOf(reply), "metadata-location");
    if (typeof file === "string") this.#files.add(file);
    return reply;
  }

  async #send(
    method: string,
    path: string,
    body?: unknown,
    sending?: Sending,
  ): Promise<Reply> {
    const request = this.request(method, path, body);
    const headers = await signed(request, settings().signingName);
    return await this.sendAs({ ...request, headers }, sending);
  }

  /** Whether the catalog lists the endpoint; `true` when it lists none. */
  #lists(endpoint: string): boolean {
    const listed = at(this.config, "endpoints");
    return !Array.isArray(listed) ||
      listed.map(endpointKey).includes(endpointKey(endpoint));
  }

  /**
   * Asks below the warehouse's prefix, or for a path from `/v1/` on; any status
   * is an answer.
   *
   * @param body Sent as JSON; a text as it is.
   * @throws {NotServed} When there is no such optional endpoint.
   */
  async ask(
    method: string,
    path: string,
    body?: unknown,
    { optional }: Endpoint = {},
  ): Promise<Reply> {
    if (optional === undefined) return await this.#send(method, path, body);
    const endpoint = `${method} ${
      isAbsolute(optional) ? optional : `/v1/{prefix}${optional}`
    }`;
    // A list of endpoints names those below the prefix only.
    if (!isAbsolute(optional) && !this.#lists(endpoint)) {
      throw new NotServed(`the catalog does not list ${endpoint}`);
    }
    const reply = await this.#send(method, path, body);
    const { status } = reply;
    const isMissing = status === 404 &&
      !/^(NoSuch|IcebergWarehouse)/.test(String(typeOf(reply)));
    if (isMissing || status === 405 || status === 501) {
      const answer = refusalText(reply);
      throw new NotServed(`the catalog answers ${endpoint} with ${answer}`);
    }
    return reply;
  }

  /**
   * The JSON of a reply by which something was done; `undefined` when it is empty.
   *
   * @throws {EngineError} When it was refused, or the reply is no JSON.
   */
  done(reply: Reply): unknown {
    const json = jsonOf(reply);
    if (!isDone(reply)) throw refusal(reply);
    if (json === undefined && reply.text !== "") {
      throw new EngineError(`${reply.asked} was answered with no JSON`);
    }
    return json;
  }

  /** Asks for what must be done; see {@linkcode ask} and {@linkcode done}. */
  async do(
    method: string,
    path: string,
    body?: unknown,
    endpoint: Endpoint = {},
  ): Promise<unknown> {
    return this.done(await this.ask(method, path, body, endpoint));
  }

  /** The pages of a list; `key` is the field that holds the items. */
  async pages(
    path: string,
    key: string,
    options: Endpoint & { size?: number; most?: number } = {},
  ): Promise<unknown[][]> {
    const { size, most = MOST_PAGES } = options;
    const pages: unknown[][] = [];
    let token: unknown = "";
    do {
      const query = new URLSearchParams(path.split("?")[1]);
      if (size !== undefined) query.set("pageSize", String(size));
      if (token || size !== undefined) query.set("pageToken", String(token));
      const list = query.size ? `${path.split("?")[0]}?${query}` : path;
      const page = await this.do("GET", list, undefined, options);
      const items = at(page, key);
      pages.push(Array.isArray(items) ? items : []);
      token = at(page, "next-page-token");
    } while (token && pages.length < most);
    return pages;
  }

  /** Has a path deleted at the end of the probe. */
  willBe(path: string): string {
    this.#made.push(path);
    return path;
  }

  /** Creates a namespace of the probe's, whatever an ended run left of it. */
  async createNamespace(
    levels: string[],
    properties: Record<string, string> = {},
  ): Promise<Reply> {
    const path = this.willBe(pathOf(...levels));
    await this.#send("DELETE", path, undefined, this.#silent());
    const body = { namespace: levels, properties };
    return await this.ask("POST", "/namespaces", body);
  }

  /** Creates a table with one column; `more` adds to the request. */
  async createTable(
    name: string = this.table,
    more: Record<string, unknown> = {},
    levels: string[] = [this.namespace],
  ): Promise<unknown> {
    const tables = `${pathOf(...levels)}/tables`;
    this.willBe(`${tables}/${name}?purgeRequested=true`);
    return await this.do("POST", tables, { name, schema: SCHEMA, ...more });
  }

  async #object(
    method: string,
    location: string,
    sending: Sending,
  ): Promise<number> {
    const key = location.replace(/^s3[an]?:\/\//, "")
      .replace(/[^\w./~-]/gu, encodeURIComponent);
    const request = { method, url: `${settings().minioHost}/${key}` };
    const headers = await signed(request, "s3");
    return (await send(sending, { ...request, headers })).status;
  }

  /** Status of a table's file in the object store; waits for the one `until`. */
  async fileStatus(location: unknown, until?: number): Promise<number> {
    const { signal } = this.#context;
    const end = Date.now() + PURGE_MS;
    for (;;) {
      const status = await this.#object("HEAD", String(location), { signal });
      if (until === undefined || status === until || Date.now() > end) {
        this.#context.note(`HEAD ${location} → ${status}`);
        return status;
      }
      await new Promise((done) => setTimeout(done, PAUSE_MS));
    }
  }

  /** For what is no evidence, and goes on when the probe has ended. */
  #silent(): Sending {
    return { signal: AbortSignal.timeout(CLEAN_UP_MS) };
  }

  /** Removes all that the probe has made, last first, as far as it is there. */
  async close(): Promise<void> {
    const sending = this.#silent();
    for (const path of this.#made.reverse()) {
      await this.#send("DELETE", path, undefined, sending).catch(() => {});
    }
    for (const file of this.#files) {
      // Only what the catalog called a metadata file of the probe's own.
      if (!/^s3[an]?:\/\/[^/]+\/.*\.metadata\.json$/.test(file)) continue;
      await this.#object("DELETE", file, sending).catch(() => {});
    }
  }
}

/** A call that asks the catalog, and leaves nothing behind. */
export function inCatalog(
  body: (lake: Lake) => ReturnType<Call> | Awaited<ReturnType<Call>>,
): Call {
  return async (context) => {
    const lake = new Lake(context);
    try {
      await lake.open();
      return await body(lake);
    } catch (error) {
      if (error instanceof NotServed) return { not: error.message };
      throw error;
    } finally {
      await lake.close();
    }
  };
}
