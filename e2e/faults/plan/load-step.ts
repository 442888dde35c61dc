import type { Topic } from '@auditmesh/events';

/** Why a record must end in a dead-letter queue, as its header `dlq_code` says there. */
export type Poison = 'MALFORMED_RECORD' | 'INVALID_RECORD' | 'HANDLER_FAILED';

/** How the bytes of a valid record are spoilt. */
export const damages = ['empty', 'magic', 'unknown-schema', 'cut-off', 'too-long', 'no-value'] as const;
export type Damage = (typeof damages)[number];

/** A record to be written. */
export interface PlannedRecord {
  /** Unique in the plan; travels as the header `faults_id`. */
  id: string;
  topic: Topic<unknown>;
  key: string;
  value: unknown;
  /** Besides those of the suite. */
  headers?: Record<string, string>;
  poison?: Poison;
  damage?: Damage;
}

/** Records of one topic that are written together, this long after the beginning. */
export interface LoadStep {
  atMs: number;
  records: PlannedRecord[];
}

/** An event for the HTTP intake. */
export interface PlannedPost {
  atMs: number;
  idempotencyKey: string;
  body: Record<string, unknown>;
  /** Whether it is sent once more after it was accepted. */
  again: boolean;
}

/** Headers by which the suite knows its own records, also in a dead-letter queue. */
export const ID_HEADER = 'faults_id';
export const POISON_HEADER = 'faults_poison';
/** On a push: what the file is, `valid`, `invalid` or `removed`. */
export const FILE_HEADER = 'faults_file';
