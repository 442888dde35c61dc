import { describe, expect, it } from '@jest/globals';
import { createLogger } from 'kafkajs/src/loggers/index.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import groupMessagesPerPartition from 'kafkajs/src/producer/groupMessagesPerPartition.js';
import { kafkajsLogCreator, silent } from './logging.js';

/** Each of these fails with kafkajs as it is published; see ADR 0002. */
describe('kafkajs, patched,', () => {
  it('runs no timer on a connection that nothing waits for', () => {
    const logger = createLogger({ level: 0, logCreator: kafkajsLogCreator(silent) });
    const queue = new RequestQueue({
      maxInFlightRequests: null,
      requestTimeout: 1_000,
      enforceRequestTimeout: false,
      clientId: 'x',
      broker: 'x',
      logger,
    });
    queue.scheduleCheckPendingRequests();
    const timer = queue.throttleCheckTimeoutId;
    queue.destroy();
    expect(timer).toBeNull();
  });

  it('groups the records of a partition without copying the group for each', () => {
    const messages = Array.from({ length: 1_000 }, (_, n) => ({ value: String(n) }));
    const iterate = Array.prototype[Symbol.iterator];
    let copies = 0;
    Array.prototype[Symbol.iterator] = function (this: unknown[]) {
      copies++;
      return iterate.call(this);
    };
    try {
      const grouped = groupMessagesPerPartition({
        topic: 't',
        partitionMetadata: [{}],
        messages,
        partitioner: () => 0,
      });
      expect(grouped[0]!.length).toBe(1_000);
    } finally {
      Array.prototype[Symbol.iterator] = iterate;
    }
    expect(copies).toBeLessThan(100);
  });
});
