/**
 * Refusals in the error envelope of the Iceberg REST specification.
 *
 * @module
 */

/** Stops the handling of a request with an answer in Iceberg's error envelope. */
export class Refusal extends Error {
  /** Takes what the envelope will say, and the error underneath. */
  constructor(
    /** HTTP status. */
    readonly status: number,
    /** Type of the error, as Iceberg and AIStor name them. */
    readonly type: string,
    message: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? {} : { cause });
  }
}

/** The refusal as the client gets it. */
export function envelope({ status, type, message }: Refusal): Response {
  return Response.json({ error: { code: status, message, type } }, { status });
}

/** A request that makes no sense. */
export const badRequest = (message: string): Refusal =>
  new Refusal(400, "BadRequestException", message);

/** A warehouse that is not on the list. */
export const notFound = (name: string): Refusal =>
  new Refusal(
    404,
    "IcebergWarehouseNotFound",
    `The warehouse "${name}" does not exist; a bucket alone is no warehouse`,
  );

/** A method that the path does not have. */
export const notServed = (method: string): Refusal =>
  new Refusal(405, "MethodNotAllowedException", `${method} is not served here`);

/** A service behind the gateway that does not answer: clients try again. */
export const unavailable = (what: string, cause: unknown): Refusal =>
  new Refusal(
    503,
    "ServiceUnavailableException",
    `${what} does not answer`,
    cause,
  );
