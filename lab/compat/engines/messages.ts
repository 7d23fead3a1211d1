/**
 * What an engine said, from the error to its last cause.
 *
 * @module
 */

/** Messages of an error and of what caused it, outermost first. */
export function messages(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  return [error.message, ...messages(error.cause)];
}
