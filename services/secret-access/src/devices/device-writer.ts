import type { SecretDeviceEntry } from '@auditmesh/events';
import { topics } from '@auditmesh/events';
import { cloudEventHeaders, KafkaClient, RecordProducer, type OutgoingRecord } from '@auditmesh/kafka';
import { deviceSource } from '../domain/device-use.js';
import type { LostLine } from './lost-line.js';
import { letterOf } from './lost-line.js';

/** What is to be written together. */
export interface DeviceWrite {
  entries: SecretDeviceEntry[];
  lost: LostLine[];
}

/** What it writes with. */
export type Producer = Pick<RecordProducer, 'send' | 'sendEncoded'>;

interface Waiting extends DeviceWrite {
  bytes: number;
  done: () => void;
  fail: (error: unknown) => void;
}

/** There is no room for more lines until Kafka has taken those that wait. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';
}

const LETTER_BYTES = 500;

/**
 * Writes entries and dead letters, acknowledged by all replicas. Whatever waits while one write is on its way goes with
 * the next, so many small writes cost no more than a few large ones.
 */
export class DeviceWriter {
  private waiting: Waiting[] = [];
  private bytes = 0;
  private running: Promise<void> | undefined;

  /** @param queueBytes what may wait, by the size of the lines */
  constructor(
    private readonly client: Pick<KafkaClient, 'name'>,
    /** Opened with the first write. */
    private readonly producer: () => Promise<Producer>,
    private readonly queueBytes: number,
  ) {}

  /**
   * Resolves when all of it is in Kafka.
   *
   * @param bytes size of the lines it was made from
   * @throws QueueFull, or kafkajs errors; then a part of it may be written
   */
  write(write: DeviceWrite, bytes: number): Promise<void> {
    const weight = bytes + write.lost.length * LETTER_BYTES;
    if (this.bytes > 0 && this.bytes + weight > this.queueBytes)
      return Promise.reject(new QueueFull('Too many lines of audit devices wait for Kafka.'));
    this.bytes += weight;
    const written = new Promise<void>((done, fail) =>
      this.waiting.push({ ...write, bytes: weight, done, fail }),
    );
    this.running ??= this.run();
    return written;
  }

  private async run(): Promise<void> {
    while (this.waiting.length) {
      const batch = this.waiting;
      this.waiting = [];
      try {
        await this.send(batch);
        for (const { done } of batch) done();
      } catch (error) {
        for (const { fail } of batch) fail(error);
      }
      for (const { bytes } of batch) this.bytes -= bytes;
    }
    this.running = undefined;
  }

  private async send(batch: Waiting[]): Promise<void> {
    const entries = batch.flatMap((write) => write.entries);
    const lost = batch.flatMap((write) => write.lost);
    const producer = await this.producer();
    if (entries.length) await producer.send(topics.secretDeviceEntries, entries.map(recordOf));
    if (lost.length) await producer.sendEncoded(this.client.name('secret-access.dlq'), lost.map(letterOf));
  }
}

function recordOf(value: SecretDeviceEntry): OutgoingRecord<SecretDeviceEntry> {
  const { kind, device, request_id, occurred_at: time } = value;
  const headers = cloudEventHeaders({
    id: `${request_id}/${kind}`,
    type: 'auditmesh.secret.SecretDeviceEntry',
    source: deviceSource(device),
    time,
  });
  return { key: request_id, value, headers };
}
