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
import { failAllOverdue } from '../domain/controls/external-verdicts.js';
import { headFields, takeEvent } from '../domain/controls/event.js';
import { ControlsTask } from '../domain/controls/task.js';
import { showEffects, showLag } from './controls-metrics.js';
import { DirectoryTable } from './directory-table.js';

export const CONTROLS_GROUP = 'violations.controls';
export const CONTROL_SETS = Symbol('CONTROL_SETS');
/** Candidates of one transaction. */
const TRANSACTION_RECORDS = 20_000;

type Tx = Transaction<ControlsTask>;

/** Finds violations of controls, and keeps their history. */
@Controller()
export class ControlsHandler {
  constructor(
    private readonly table: DirectoryTable,
    @Inject(CONTROL_SETS) private readonly sets: ControlSets,
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
    await settle(tx);
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
    await settle(tx);
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
    await settle(tx);
  }
}

/**
 * Candidates come last: there may be more of them than a transaction takes. After a crash between two they are written
 * again, each with its ordinal, and all else is known already.
 */
async function settle(tx: Tx): Promise<void> {
  const { effects, states } = tx.state.drain();
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
  let left = TRANSACTION_RECORDS;
  for (const { key, value } of effects.candidates) {
    const { ordinal, type, occurred_at } = value;
    tx.send(topics.auditCandidates, {
      key,
      value,
      headers: headersOf(`${key}/${ordinal}`, type, occurred_at),
    });
    if (--left > 0) continue;
    await tx.checkpoint();
    left = TRANSACTION_RECORDS;
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
