import { topics, type AlertInput, type AlertState } from '@auditmesh/events';
import {
  BatchHandler,
  cloudEventHeaders,
  PartialBatchHandler,
  RestoreHandler,
  TickHandler,
  type Batch,
  type PartialBatch,
  type RestoreContext,
  type Tick,
  type Transaction,
} from '@auditmesh/kafka';
import { Controller, Inject } from '@nestjs/common';
import { SOURCE } from '../domain/alerts/alert-event.js';
import { alertInputOf, useFields, type EventOfUse } from '../domain/alerts/alert-input.js';
import { Alerts } from '../domain/alerts/alerts.js';
import { showEffects, showLag } from './alert-metrics.js';
import { RulesFolder } from './rules-folder.js';

export const ALERTS_GROUP = 'secret-access.alerts';
export const MOST_SUBJECTS = Symbol('MOST_SUBJECTS');
/** What is appended may take so long to be seen, ms; the wall clock goes before stream time only beyond that. */
const PATIENCE_MS = 2_000;

type Tx = Transaction<Alerts>;

/**
 * Finds what the alert rules look for. Each task does two things that share nothing but their transactions: it brings uses
 * of secrets together by tenant, and it evaluates the rules on those of its tenants.
 */
@Controller()
export class AlertsHandler {
  constructor(
    private readonly folder: RulesFolder,
    @Inject(MOST_SUBJECTS) private readonly mostSubjects: number,
  ) {}

  @RestoreHandler(ALERTS_GROUP)
  async restore(context: RestoreContext): Promise<Alerts> {
    const states = new Map<string, AlertState>();
    for await (const records of context.changelog(topics.alertsStates)) {
      for (const { key, value } of records) {
        if (value) states.set(key, value);
        else states.delete(key);
      }
    }
    const alerts = new Alerts(this.mostSubjects);
    alerts.restore(states.values());
    return alerts;
  }

  /** Passes on uses of secrets to the partition of their tenant; everything else, alerts too, ends here. */
  @PartialBatchHandler(ALERTS_GROUP, topics.auditEvents, useFields)
  async bringTogether(batch: PartialBatch<EventOfUse, keyof EventOfUse>, tx: Tx): Promise<void> {
    for (const { value, timestamp } of batch.records) {
      const input = alertInputOf(value, timestamp);
      if (input) tx.send(topics.alertsInputs, { key: input.tenant, value: input });
    }
  }

  /** Writes alerts, state and offset in one transaction. */
  @BatchHandler(ALERTS_GROUP, topics.alertsInputs)
  async evaluate(batch: Batch<AlertInput>, tx: Tx): Promise<void> {
    this.useRules(tx);
    for (const { value, offset } of batch.records) {
      tx.state.add(value, offset);
      showLag(value.appended_at);
    }
    settle(tx);
  }

  /** Takes over rules that have changed; and where nothing comes, the wall clock takes the place of the log's. */
  @TickHandler(ALERTS_GROUP)
  async tick({ now, idle }: Tick, tx: Tx): Promise<void> {
    this.useRules(tx);
    if (idle) tx.state.advance(now - PATIENCE_MS);
    settle(tx);
  }

  private useRules({ state }: Tx): void {
    state.useRules(this.folder.rules, this.folder.readAt);
  }
}

function settle(tx: Tx): void {
  const effects = tx.state.drain();
  for (const { log, event } of effects.events) {
    const { id, type, occurred_at: time } = event;
    const headers = cloudEventHeaders({ id, type, source: SOURCE, time });
    tx.send(topics.auditEvents, { key: log, value: event, headers });
  }
  for (const state of effects.states) tx.send(topics.alertsStates, { ...state, partition: tx.partition });
  showEffects(tx.partition, tx.state, effects);
}
