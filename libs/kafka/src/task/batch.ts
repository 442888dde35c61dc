import type { Topic } from '@auditmesh/events';
import type { OutgoingRecord } from '../producer/outgoing-record.js';
import type { ConsumedRecord } from '../record.js';

/** Decoded records of one partition, in order of offset. */
export interface Batch<T> {
  readonly topic: Topic<T>;
  readonly partition: number;
  readonly records: readonly ConsumedRecord<T>[];
  /** Where the next batch begins; may be beyond the last record. */
  readonly nextOffset: number;
  /**
   * Records before this offset were in a committed batch already and come again because `holdAt` kept them as state:
   * their effects are done.
   */
  readonly handledBefore: number;
}

/** A batch whose handler reads only some fields of most records. */
export interface PartialBatch<T, K extends keyof T> extends Batch<Pick<T, K>> {
  /** The whole value of a record of the batch. @throws AvroError MALFORMED_RECORD */
  whole(record: ConsumedRecord<Pick<T, K>>): T;
}

/** Why a record went to the dead-letter queue. */
export type DeadLetterCode =
  /** It does not decode. */
  | 'MALFORMED_RECORD'
  /** It decodes but breaks the contract of its topic. */
  | 'INVALID_RECORD'
  /** Its handler failed on it again and again. */
  | 'HANDLER_FAILED';

/** What a handler does with one batch; all of it happens, or none. */
export interface Transaction<S = undefined> {
  readonly partition: number;
  /** What `restore` gave, for this task alone. Thrown away and restored when a transaction fails, so it may be changed in place. */
  readonly state: S;
  /** Adds a record. @throws AvroError INVALID_VALUE */
  send<T>(topic: Topic<T>, record: OutgoingRecord<T>): void;
  /** Puts a record of the batch into the dead-letter queue, with the reason for people; nothing if it was handled before. */
  deadLetter(record: ConsumedRecord, code: DeadLetterCode, reason: string): void;
  /**
   * Commits what was sent so far without moving the input, and goes on in a new transaction. After a crash the batch
   * comes again, so the state must tell what of it is done.
   */
  checkpoint(): Promise<void>;
  /**
   * Keeps the committed offset of the input at `offset` or before it until called again, since the records from there
   * on are the state; undefined lets it follow the position.
   */
  holdAt(topic: Topic<unknown>, offset: number | undefined): void;
}

/** The passing of time, for what falls due without a record. */
export interface Tick {
  /** ms since the epoch. */
  readonly now: number;
  /** Whether everything in the task's inputs was read when this was last asked, at most a second ago. */
  readonly idle: boolean;
  /** The same for one of the inputs. */
  hasRead(topic: Topic<unknown>): boolean;
}

/** What a task reads its state from before it begins. */
export interface RestoreContext {
  readonly partition: number;
  /** The records of a changelog on the task's partition, up to its end as of now, decoded; a tombstone has a null value. */
  changelog<T>(topic: Topic<T>): AsyncGenerator<ConsumedRecord<T | null>[]>;
}
