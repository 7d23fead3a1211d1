/**
 * Requests as bytes on a connection: what fetch would set right stays wrong.
 *
 * @module
 */

/** A request as it is sent, to the letter. */
export interface WireRequest {
  method: string;
  /** Path and query, or whatever stands in their place. */
  target: string;
  /** Header lines, in order; one name may come more than once. */
  headers: readonly (readonly [name: string, value: string])[];
  /** The body as it goes over the wire, framing included. */
  body: Uint8Array;
}

/** Letters as bytes, one each: what is no ASCII stands for that byte. */
export function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** The request with header lines put in, put in place of others, or left out. */
export function withHeaders(
  request: WireRequest,
  changes: Record<string, string | undefined>,
): WireRequest {
  const names = Object.keys(changes);
  return {
    ...request,
    headers: [
      ...request.headers.filter(([name]) => !names.includes(name)),
      ...Object.entries(changes).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value] as const]
      ),
    ],
  };
}

/** The value of a header line, or `undefined`. */
export function headerOf(
  request: WireRequest,
  name: string,
): string | undefined {
  return request.headers.find(([each]) => each === name)?.[1];
}

function bytesOf({ method, target, headers, body }: WireRequest): Uint8Array {
  const length: [string, string][] = body.length === 0 ||
      headers.some(([name]) =>
        /^(content-length|transfer-encoding)$/i.test(name)
      )
    ? []
    : [["content-length", String(body.length)]];
  const lines = [...headers, ...length, ["connection", "close"]]
    .map(([name, value]) => `${name}: ${value}\r\n`);
  const head = latin1(`${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n`);
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

/** What came back. */
export interface Answer {
  /** Each status line's status; none when the connection was closed without. */
  statuses: number[];
  /** All that was received. */
  text: string;
  /** How long it took, in milliseconds. */
  ms: number;
}

/**
 * Sends a request on a connection of its own and reads to the end.
 *
 * @param wait Longest wait, in milliseconds; then the connection is closed.
 */
export async function sendRaw(
  port: number,
  request: WireRequest,
  wait = 5_000,
): Promise<Answer> {
  const start = performance.now();
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  let isOpen = true;
  const close = () => {
    if (isOpen) connection.close();
    isOpen = false;
  };
  const timer = setTimeout(close, wait);
  const decoder = new TextDecoder();
  let text = "";
  try {
    const read = (async () => {
      const buffer = new Uint8Array(65_536);
      for (;;) {
        const n = await connection.read(buffer);
        if (n === null) return;
        text += decoder.decode(buffer.subarray(0, n), { stream: true });
      }
    })();
    const write = (async () => {
      const bytes = bytesOf(request);
      for (let at = 0; at < bytes.length;) {
        at += await connection.write(bytes.subarray(at));
      }
    })();
    // Who has answered need not read on.
    write.catch(() => {});
    await read;
  } catch {
    // Closed by either side; what came before counts.
  } finally {
    clearTimeout(timer);
    close();
  }
  const statuses = [...text.matchAll(/^HTTP\/1\.[01] (\d{3})/gm)]
    .map(([, status]) => Number(status)).filter((status) => status !== 100);
  return { statuses, text, ms: performance.now() - start };
}
