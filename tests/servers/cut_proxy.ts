/**
 * A way to a server that is cut in the middle of an answer.
 *
 * @module
 */

/** A TCP proxy that runs. */
export interface CutProxy extends Disposable {
  readonly uri: string;
  /** Connections that are still to be cut. */
  cuts: number;
  /** Bytes the server has answered through it. */
  bytes: number;
}

/** Passes connections on to `target`, and cuts some once so many bytes have come back. */
export function cutProxy(
  target: string,
  cuts: number,
  after: number,
): CutProxy {
  const { hostname, port } = new URL(target);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const proxy: CutProxy = {
    uri: `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`,
    cuts,
    bytes: 0,
    [Symbol.dispose]: () => listener.close(),
  };
  const pass = async (from: Deno.Conn) => {
    const to = await Deno.connect({ hostname, port: Number(port) });
    const close = () => {
      for (const conn of [from, to]) {
        try {
          conn.close();
        } catch {
          // It is closed already.
        }
      }
    };
    const there = from.readable.pipeTo(to.writable).catch(() => {});
    let answered = 0;
    const writer = from.writable.getWriter();
    try {
      for await (const chunk of to.readable) {
        await writer.write(chunk);
        proxy.bytes += chunk.length;
        answered += chunk.length;
        if (answered > after && proxy.cuts > 0) {
          proxy.cuts--;
          // What was sent is to arrive: a cut drops what lies in buffers.
          await new Promise((resolve) => setTimeout(resolve, 300));
          break;
        }
      }
    } catch {
      // The other side has gone.
    }
    close();
    await there;
  };
  (async () => {
    for await (const conn of listener) pass(conn);
  })().catch(() => {});
  return proxy;
}
