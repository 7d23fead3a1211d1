/**
 * The object store as a call of the matrix asks it: by the AWS SDK, as programs
 * do, and over plain signed HTTP for what the SDK hides.
 *
 * @module
 */

import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  ListObjectsV2Command,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { HttpRequest } from "../../../lib/core/sigv4.ts";
import { settings } from "../../../lib/core/settings.ts";
import { s3Client } from "../../../lib/store/s3.ts";
import type { Call, ProbeContext } from "../capability.ts";
import { EngineError, firstLine } from "../engine.ts";
import { isDone, refusal, type Reply, send, signed } from "./http.ts";

const CLEAN_UP_MS = 20_000;

/** A request for an object by its name, or for the bucket. */
export interface ObjectRequest {
  /** Method in capitals. */
  method: string;
  /** Name of the object. @default {undefined}, the bucket */
  name?: string;
  /** Bucket. @default {that of all objects} */
  bucket?: string;
  /** Query, percent-encoded, without `?`. */
  query?: string;
  /** Headers; all of them are signed. */
  headers?: Record<string, string>;
  /** Body. */
  body?: string | Uint8Array<ArrayBuffer>;
}

/** A key in an address: every byte encoded that S3's signature wants encoded. */
export const encodeKey = (key: string): string =>
  encodeURIComponent(key).replaceAll("%2F", "/").replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** An upload in parts that has begun. */
export interface Upload {
  Bucket: string;
  Key: string;
  UploadId: string;
}

/** Whether the SDK's error comes from the store or the way to it, not from here. */
function isForeign(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return "$metadata" in error || "$response" in error ||
    (typeof code === "string" && !code.startsWith("ERR_"));
}

/** Objects under a prefix that is one probe's alone. */
export class Objects {
  /** The bucket they are in. */
  readonly bucket: string = settings().stagingBucket;
  /** What each of their keys begins with. */
  readonly prefix: string;
  readonly #context: ProbeContext;
  readonly #keys = new Set<string>();
  readonly #uploads: Upload[] = [];
  readonly #client: S3Client;
  #hasMadeBucket = false;

  constructor(context: ProbeContext, client: S3Client) {
    this.#context = context;
    this.#client = client;
    this.prefix = `compat/${context.namespace}/${context.table}/`;
  }

  /** Key of an object, which is removed at the end; the bucket beside it. */
  at(name: string): { Bucket: string; Key: string } {
    const Key = this.prefix + name;
    this.#keys.add(Key);
    return { Bucket: this.bucket, Key };
  }

