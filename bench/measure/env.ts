/**
 * Settings changed for the length of a step or a test.
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
