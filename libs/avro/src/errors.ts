/** What can go wrong between bytes and records. */
export type AvroErrorCode =
  /** The registry does not answer, or answers 5xx or 429: the same call may succeed later. */
  | 'REGISTRY_UNAVAILABLE'
  /** The registry refuses: the answer stays the same until somebody changes something. */
  | 'REGISTRY_REFUSED'
  /** The schema is not registered under the subject. */
  | 'SCHEMA_NOT_REGISTERED'
  /** The bytes are no record in the Confluent wire format of a known, compatible schema. */
  | 'MALFORMED_RECORD'
  /** The value does not fit the schema. */
  | 'INVALID_VALUE';

export class AvroError extends Error {
  override readonly name = 'AvroError';

  constructor(
    readonly code: AvroErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