  /** One use of the SDK; errors that are the store's become its refusal. */
  async #used<T>(what: string, use: () => Promise<T>): Promise<T> {
    const { signal, note } = this.#context;
    try {
      const output = await use();
      note(`${what} → done`);
      return output;
    } catch (error) {
      signal.throwIfAborted();
      if (!isForeign(error)) throw error;
      const line = `${error.name}: ${firstLine(error)}`;
      note(`${what} → ${line}`);
      throw new EngineError(`${what}: ${line}`, { cause: error });
    }
  }

  /**
   * Sends a command of the SDK, once.
   *
   * @throws {EngineError} When the store refuses it, or its answer is none.
   */
  readonly send: S3Client["send"] = ((
    command: Parameters<S3Client["send"]>[0],
  ) => {
    const { Key = this.bucket } = command.input as { Key?: string };
    const { signal: abortSignal } = this.#context;
    return this.#used(
      `${command.constructor.name.replace("Command", "")} ${Key}`,
      () => this.#client.send(command, { abortSignal }),
    );
  }) as S3Client["send"];

  /** An object's bytes and what is said of it, by the SDK. */
  async get(
    name: string,
  ): Promise<GetObjectCommandOutput & { bytes: Uint8Array }> {
    const output = await this.send(new GetObjectCommand(this.at(name)));
    const bytes = await this.#used(
      `Body of ${name}`,
      async () => await output.Body?.transformToByteArray() ?? new Uint8Array(),
    );
    return { ...output, bytes };
  }

  /** Begins an upload in parts, which is given up at the end unless it is done. */
  async begin(name: string): Promise<Upload> {
    const object = this.at(name);
    const { UploadId } = await this.send(
      new CreateMultipartUploadCommand(object),
    );
    if (!UploadId) throw new EngineError("The upload was given no id");
    const upload = { ...object, UploadId };
    this.#uploads.push(upload);
    return upload;
  }

  /** A request as `fetch` takes it, not yet signed. */
  request(
    { name, bucket = this.bucket, query, ...rest }: ObjectRequest,
  ): HttpRequest {
    const key = name === undefined ? "" : `/${this.at(name).Key}`;
    const path = encodeKey(`/${bucket}${key}`);
    const url = settings().minioHost + path + (query ? `?${query}` : "");
    return { ...rest, url };
  }

  /** Sends a request as it is; any status is an answer. */
  async sendAs(request: HttpRequest): Promise<Reply> {
    return await send(this.#context, request);
  }

  /** Sends a signed request; any status is an answer. */
  async ask(request: ObjectRequest): Promise<Reply> {
    const plain = this.request(request);
    return await this.sendAs({ ...plain, headers: await signed(plain, "s3") });
  }

  /**
   * Stores an object.
   *
   * @throws {EngineError} When the store refuses it.
   */
  async put(
    name: string,
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const reply = await this.ask({ method: "PUT", name, body, headers });
    if (!isDone(reply)) throw refusal(reply);
    return reply;
  }

  /** The object's text, or the status by which it is not given. */
  async textOf(name: string): Promise<string | number> {
    const reply = await this.ask({ method: "GET", name });
    return isDone(reply) ? reply.text : reply.status;
  }

  /** Makes the bucket where there is none; removes what an ended run has left. */
  async open(): Promise<void> {
    const { bucket: Bucket, prefix: Prefix } = this;
    const abortSignal = AbortSignal.timeout(CLEAN_UP_MS);
    const list = new ListObjectsV2Command({ Bucket, Prefix });
    try {
      const { Contents = [] } = await this.#client.send(list, { abortSignal });
      for (const { Key } of Contents) await this.#remove(Key, abortSignal);
    } catch (error) {
      // Whatever else is wrong the probe itself says.
      if ((error as Error).name !== "NoSuchBucket") return;
      this.#hasMadeBucket = true;
      await this.send(new CreateBucketCommand({ Bucket }));
    }
  }

  async #remove(Key: string | undefined, abortSignal: AbortSignal) {
    const command = new DeleteObjectCommand({ Bucket: this.bucket, Key });
    await this.#client.send(command, { abortSignal }).catch(() => {});
  }

  /** Removes every object whose key was made, listed or not. */
  async close(): Promise<void> {
    const { bucket: Bucket } = this;
    const abortSignal = AbortSignal.timeout(CLEAN_UP_MS);
    for (const upload of this.#uploads) {
      const command = new AbortMultipartUploadCommand(upload);
      await this.#client.send(command, { abortSignal }).catch(() => {});
    }
    for (const Key of this.#keys) await this.#remove(Key, abortSignal);
    if (this.#hasMadeBucket) {
      const command = new DeleteBucketCommand({ Bucket });
      await this.#client.send(command, { abortSignal }).catch(() => {});
    }
    this.#client.destroy();
  }
}

/** A call that asks the object store, and leaves nothing behind. */
export function inStore(
  body: (objects: Objects) => ReturnType<Call>,
): Call {
  return async (context) => {
    // What a second attempt would hide is a finding here.
    const client = await s3Client({ maxAttempts: 1 });
    const objects = new Objects(context, client);
    try {
      await objects.open();
      return await body(objects);
    } finally {
      await objects.close();
    }
  };
}
