import { topics, type SecretAccessed } from '@auditmesh/events';
import {
  BatchHandler,
  cloudEventHeaders,
  partitionOf,
  RestoreHandler,
  TickHandler,
  type Batch,
  type RestoreContext,
  type Tick,
  type Transaction,
} from '@auditmesh/kafka';
import { Controller, Inject } from '@nestjs/common';
import { accessesTold, missingRecords, repetitions, showState } from './access-metrics.js';
import { DeviceTeller } from './domain/device-telling.js';
import type { UseRules } from './domain/devices/secret-use.js';
import type { WaitingLimits } from './domain/devices/waiting-entries.js';
import { SOURCE } from './domain/producer-event.js';
import type { LoggedEvent } from './domain/secret-event.js';
import type { SeenLimits } from './domain/seen.js';
import { TaskState } from './domain/task-state.js';
import { Teller, type Telling } from './domain/telling.js';
import { PlacesTable } from './places-table.js';

export const GROUP = 'secret-access';
export const SEEN_LIMITS = Symbol('SEEN_LIMITS');
export const WAITING_LIMITS = Symbol('WAITING_LIMITS');
export const USE_RULES = Symbol('USE_RULES');
const { partitions } = topics.secretAccesses;

type Tx = Transaction<TaskState>;

/** Makes audit events of the uses of secrets that producers report, and of the producers' own gaps and silences. */
@Controller()
export class SecretAccessHandler {
  constructor(
    @Inject(SEEN_LIMITS) private readonly limits: SeenLimits,
    @Inject(WAITING_LIMITS) private readonly waiting: WaitingLimits,
    @Inject(USE_RULES) private readonly uses: UseRules,
    private readonly table: PlacesTable,
  ) {}

  @RestoreHandler(GROUP)
  async restore(context: RestoreContext): Promise<TaskState> {
    await this.table.now();
    // Heartbeats come to every partition; one of them is watched.
    const watches = (producerId: string) => partitionOf(producerId, partitions) === context.partition;
    const state = new TaskState(this.limits, watches, this.waiting);
    for await (const records of context.changelog(topics.secretsStates)) {
      for (const { key, value } of records) state.restore(key, value);
    }
    return state;
  }

  /** Emits, keeps the state and moves the offset in one transaction; if this throws, none of the three happened. */
  @BatchHandler(GROUP, topics.secretAccesses)
  async handle(batch: Batch<SecretAccessed>, tx: Tx): Promise<void> {
    const teller = new Teller(tx.state, await this.table.now(), tx.partition);
    let clock = 0;
    for (const record of batch.records) {
      const { value, headers, timestamp } = record;
      clock = Math.max(clock, timestamp * 1_000);
      const telling = teller.tell({ value, headers, appended: timestamp * 1_000 });
      count(telling);
      for (const event of telling.events) emit(tx, event, headers.traceparent);
      if (telling.fault) tx.deadLetter(record, 'INVALID_RECORD', telling.fault);
    }
    for (const event of teller.silences(clock)) emit(tx, event);
    tx.state.seen.forgetOld(clock);
    keepState(tx);
  }

  /** On an idle partition the wall clock takes the place of the log's. */
  @TickHandler(GROUP)
  async tick({ now, idle }: Tick, tx: Tx): Promise<void> {
    if (!idle) return;
    const teller = new Teller(tx.state, this.table.places, tx.partition);
    for (const event of teller.silences(now * 1_000)) emit(tx, event);
    const devices = new DeviceTeller(tx.state, this.table.places, this.uses);
    for (const event of devices.due(now * 1_000)) emit(tx, event);
    tx.state.seen.forgetOld(now * 1_000);
    keepState(tx);
  }
}

/** Writes down what has changed; every handler of the group ends with it. */
export function keepState(tx: Tx): void {
  for (const record of tx.state.takeChanges())
    tx.send(topics.secretsStates, { ...record, partition: tx.partition });
  const { producers, seen, waiting } = tx.state;
  showState(tx.partition, {
    silent: producers.silentCount,
    seen: seen.size,
    waiting: waiting.size,
  });
}

export function emit(tx: Tx, { log, event }: LoggedEvent, traceparent?: string): void {
  const { id, type, occurred_at: time } = event;
  const headers = cloudEventHeaders({ id, type, source: SOURCE, time, traceparent });
  tx.send(topics.auditEvents, { key: log, value: event, headers });
}

function count({ events, repeated, gap }: Telling): void {
  if (repeated) repetitions.inc({ known_by: repeated });
  if (gap) missingRecords.inc(gap.last - gap.first + 1);
  for (const { event } of events)
    if (event.secret_access)
      accessesTold.inc({ type: event.secret_access.access_type, outcome: event.outcome });
}
