import { topics } from '@auditmesh/events';
import { cloudEventHeaders, pause, RecordProducer } from '@auditmesh/kafka';
import { Problem } from '@auditmesh/runtime';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { ReportedAccess } from './record-of-access.js';

/** Records that may wait for Kafka. */
const MAX_WAITING = 20_000;
const PATIENCE_MS = 10_000;

/** Brings reported accesses to `secret.accesses.v1`. */
@Injectable()
export class AccessQueue implements OnApplicationShutdown {
  private waiting = 0;

  constructor(private readonly producer: RecordProducer) {}

  async onApplicationShutdown(): Promise<void> {
    await this.producer.disconnect();
  }

  /**
   * Resolves when all replicas have the records.
   *
   * @throws Problem 503 if Kafka does not take them within 10 s or too many wait; they may be written all the same
   */
  async write(accesses: ReportedAccess[]): Promise<void> {
    if (this.waiting + accesses.length > MAX_WAITING)
      throw new Problem(503, 'Too many accesses wait to be written.');
    const records = accesses.map(({ source, id, value }) => ({
      key: value.access!.secret_id,
      value,
      headers: cloudEventHeaders({
        source,
        id,
        type: 'auditmesh.secret.SecretAccessed',
        time: value.occurred_at,
      }),
    }));
    const sending = this.producer.send(topics.secretAccesses, records);
    this.waiting += accesses.length;
    const written = sending.finally(() => {
      this.waiting -= accesses.length;
    });
    const ended = new AbortController();
    const late = pause(PATIENCE_MS, ended.signal).then(() => 'late');
    try {
      const first = await Promise.race([written, late]);
      if (first === 'late') throw new Problem(503, 'Kafka does not take the accesses.');
    } finally {
      ended.abort();
      written.catch(() => undefined); // where it was late
    }
  }
}
