/**
 * A proxy as offices have it: it knows names that nobody else here does, and
 * lets nobody through to itself.
 *
 * @module
 */

/** One that runs; see {@linkcode officeProxy}. */
export interface OfficeProxy extends Disposable {
  /** Its address, `http://127.0.0.1:3128`. */
  uri: string;
  /** Each `host:port` that it was asked for, with how often. */
  asked: Map<string, number>;
  /** Those that it refused: addresses of this machine. */
  refused: string[];
}

const LOOPBACK = /^(localhost|127\.|\[?::1)/;
const MOST_BYTES = 16_384;

/** The first lines of a request, to the empty one. */
async function headOf(conn: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(MOST_BYTES);
  const decoder = new TextDecoder();
  let length = 0;
  while (length < MOST_BYTES) {
    const read = await conn.read(buffer.subarray(length));
    if (read === null) break;
    length += read;
    const text = decoder.decode(buffer.subarray(0, length));
    if (text.includes("\r\n\r\n")) return text;
  }
  return "";
}

/**
 * Starts one, which tunnels (`CONNECT`) and does nothing else.
 *
 * @param names Addresses of the names that it alone knows.
 */
export function officeProxy(names: Record<string, string>): OfficeProxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const proxy: OfficeProxy = {
    uri: `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`,
    asked: new Map(),
    refused: [],
    [Symbol.dispose]: () => listener.close(),
  };
  const answer = (conn: Deno.Conn, line: string) =>
    conn.write(new TextEncoder().encode(`HTTP/1.1 ${line}\r\n\r\n`));
  const pass = async (from: Deno.Conn) => {
    using _from = from;
    const [, host = "", port = ""] =
      (await headOf(from)).match(/^CONNECT (\S+):(\d+) HTTP/) ?? [];
    const target = `${host}:${port}`;
    proxy.asked.set(target, (proxy.asked.get(target) ?? 0) + 1);
    if (!host || LOOPBACK.test(host)) {
      proxy.refused.push(target);
      await answer(from, "403 Forbidden");
      return;
    }
    using to = await Deno.connect({
      hostname: names[host] ?? host,
      port: Number(port),
    });
    await answer(from, "200 Connection established");
    await Promise.allSettled([
      from.readable.pipeTo(to.writable),
      to.readable.pipeTo(from.writable),
    ]);
  };
  (async () => {
    for await (const conn of listener) pass(conn).catch(() => {});
  })().catch(() => {});
  return proxy;
}
