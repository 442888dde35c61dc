/** What can go wrong between us and Kafka. */
export type KafkaErrorCode =
  /** No broker answers, or the one we need is down: the same call may succeed later. */
  | 'BROKER_UNAVAILABLE'
  /** Another instance took over the transactional id; what was in flight is aborted. */
  | 'FENCED'
  /** The position is before the first or after the last record that the broker has. */
  | 'OFFSET_OUT_OF_RANGE'
  /** The topic, or the partition of it, does not exist. */
  | 'UNKNOWN_TOPIC'
  /** The broker sent bytes that are no record batch, or whose checksum is wrong. */
  | 'CORRUPT_BATCH'
  /** A topic exists with another number of partitions than declared. */
  | 'TOPIC_MISMATCH'
  /** The broker refuses: the answer stays the same until somebody changes something. */
  | 'REFUSED';

const retriable = new Set<KafkaErrorCode>(['BROKER_UNAVAILABLE', 'FENCED']);

export class KafkaError extends Error {
  override readonly name = 'KafkaError';

  constructor(
    readonly code: KafkaErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  get retriable(): boolean {
    return retriable.has(this.code);
  }
}

/**
 * Whether the same work may succeed when it is tried again, since only a dependency was in the way: an error that says
 * so itself (`retriable`), or one of the client library that it does not call final.
 */
export function isRetriable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('retriable' in error && typeof error.retriable === 'boolean' && error.name === 'KafkaError')
    return error.retriable;
  if ('code' in error && error.code === 'REGISTRY_UNAVAILABLE') return true;
  if (error.name.startsWith('KafkaJS')) return !lasting.has((error as { type?: string }).type ?? '');
  return 'retriable' in error && error.retriable === true;
}

/**
 * Whether the server may just be on its way up, so that waiting heals the error by itself. Who refuses us, by a password,
 * a certificate or a right that is missing, refuses us later too.
 */
export function isPassing(error: unknown): boolean {
  const cause = innermost(error);
  if (!isRetriable(cause)) return false;
  const { name, code, retriable } = cause as { name: string; code?: string; retriable?: boolean };
  if (name === 'KafkaJSConnectionError' && code !== undefined) return unreachable.has(code);
  return retriable !== false;
}

/** kafkajs wraps what made it give up, and calls the wrapping final. */
const wrappings = new Set(['KafkaJSNumberOfRetriesExceeded', 'KafkaJSNonRetriableError']);

function innermost(error: unknown): unknown {
  if (!(error instanceof Error) || !wrappings.has(error.name)) return error;
  return error.cause instanceof Error ? innermost(error.cause) : error;
}

/** Why no connection came about, where the other side may still come up. */
const unreachable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EAI_AGAIN',
  'ENOTFOUND',
]);

/** Protocol errors that no repetition mends. */
const lasting = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'MESSAGE_TOO_LARGE',
  'INVALID_TOPIC_EXCEPTION',
  'UNSUPPORTED_VERSION',
]);
