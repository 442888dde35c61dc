/** The database is away or busy: the same work may succeed later. */
export class PostgresUnavailable extends Error {
  override readonly name = 'PostgresUnavailable';
  readonly retriable = true;
}

/** Another process has moved the offset: what was prepared is void, the position must be read again. */
export class OffsetMoved extends Error {
  override readonly name = 'OffsetMoved';
  readonly retriable = true;
}

/** Classes of SQLSTATE that say nothing against the statement: connection, resources, operator, rollback, lock. */
const passing = /^(08|53|57|58|40|55P03)/;
const network = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);

/** Throws again, as retriable where the database and not the statement is to blame. */
export function rethrow(error: unknown): never {
  const { code, message } = error as { code?: string; message: string };
  const lost =
    /Connection terminated|timeout exceeded|Client has encountered a connection error|not queryable/i.test(
      message,
    );
  if (lost || (code && (passing.test(code) || network.has(code)))) {
    throw new PostgresUnavailable(`The database is not available: ${message}`, { cause: error });
  }
  throw error;
}
