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
