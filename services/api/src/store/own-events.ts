import { topics, type AuditEvent } from '@auditmesh/events';
import { cloudEventHeaders, RecordProducer } from '@auditmesh/kafka';
import { counter, LOG, type Logger } from '@auditmesh/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { LoggedEvent } from '../audit-events/write-once.js';

const RETRY_MS = 2_000;
const BATCH = 500;
/** Causes that this process remembers to be recorded; beyond, the table says so. */
const REMEMBERED = 10_000;

const failures = counter(
  'auditmesh_api_own_events_failures_total',
  'Times that events of the api itself could not be written to Kafka; they wait in PostgreSQL.',
);

/** An event, and what it comes from. */
export type CausedEvent = LoggedEvent & { cause: string };

/**
 * Events of the api itself. They are durable in PostgreSQL before the call that causes them is answered, and go to Kafka
 * behind its back; while Kafka is down they wait.
 */
@Injectable()
export class OwnEvents implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly remembered = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private relaying: Promise<void> | undefined;
  private more = false;

  constructor(
    private readonly source: DataSource,
    private readonly producer: RecordProducer,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.relay(), RETRY_MS).unref();
    this.relay();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.relaying;
  }

  /** Resolves when the event is durable; of several with one cause, from however many processes, the first counts. */
  async record(cause: string, build: () => LoggedEvent): Promise<void> {
    if (this.remembered.has(cause)) return;
    await keep(this.source, { cause, ...build() });
    if (this.remembered.size >= REMEMBERED) this.remembered.clear();
    this.remembered.add(cause);
    this.relay();
  }

  /** Does the work in a transaction with the event that tells of it: either both are durable or neither is. */
  async recordWith<T>(
    work: (rows: EntityManager) => Promise<{ done: T; told: CausedEvent | undefined }>,
  ): Promise<T> {
    const done = await this.source.transaction(async (rows) => {
      const { done, told } = await work(rows);
      if (told) await keep(rows, told);
      return done;
    });
    this.relay();
    return done;
  }

  /** Forgets what was written a day ago; nothing repeats after five minutes. */
  async forgetOld(): Promise<void> {
    await this.source.query(`DELETE FROM ops.own_events WHERE written_at < now() - interval '1 day'`);
  }

  private relay(): void {
    this.more = true;
    this.relaying ??= this.writeAll().finally(() => (this.relaying = undefined));
  }

  private async writeAll(): Promise<void> {
    try {
      while (this.more) {
        this.more = false;
        while ((await this.writeBatch()) === BATCH);
      }
    } catch (error) {
      failures.inc();
      this.log.warn({ err: error }, 'events of the api itself wait to be written, trying again');
    }
  }

  /** A crash between the two writes sends them again, with the same ids. @returns how many were written */
  private async writeBatch(): Promise<number> {
    return this.source.transaction(async (client) => {
      const rows = await client.query<{ cause: string; log: string; event: AuditEvent }[]>(
        `SELECT cause, log, event FROM ops.own_events WHERE written_at IS NULL ORDER BY created_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`,
      );
      if (!rows.length) return 0;
      const records = rows.map(({ log, event }) => ({ key: log, value: event, headers: headersOf(event) }));
      await this.producer.send(topics.auditEvents, records);
      await client.query('UPDATE ops.own_events SET written_at = now() WHERE cause = ANY ($1)', [
        rows.map(({ cause }) => cause),
      ]);
      return rows.length;
    });
  }
}

const headersOf = ({ cause, type, source, occurred_at: time }: AuditEvent) =>
  cloudEventHeaders({ id: cause.id, type, source, time });

const keep = (rows: Pick<EntityManager, 'query'>, { cause, log, event }: CausedEvent): Promise<unknown> =>
  rows.query('INSERT INTO ops.own_events (cause, log, event) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
    cause,
    log,
    JSON.stringify(event),
  ]);
