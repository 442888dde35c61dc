import { topics, type AuditCandidate } from '@auditmesh/events';
import {
  BatchHandler,
  cloudEventHeaders,
  RestoreHandler,
  TickHandler,
  type Batch,
  type RestoreContext,
  type Tick,
  type Transaction,
} from '@auditmesh/kafka';
import { Controller, Inject } from '@nestjs/common';
import type { Emission } from './domain/closing.js';
import { Windows, type WindowLimits } from './domain/windows.js';

export const GROUP = 'consolidator';
export const WINDOW_LIMITS = Symbol('WINDOW_LIMITS');
const SOURCE = 'auditmesh/consolidator';

@Controller()
export class ConsolidatorHandler {
  constructor(@Inject(WINDOW_LIMITS) private readonly limits: WindowLimits) {}

  /** The closed windows; the open ones come again from the input, whose committed offset never passes them. */
  @RestoreHandler(GROUP)
  async restore(context: RestoreContext): Promise<Windows> {
    const windows = new Windows(this.limits);
    for await (const records of context.changelog(topics.consolidatorClosures)) {
      for (const { value } of records) if (value) windows.restore(value);
    }
    return windows;
  }

  /** Emits, records the closures and moves the offset in one transaction; if this throws, none of the three happened. */
  @BatchHandler(GROUP, topics.auditCandidates)
  async handle(batch: Batch<AuditCandidate>, tx: Transaction<Windows>): Promise<void> {
    const windows = tx.state;
    for (const record of batch.records) {
      const fault = windows.faultOf(record.value);
      if (fault) tx.deadLetter(record, 'INVALID_RECORD', fault);
      else
        emit(
          tx,
          windows.add(record.value, record.offset, record.timestamp, record.offset < batch.handledBefore),
        );
    }
    tx.holdAt(topics.auditCandidates, windows.firstUnsettled);
  }

  /** On an idle partition the wall clock takes the place of stream time. */
  @TickHandler(GROUP)
  async tick({ now, idle }: Tick, tx: Transaction<Windows>): Promise<void> {
    if (!idle) return;
    emit(tx, tx.state.advance(now));
    tx.state.forgetOld(now);
    tx.holdAt(topics.auditCandidates, tx.state.firstUnsettled);
  }
}

function emit(tx: Transaction<Windows>, emissions: Emission[]): void {
  for (const { log, event, closure } of emissions) {
    const { id, type, occurred_at: time } = event;
    tx.send(topics.auditEvents, {
      key: log,
      value: event,
      headers: cloudEventHeaders({ id, type, source: SOURCE, time }),
    });
    if (!closure) continue;
    tx.send(topics.consolidatorClosures, {
      key: closure.consolidation_key,
      value: closure,
      partition: tx.partition,
    });
  }
}
