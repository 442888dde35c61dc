import { topics } from '@auditmesh/events';
import { Backoff, KafkaClient, pause, Signal, type KafkaOptions, type Log } from '@auditmesh/kafka/producing';
import { silent } from '../auditor-options.js';
import { connectToMesh, type Mesh, type MeshConnection } from '../mesh-connection.js';
import { outboxSettings, type OutboxOptions, type OutboxSettings } from './outbox-options.js';
import type { OutboxPool } from './outbox-table.js';
import { recordOf, RelayHeartbeats } from './outbox-records.js';
import { OutboxTurn } from './outbox-turn.js';

export interface RelayOptions extends Omit<OutboxOptions, 'topicPrefix'> {
  pool: OutboxPool;
  kafka: Omit<KafkaOptions, 'clientId' | 'log'>;
  /** How long it waits after it found nothing; 100 ms if left out. */
  pollMs?: number;
  /** Rows that go together; 500 if left out. */
  batchRows?: number;
  /** 10,000 if left out. */
  heartbeatMs?: number;
  /** Silent if left out; pino fits. */
  log?: Log;
}

const STOP_MS = 5_000;

/**
 * Ships the rows of an outbox in the order of their transactions, and removes what Kafka has. Each row is shipped at least
 * once; its id is the record's. There may be several relays of a table: one works, the others wait to take over.
 *
 * A row is shipped when every transaction that began to write before its own has ended, so one that is never ended holds up
 * all that come after it.
 */
export class OutboxRelay {
  /** Why nothing is shipped at present; undefined while it works, or before the first attempt. */
  outage: Error | undefined;
  private readonly stopping = new AbortController();
  private readonly waking = new Signal();
  private readonly turn: OutboxTurn;
  private connection: MeshConnection | undefined;
  private readonly running: Promise<void>;

  private constructor(
    private readonly settings: OutboxSettings,
    private readonly mesh: Mesh,
    private readonly heartbeats: RelayHeartbeats,
    private readonly options: RelayOptions,
    private readonly log: Log,
  ) {
    this.turn = new OutboxTurn(options.pool, settings, options.batchRows ?? 500);
    this.running = this.run();
  }

  /** Begins to ship; while Kafka, the registry or the database is away it tries for ever. @throws RangeError */
  static start(options: RelayOptions): OutboxRelay {
    const { kafka, log = silent } = options;
    const settings = outboxSettings({ ...options, topicPrefix: kafka.prefix ?? '' });
    const client = new KafkaClient({ clientId: options.name, log, ...kafka });
    const heartbeats = new RelayHeartbeats(settings, options.heartbeatMs ?? 10_000);
    return new OutboxRelay(settings, { client, registry: settings.registry }, heartbeats, options, log);
  }

  /** Says that the silence that follows is in order, and ends. What was not acknowledged stays in the table. */
  async close(): Promise<void> {
    this.stopping.abort();
    this.waking.raise();
    const stopped = new AbortController();
    await Promise.race([this.running, pause(STOP_MS, stopped.signal)]);
    stopped.abort();
    await this.discardConnection();
  }

  private async run(): Promise<void> {
    const backoff = new Backoff();
    while (!this.stopping.signal.aborted) {
      try {
        const connection = (this.connection ??= await connectToMesh(this.mesh));
        const shipped = await this.shipNext(connection);
        backoff.reset();
        if (!shipped) await this.waking.after(0, this.options.pollMs ?? 100);
      } catch (error) {
        this.failed(error as Error);
        await backoff.wait(this.stopping.signal);
      }
    }
    await this.sayGoodbye().catch((err: unknown) => this.log.warn({ err }, 'The relay ends without a sign.'));
    // It may have come after the stop had waited long enough.
    await this.discardConnection();
  }

  /** @returns whether there was something to ship */
  private async shipNext(connection: MeshConnection): Promise<boolean> {
    const shipped = await this.turn.take(async (rows) => {
      const beats = this.heartbeats.due().map((beat) => this.heartbeats.recordOf(beat, connection));
      const records = [...rows.map(recordOf), ...beats];
      if (records.length) await connection.producer.sendEncoded(connection.topicName, records);
      if (beats.length) this.heartbeats.sent();
    });
    if (this.outage) this.log.info({}, 'The outbox is shipped again.');
    this.outage = undefined;
    return shipped > 0;
  }

  private async sayGoodbye(): Promise<void> {
    if (!this.connection || this.outage) return;
    const { producer, topicName } = this.connection;
    const beats = this.heartbeats.last().map((beat) => this.heartbeats.recordOf(beat, this.connection!));
    await producer.sendEncoded(topicName, beats);
  }

  private failed(cause: Error): void {
    if (this.stopping.signal.aborted) return;
    const fields = { err: cause, table: this.settings.table, topic: topics.secretAccesses.name };
    if (this.outage) this.log.debug(fields, 'The outbox is still not shipped.');
    else this.log.warn(fields, 'The outbox is not shipped; its rows stay until it is.');
    this.outage = cause;
    void this.discardConnection();
  }

  private async discardConnection(): Promise<void> {
    const old = this.connection;
    this.connection = undefined;
    await old?.producer.disconnect().catch(() => undefined);
  }
}
