/**
 * A way to a port of this machine on which everything comes later.
 *
 * @module
 */

/** A port that leads to another one. */
export interface SlowWay extends AsyncDisposable {
  /** Its address. */
  readonly uri: string;
}

async function carry(
  from: Deno.Conn,
  to: Deno.Conn,
  ms: number,
): Promise<void> {
  const piece = new Uint8Array(256 * 1024);
  try {
    for (let size; (size = await from.read(piece)) !== null;) {
      await new Promise((resolve) => setTimeout(resolve, ms));
      for (let sent = 0; sent < size;) {
        sent += await to.write(piece.subarray(sent, size));
      }
    }
    await to.closeWrite();
  } catch {
    // One side has gone; the other learns it.
    for (const end of [from, to]) {
      try {
        end.close();
      } catch {
        // It was closed already.
      }
    }
  }
}

/** Opens it: each piece of up to 256 kB comes so many milliseconds later. */
export function slowWay(port: number, ms: number): SlowWay {
  const server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open: Deno.Conn[] = [];
  const carrying: Promise<void>[] = [];
  const serving = (async () => {
    for await (const near of server) {
      const far = await Deno.connect({ hostname: "127.0.0.1", port });
      open.push(near, far);
      carrying.push(carry(near, far, ms), carry(far, near, ms));
    }
  })();
  return {
    uri: `http://127.0.0.1:${(server.addr as Deno.NetAddr).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      await serving.catch(() => {});
      for (const end of open) {
        try {
          end.close();
        } catch {
          // It was closed already.
        }
      }
      await Promise.all(carrying);
    },
  };
}
