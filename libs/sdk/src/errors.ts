/** What can go wrong between an access and its record. */
export type AuditErrorCode =
  /** The record was not acknowledged in time, or the mesh is known to be out of reach: the secret MUST NOT be handed out. */
  | 'AUDIT_UNAVAILABLE'
  /** What was given does not make a record. */
  | 'INVALID_ACCESS'
  /** A method of a wrapped store that nobody said how to record. */
  | 'UNDECLARED_METHOD'
  /** The spool holds as much as it may, and its policy is to fail. */
  | 'SPOOL_FULL'
  /** Another process has the folder. */
  | 'SPOOL_IN_USE'
  /** The disk refused, or the folder holds what no spool wrote. */
  | 'SPOOL_BROKEN'
  /** The record could not be made part of its transaction, which MUST be rolled back. */
  | 'OUTBOX_FAILED'
  /** The auditor was closed. */
  | 'CLOSED';

export class AuditError extends Error {
  override readonly name = 'AuditError';

  constructor(
    readonly code: AuditErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
