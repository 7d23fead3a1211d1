/**
 * Settings changed for the length of a test.
 *
 * @module
 */

/** Runs `body` with these variables set, and puts the old ones back. */
export async function withEnv<T>(
  changes: Record<string, string>,
  body: () => Promise<T> | T,
): Promise<T> {
  const before = Object.keys(changes).map((name) =>
    [name, Deno.env.get(name)] as const
  );
  for (const [name, value] of Object.entries(changes)) {
    Deno.env.set(name, value);
  }
  try {
    return await body();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
}

/** A port on which nothing listens. */
export function closedPort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}
