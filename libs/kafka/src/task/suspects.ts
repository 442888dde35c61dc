import type { Chunk } from '../consumer/chunk.js';

/** Attempts at a single record before it goes to the dead-letter queue. */
export const MAX_ATTEMPTS = 3;

/**
 * Finds the record that makes a handler fail: the records of a failed chunk come one by one the next time, and the one
 * that fails again and again is named. Remembered over the sessions of a task.
 */
export class Suspects {
  private readonly ranges = new Map<string, { from: number; to: number }>();
  private readonly failures = new Map<string, number>();

  /** The chunk in the steps in which it should be handled. */
  *steps(chunk: Chunk): Generator<Chunk> {
    const range = this.ranges.get(chunk.topic);
    const { records } = chunk;
    if (!range || !records.length || records.at(-1)!.offset < range.from || records[0]!.offset >= range.to) {
      yield chunk;
      return;
    }
    for (const [i, record] of records.entries()) {
      const next = records[i + 1];
      yield { ...chunk, records: [record], nextOffset: next ? next.offset : chunk.nextOffset };
    }
  }

  /** Notes that the step failed. @returns whether its single record has failed too often */
  failed(step: Chunk): boolean {
    const { topic, records } = step;
    if (!records.length) return false;
    this.ranges.set(topic, { from: records[0]!.offset, to: records.at(-1)!.offset + 1 });
    if (records.length > 1) return false;
    const id = `${topic}/${records[0]!.offset}`;
    const failures = (this.failures.get(id) ?? 0) + 1;
    this.failures.set(id, failures);
    return failures >= MAX_ATTEMPTS;
  }

  /** Whether the step is a single record that has failed too often. */
  condemned(step: Chunk): boolean {
    return (
      step.records.length === 1 &&
      (this.failures.get(`${step.topic}/${step.records[0]!.offset}`) ?? 0) >= MAX_ATTEMPTS
    );
  }

  passed(step: Chunk): void {
    const range = this.ranges.get(step.topic);
    if (!range || step.nextOffset < range.to) return;
    this.ranges.delete(step.topic);
    this.failures.clear();
  }
}
