import { randomUUID } from 'node:crypto';
import { Codec } from '@auditmesh/avro';
import { formatMicros, topics, type SecretAccessed } from '@auditmesh/events';
import { secretAccess, type Access, type Ending } from '../access.js';
import { ACCESS_TYPE } from '../envelope.js';
import { endingOf } from '../error-outcome.js';
import { AuditError } from '../errors.js';
import { outboxSettings, type OutboxOptions, type OutboxSettings } from './outbox-options.js';
import type { OutboxClient, OutboxPool, PooledClient } from './outbox-table.js';

const { schema } = topics.secretAccesses;
const SUCCESS: Ending = { outcome: 'success' };

/**
 * Records uses of secrets as rows in the caller's own transaction: record and effect are committed together or not at all.
 * Rows are shipped by an `OutboxRelay`, or by Debezium.
 */
export class OutboxAuditor {
  private constructor(
    private readonly settings: OutboxSettings,
    private readonly codec: Codec<SecretAccessed>,
  ) {}

  /**
   * Asks the registry for the schema's id, which is part of every row. Kafka is not needed.
   *
   * @throws RangeError for options out of bounds, or that the registry does not answer or does not know the schema
   */
  static async open(options: OutboxOptions): Promise<OutboxAuditor> {
    const settings = outboxSettings(options);
    const codec = new Codec<SecretAccessed>(schema, settings.registry);
    await codec.useRegistered(`${settings.topicName}-value`, schema);
    return new OutboxAuditor(settings, codec);
  }

  /** Source of the records. */
  get producerId(): string {
    return this.settings.producerId;
  }

  /**
   * Records an access in the transaction that the client is in.
   *
   * @returns id of the row and of the record
   * @throws AuditError INVALID_ACCESS, OUTBOX_FAILED; the transaction MUST be rolled back then
   */
  async record(client: OutboxClient, access: Access, ending = SUCCESS): Promise<string> {
    const values = this.row(access, ending);
    try {
      await client.query(insertInto(this.settings.table), values);
    } catch (cause) {
      throw failed(cause as Error);
    }
    return values[0] as string;
  }

  /**
   * Lets `use` do the access in a transaction of the pool, records it there, and gives what it gave once both are committed.
   * An error of `use` rolls its work back and is recorded on its own.
   *
   * @param isDenied whether an error of `use` says that it was not allowed; by usual codes and names if left out
   * @throws the error of `use`
   * @throws AuditError if it could not be recorded or committed; what `use` gave MUST NOT be handed out
   */
  async audited<T, C extends PooledClient>(
    pool: OutboxPool<C>,
    access: Access,
    use: (client: C) => T | Promise<T>,
    isDenied?: (error: unknown) => boolean,
  ): Promise<T> {
    const client = await connected(pool);
    let broken = false;
    try {
      const [result] = await this.transaction(client, access, use, isDenied);
      return result;
    } catch (error) {
      broken = error instanceof AuditError;
      throw error;
    } finally {
      client.release(broken);
    }
  }

  private async transaction<T, C extends PooledClient>(
    client: C,
    access: Access,
    use: (client: C) => T | Promise<T>,
    isDenied?: (error: unknown) => boolean,
  ): Promise<[T]> {
    // Before the use: what cannot be recorded is not done.
    secretAccess(access, SUCCESS, 'outbox');
    await client.query('BEGIN').catch(rethrow);
    let result: T;
    try {
      result = await use(client);
    } catch (error) {
      await client.query('ROLLBACK').catch(rethrow);
      await this.record(client, access, endingOf(error, isDenied));
      throw error;
    }
    await this.record(client, access);
    await client.query('COMMIT').catch(rethrow);
    return [result];
  }

  private row(access: Access, ending: Ending): unknown[] {
    const { producerId, topicName, now } = this.settings;
    const occurred_at = now();
    const recorded = secretAccess(access, ending, 'outbox');
    const payload = this.codec.encode({
      kind: 'access',
      producer_id: producerId,
      sequence: 0,
      partition_sequence: 0,
      occurred_at,
      access: recorded,
      heartbeat: null,
    });
    const key = recorded.secret_id;
    const time = formatMicros(occurred_at);
    return [randomUUID(), topicName, key, ACCESS_TYPE, payload, producerId, time, access.traceparent ?? null];
  }
}

const insertInto = (table: string) => `
  INSERT INTO ${table} (id, aggregatetype, aggregateid, type, payload, ce_source, ce_time, traceparent)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;

const connected = <C extends PooledClient>(pool: OutboxPool<C>): Promise<C> => pool.connect().catch(rethrow);

const failed = (cause: Error) =>
  new AuditError('OUTBOX_FAILED', `The access could not be recorded in its transaction: ${cause.message}`, {
    cause,
  });

function rethrow(error: Error): never {
  throw failed(error);
}
