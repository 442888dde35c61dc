import type { DeadLetterCode } from './batch.js';

/** What happens to tasks, for metrics. Topics by their names on the cluster. */
export interface TaskEvents {
  handled(topic: string, partition: number, records: number): void;
  /** Records of the partition not yet read, from the true position and not from the committed offset. */
  lag(topic: string, partition: number, records: number): void;
  deadLetter(topic: string, code: DeadLetterCode): void;
  /** A task began again; retriable: because of a dependency. */
  restarted(partition: number, retriable: boolean): void;
  /** Records that expired before they were read: the trail has a gap that nothing can fill. */
  expired(topic: string, partition: number, records: number): void;
  /** The group has given us these partition numbers. */
  assigned(partitions: number[]): void;
}

export const unobserved: TaskEvents = {
  handled() {},
  lag() {},
  deadLetter() {},
  restarted() {},
  expired() {},
  assigned() {},
};
