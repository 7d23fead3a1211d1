/**
 * Connections that say nothing, or not all, and many of them.
 *
 * @module
 */

import { latin1, type WireRequest } from "./wire.ts";

/** Begins a request of a body of `length` bytes, and sends `sent` of them. */
export async function begin(
  port: number,
  { method, target, headers }: WireRequest,
  { length, sent = 0 }: { length: number; sent?: number },
): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const lines = [...headers, ["content-length", `${length}`]];
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const text = `${method} ${target} HTTP/1.1\r\n${head}\r\n`;
  for (const bytes of [latin1(text), new Uint8Array(sent)]) {
    for (let at = 0; at < bytes.length;) {
      at += await connection.write(bytes.subarray(at));
    }
  }
  return connection;
}

/** The status that the connection is answered with. */
async function statusOf(connection: Deno.TcpConn): Promise<number> {
  const buffer = new Uint8Array(64);
  await connection.read(buffer);
  return Number(new TextDecoder().decode(buffer).match(/ (\d{3}) /)?.[1]);
}

/** Open connections; closed when they go out of scope. */
export interface Many extends Disposable {
  /** The first status that one of them is answered with. */
  firstStatus(): Promise<number>;
}

/** So many connections. */
export async function many(
  count: number,
  open: () => Promise<Deno.TcpConn>,
): Promise<Many> {
  const connections: Deno.TcpConn[] = [];
  for (let i = 0; i < count; i++) connections.push(await open());
  return {
    firstStatus: () => Promise.race(connections.map(statusOf)),
    [Symbol.dispose]: () => connections.forEach((each) => each.close()),
  };
}

/** Connections that say nothing, and such whose first line does not end. */
export async function idle(port: number): Promise<Disposable> {
  const hostname = "127.0.0.1";
  const silent = await many(1_000, () => Deno.connect({ hostname, port }));
  const headless = await many(500, async () => {
    const connection = await Deno.connect({ hostname, port });
    await connection.write(latin1("GET /_iceberg/v1/co"));
    return connection;
  });
  return {
    [Symbol.dispose]: () => {
      silent[Symbol.dispose]();
      headless[Symbol.dispose]();
    },
  };
}
