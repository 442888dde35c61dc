import { topics, type AuditCandidate, type Closure } from '@auditmesh/events';
import {
  cloudEventHeaders,
  PartialBatchHandler,
  RestoreHandler,
  TickHandler,
  type ConsumedRecord,
  type PartialBatch,
  type RestoreContext,
  type Tick,
  type Transaction,
} from '@auditmesh/kafka';
import { Controller, Inject } from '@nestjs/common';
import { faultOfWhole, headFields, type CandidateHead } from './domain/candidate.js';
import type { Emission } from './domain/emission.js';
import type { WindowLimits } from './domain/window.js';
import { Windows } from './domain/windows.js';
import { showOpenWindows } from './open-windows.js';

export const GROUP = 'consolidator';
export const WINDOW_LIMITS = Symbol('WINDOW_LIMITS');
type CandidateBatch = PartialBatch<AuditCandidate, keyof CandidateHead>;
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
  @PartialBatchHandler(GROUP, topics.auditCandidates, headFields)
  async handle(batch: CandidateBatch, tx: Transaction<Windows>): Promise<void> {
    const windows = tx.state;
    for (const record of batch.records) {
      const { value: head, offset, timestamp } = record;
      const fault = windows.faultOf(head);
      if (fault) {
        tx.deadLetter(record, 'INVALID_RECORD', fault);
        continue;
      }
      const whole = windows.needsWhole(head, timestamp) ? wholeOf(record, batch, tx) : undefined;
      if (whole === null) continue;
      emit(tx, windows.add(head, offset, timestamp, whole, offset < batch.handledBefore));
    }
    settle(tx);
  }

  /** On an idle partition the wall clock takes the place of stream time. */
  @TickHandler(GROUP)
  async tick({ now, idle }: Tick, tx: Transaction<Windows>): Promise<void> {
    if (!idle) return;
    emit(tx, tx.state.advance(now));
    tx.state.forgetOld(now);
    settle(tx);
  }
}

/** Keeps the input from the oldest open window on, since that is its state. */
function settle(tx: Transaction<Windows>): void {
  tx.holdAt(topics.auditCandidates, tx.state.firstUnsettled);
  showOpenWindows(tx.partition, tx.state.openCount);
}

/** The whole candidate; null after it went to the dead-letter queue. */
function wholeOf(
  record: ConsumedRecord<CandidateHead>,
  batch: CandidateBatch,
  tx: Transaction<Windows>,
): AuditCandidate | null {
  try {
    const whole = batch.whole(record);
    const fault = faultOfWhole(whole);
    if (!fault) return whole;
    tx.deadLetter(record, 'INVALID_RECORD', fault);
  } catch (error) {
    tx.deadLetter(record, 'MALFORMED_RECORD', (error as Error).message);
  }
  return null;
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
      key: closureKey(closure),
      value: closure,
      partition: tx.partition,
    });
  }
}

/** A closure of numbered members contains those before it and takes their place; the others are all kept. */
const closureKey = ({ consolidation_key: key, number, unnumbered }: Closure): string =>
  unnumbered && number > 0 ? `${key}#${number}` : key;
