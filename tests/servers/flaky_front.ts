/**
 * A way to a server on which requests and answers get lost.
 *
 * @module
 */

import { createServer, request } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

/**
 * What befalls a request: an answer of that status in the server's place, a
 * connection that breaks, one that breaks once the server has answered, or in the
 * middle of its answer.
 */
export type Mishap = number | Refused | "cut" | "lost" | "half";

/** An answer in the server's place. */
export interface Refused {
  /** Its status. */
  status: number;
  /** Its text. */
  body: string;
}

/** One that runs; see {@linkcode flakyFront}. */
export interface FlakyFront extends AsyncDisposable {
  /** Its address, `http://127.0.0.1:8080`. */
  uri: string;
  /** Every request that came, `GET /v1/info`, with what befell it. */
  log: string[];
}

/** What is asked of a front. */
export interface FlakyRequest {
  /** Its method. */
  method: string;
  /** Path and query. */
  path: string;
  /** Its headers, names in small letters. */
  headers: Record<string, string | string[] | undefined>;
}

/** Passes requests on to `target` as they are, unless something befalls them. */
export async function flakyFront(
  target: string,
  befalls: (
    request: FlakyRequest,
  ) => Mishap | undefined | Promise<Mishap | undefined>,
): Promise<FlakyFront> {
  const { hostname, port } = new URL(target);
  const log: string[] = [];
  const server = createServer(async (from, to) => {
    const { method = "", url: path = "", headers } = from;
    const mishap = await befalls({ method, path, headers });
    const { status = mishap } = mishap as Partial<Refused> ?? {};
    log.push([method, path, status].filter(Boolean).join(" "));
    if (mishap === "cut") return void from.socket.destroy();
    if (mishap && mishap !== "lost" && mishap !== "half") {
      from.resume();
      const { status, body } = typeof mishap === "number"
        ? { status: mishap, body: "<h1>Busy</h1>" }
        : mishap;
      return void to.writeHead(status, { "content-type": "text/html" })
        .end(body);
    }
    const onward = request(
      { hostname, port, path, method, headers },
      (answer) => {
        if (mishap === "lost") {
          // The server has done it; nobody hears of that.
          answer.resume().on("end", () => from.socket.destroy());
          return;
        }
        to.writeHead(answer.statusCode ?? 502, answer.headers);
        if (mishap !== "half") return void answer.pipe(to);
        const left = Number(answer.headers["content-length"]) / 2;
        let sent = 0;
        answer.on("data", (chunk: Uint8Array) => {
          to.write(chunk.subarray(0, Math.max(0, left - sent)));
          sent += chunk.length;
        }).on("end", () => {
          // What was sent is to arrive: a cut drops what lies in buffers.
          setTimeout(() => from.socket.destroy(), 100);
        });
      },
    );
    onward.on("error", () => from.socket.destroy());
    from.pipe(onward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
