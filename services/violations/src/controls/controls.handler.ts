import { type ControlSets, VIOLATIONS_SOURCE } from '@auditmesh/compliance';
import { topics, type AuditEvent, type ComplianceChange, type ComplianceCommand } from '@auditmesh/events';
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
import { applyCommand } from '../domain/controls/command.js';
import type { Effects } from '../domain/controls/effects.js';
import { failAllOverdue } from '../domain/controls/external-verdicts.js';
import { headFields, takeEvent } from '../domain/controls/event.js';
import { ControlsTask } from '../domain/controls/task.js';
import { showEffects, showLag } from './controls-metrics.js';
import { DirectoryTable } from './directory-table.js';

export const CONTROLS_GROUP = 'violations.controls';
export const CONTROL_SETS = Symbol('CONTROL_SETS');
/** How many candidates one transaction takes. */
export const TRANSACTION_CANDIDATES = Symbol('TRANSACTION_CANDIDATES');

type Tx = Transaction<ControlsTask>;

/** Finds violations of controls, and keeps their history. */
@Controller()
export class ControlsHandler {
  constructor(
    private readonly table: DirectoryTable,
    @Inject(CONTROL_SETS) private readonly sets: ControlSets,
    @Inject(TRANSACTION_CANDIDATES) private readonly candidatesAtOnce: number,
  ) {}

  @RestoreHandler(CONTROLS_GROUP)
  async restore(context: RestoreContext): Promise<ControlsTask> {
    const task = new ControlsTask(this.table.directory, this.sets);
    await task.restore(context.changelog(topics.violationsStates));
    return task;
  }

  /** Writes what the events broke, state and offset in one transaction. */
  @PartialBatchHandler(CONTROLS_GROUP, topics.auditEvents, headFields)
  async evaluate(batch: PartialBatch<AuditEvent, (typeof headFields)[number]>, tx: Tx): Promise<void> {
    await this.table.catchUp();
    for (const record of batch.records) takeEvent(tx.state, record, batch);
    await settle(tx, this.candidatesAtOnce);
    showLag(batch.records.at(-1)!.timestamp);
  }

  /** Does what commands ask; one that cannot be done goes to the dead-letter queue and changes nothing. */
  @BatchHandler(CONTROLS_GROUP, topics.complianceCommands)
  async obey(batch: Batch<ComplianceCommand>, tx: Tx): Promise<void> {
    await this.table.catchUp();
    for (const record of batch.records) {
      const fault = applyCommand(tx.state, record.value, record.key, record.timestamp * 1_000);
      if (fault !== undefined) tx.deadLetter(record, 'INVALID_RECORD', fault);
    }
    await settle(tx, this.candidatesAtOnce);
  }

  @TickHandler(CONTROLS_GROUP)
  async tick({ now, hasRead }: Tick, tx: Tx): Promise<void> {
    const { remembered } = tx.state;
    remembered.forgetCommands(now * 1_000);
    // A verdict that waits to be read may be in time.
    if (remembered.awaited().length && hasRead(topics.complianceCommands)) {
      await this.table.catchUp();
      failAllOverdue(tx.state, now * 1_000);
    }
    await settle(tx, this.candidatesAtOnce);
  }
}

/**
 * Candidates come first: there may be more of them than a transaction takes. After a crash between two nothing else is
 * written, so that all is worked out again, and the consolidator knows each candidate by its ordinal.
 */
async function settle(tx: Tx, candidatesAtOnce: number): Promise<void> {
  const { effects, states } = tx.state.drain();
  await sendCandidates(tx, effects.candidates, candidatesAtOnce);
  for (const { key, value } of effects.changes)
    tx.send(topics.complianceViolations, { key, value, headers: changeHeaders(value) });
  for (const { key, value } of effects.events)
    tx.send(topics.auditEvents, { key, value, headers: headersOf(value.id, value.type, value.occurred_at) });
  for (const state of states) tx.send(topics.violationsStates, { ...state, partition: tx.partition });
  for (const { key, value } of effects.commands)
    tx.send(topics.complianceCommands, {
      ...{ key, value },
      headers: headersOf(value.id, 'compliance_evaluation_asked', value.occurred_at),
    });
  showEffects(tx.partition, tx.state, effects);
}

async function sendCandidates(
  tx: Tx,
  candidates: Effects['candidates'],
  candidatesAtOnce: number,
): Promise<void> {
  let left = candidatesAtOnce;
  for (const { key, value } of candidates) {
    const { ordinal, type, occurred_at } = value;
    const headers = headersOf(`${key}/${ordinal}`, type, occurred_at);
    tx.send(topics.auditCandidates, { key, value, headers });
    if (--left > 0) continue;
    await tx.checkpoint();
    left = candidatesAtOnce;
  }
}

function changeHeaders({ id, detection, transition, comment, link, at }: ComplianceChange) {
  const type = detection
    ? 'compliance_violation_detected'
    : transition
      ? 'compliance_violation_transition'
      : comment
        ? 'compliance_violation_comment'
        : link
          ? 'compliance_violation_link'
          : 'compliance_control_state';
  return headersOf(id, type, at);
}

const headersOf = (id: string, type: string, time: number) =>
  cloudEventHeaders({ id, type, source: VIOLATIONS_SOURCE, time });
