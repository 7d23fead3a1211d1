/**
 * Settings changed for the length of a test, and a port without anybody.
 *
 * @module
 */

export { withEnv } from "../../bench/measure/env.ts";

/** A port on which nothing listens. */
export function closedPort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}
