import { topics, type PolicyFilePushed } from '@auditmesh/events';
import {
  BatchHandler,
  cloudEventHeaders,
  RestoreHandler,
  type Batch,
  type ConsumedRecord,
  type RestoreContext,
  type Transaction,
} from '@auditmesh/kafka';
import { affectedBy, type Directory } from '@auditmesh/policies';
import { Controller } from '@nestjs/common';
import { DirectoryTable } from './directory-table.js';
import { candidatesOf, type KeyedCandidate } from './domain/candidates.js';
import { siteOf } from './domain/site.js';
import { ProjectStates } from './domain/project-states.js';
import { eventsOfPush, type Cause } from './domain/push-events.js';
import { faultOf } from './domain/push-fault.js';
import { changesOfPush } from './domain/push.js';
import {
  fanoutDone,
  fanoutRecord,
  fileRecord,
  pushRecord,
  type StateRecord,
} from './domain/state-records.js';

export const GROUP = 'policy-sync';
/** Candidates of one transaction. */
const TRANSACTION_RECORDS = 20_000;
const SOURCE = 'auditmesh/policy-sync';

/** Candidates that the open transaction still takes. */
interface Budget {
  left: number;
}

@Controller()
export class PolicySyncHandler {
  constructor(private readonly directories: DirectoryTable) {}

  @RestoreHandler(GROUP)
  async restore(context: RestoreContext): Promise<ProjectStates> {
    const states = new ProjectStates();
    for await (const records of context.changelog(topics.policyStates)) {
      for (const { key, value } of records) states.restore(key, value);
    }
    return states;
  }

  /**
   * Emits the candidates of every change, the new state and the offset in one transaction. A fan-out too large for one
   * goes over several: all but the last keep the progress instead of the offset, so a crash resumes it.
   */
  @BatchHandler(GROUP, topics.policyPushes)
  async handle(batch: Batch<PolicyFilePushed>, tx: Transaction<ProjectStates>): Promise<void> {
    const budget: Budget = { left: TRANSACTION_RECORDS };
    for (const record of batch.records) {
      const { value: push, headers, timestamp } = record;
      const fault = faultOf(push, headers, timestamp);
      if (fault) tx.deadLetter(record, 'INVALID_RECORD', fault);
      else if (!tx.state.get(push.policy_project_id).pushes.has(push.push_id))
        await this.apply(record, tx, budget);
    }
  }

  private async apply(
    record: ConsumedRecord<PolicyFilePushed>,
    tx: Transaction<ProjectStates>,
    budget: Budget,
  ): Promise<void> {
    const push = record.value;
    const id = push.policy_project_id;
    const state = tx.state.get(id);
    const resumed = state.fanout?.push_id === push.push_id ? state.fanout : undefined;
    const result = changesOfPush(state.file, push);
    const plan = (directory: Directory, positions: number[]) => {
      const site = siteOf(directory, id);
      const events = eventsOfPush(causeOf(record), site, result, (change) =>
        affectedBy(directory, id, change),
      );
      return { events, log: site.log, positions };
    };
    const { events, log, positions } = resumed
      ? await this.directories.at(resumed.directory_offsets, plan)
      : await this.directories.knowing(id, () => tx.checkpoint(), plan);

    let emitted = resumed?.emitted ?? 0;
    for (const keyed of candidatesOf(events, log, emitted)) {
      sendCandidate(tx, keyed, record.headers.traceparent);
      emitted++;
      if (--budget.left > 0) continue;
      state.fanout = { push_id: push.push_id, emitted, directory_offsets: positions };
      keep(tx, fanoutRecord(id, state.fanout));
      await tx.checkpoint();
      budget.left = TRANSACTION_RECORDS;
    }
    keep(tx, fileRecord(push, result.state));
    keep(tx, pushRecord(push, events.length));
    if (state.fanout) keep(tx, fanoutDone(id));
    state.file = result.state;
    state.pushes.add(push.push_id);
    state.fanout = undefined;
  }
}

function causeOf({ value: push, headers }: ConsumedRecord<PolicyFilePushed>): Cause {
  const { ce_source: source, ce_id: id, traceparent } = headers;
  const traceId = traceparent?.split('-')[1] ?? null;
  return { push, source: source!, id: id!, topic: topics.policyPushes.name, traceId };
}

function sendCandidate(
  tx: Transaction<ProjectStates>,
  { key, candidate }: KeyedCandidate,
  traceparent?: string,
): void {
  const { event: header, type, occurred_at: time } = candidate;
  const headers = header ? cloudEventHeaders({ id: header.id, type, source: SOURCE, time, traceparent }) : {};
  tx.send(topics.auditCandidates, { key, value: candidate, headers });
}

const keep = (tx: Transaction<ProjectStates>, record: StateRecord): void =>
  tx.send(topics.policyStates, { ...record, partition: tx.partition });
