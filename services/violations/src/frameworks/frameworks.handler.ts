import { topics, type DirectoryChanged } from '@auditmesh/events';
import {
  BatchHandler,
  cloudEventHeaders,
  RestoreHandler,
  type Batch,
  type ConsumedRecord,
  type Transaction,
} from '@auditmesh/kafka';
import { Controller } from '@nestjs/common';
import { eventsOfChange, type Cause } from '../domain/frameworks/change-events.js';
import { DirectoryState, faultOf } from '../domain/frameworks/directory-state.js';
import { DirectoryHistory } from './directory-history.js';

export const GROUP = 'violations.frameworks';
const SOURCE = 'auditmesh/violations';

/** The directory as a task knows it. */
interface TaskState {
  directory: DirectoryState;
  /** Offset before which all is in it; undefined until the first batch says where the task goes on. */
  position: number | undefined;
}

type Tx = Transaction<TaskState>;

/** Tells who changed which framework, requirement, assignment or control, and what of it. */
@Controller()
export class FrameworksHandler {
  constructor(private readonly history: DirectoryHistory) {}

  @RestoreHandler(GROUP)
  async restore(): Promise<TaskState> {
    return { directory: new DirectoryState(), position: undefined };
  }

  /**
   * Emits and moves the offset in one transaction. What was before a change is what the changes before it left, without
   * those that were set aside, whether they were handled here or before a restart.
   */
  @BatchHandler(GROUP, topics.directoryChanges)
  async handle(batch: Batch<DirectoryChanged>, tx: Tx): Promise<void> {
    const { state } = tx;
    const [first] = batch.records;
    if (first && state.position === undefined) {
      for await (const { change, headers } of this.history.before(tx.partition, first.offset))
        if (faultOf(change, headers) === undefined) state.directory.apply(change);
    }
    state.position = batch.nextOffset;
    for (const record of batch.records) this.tell(record, tx);
  }

  private tell(record: ConsumedRecord<DirectoryChanged>, tx: Tx): void {
    const { value: change, headers } = record;
    const { directory } = tx.state;
    const fault = faultOf(change, headers);
    if (fault !== undefined) return tx.deadLetter(record, 'INVALID_RECORD', fault);
    const changed = directory.apply(change);
    if (!changed) return;
    for (const { log, event } of eventsOfChange(change, changed, causeOf(record), directory)) {
      const { id, type, occurred_at: time } = event;
      const ce = cloudEventHeaders({ id, type, source: SOURCE, time, traceparent: headers.traceparent });
      tx.send(topics.auditEvents, { key: log, value: event, headers: ce });
    }
  }
}

function causeOf({ headers }: ConsumedRecord): Cause {
  const { ce_source: source, ce_id: id, traceparent } = headers;
  const traceId = traceparent?.split('-')[1] ?? null;
  return { source: source!, id: id!, topic: topics.directoryChanges.name, traceId };
}
