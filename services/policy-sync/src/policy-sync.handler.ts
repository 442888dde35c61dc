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
import { affectedBy, type Directory, type PolicyLimits, siteOf } from '@auditmesh/policies';
import { Controller, Inject } from '@nestjs/common';
import { DirectoryTable, policyProject } from './directory-table.js';
import { candidatesOf, type KeyedCandidate } from './domain/candidates.js';
import { ProjectStates, type ProjectState } from './domain/project-states.js';
import type { Cause } from './domain/push-events.js';
import { faultOf } from './domain/push-fault.js';
import { planOfPush } from './domain/push-plan.js';
import { NO_FILE } from './domain/push.js';
import {
  fanoutDone,
  fanoutRecord,
  fileRecord,
  pushRecord,
  skippedDone,
  skippedRecord,
  type StateRecord,
} from './domain/state-records.js';
import { heldBack, ROLLOUT, type Rollout } from './rollout.js';

export const GROUP = 'policy-sync';
export const LIMITS = Symbol('LIMITS');
/** Candidates of one transaction. */
const TRANSACTION_RECORDS = 20_000;
export const SOURCE = 'auditmesh/policy-sync';

/** Candidates that the open transaction still takes. */
interface Budget {
  left: number;
}

type Push = ConsumedRecord<PolicyFilePushed>;
type Tx = Transaction<ProjectStates>;

/** Turns pushes of policy files into candidates of audit events. */
@Controller()
export class PolicySyncHandler {
  constructor(
    private readonly directories: DirectoryTable,
    @Inject(LIMITS) private readonly limits: PolicyLimits,
    @Inject(ROLLOUT) private readonly rollout: Rollout,
  ) {}

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
  async handle(batch: Batch<PolicyFilePushed>, tx: Tx): Promise<void> {
    const budget: Budget = { left: TRANSACTION_RECORDS };
    for (const record of batch.records) {
      const { value: push, headers, timestamp } = record;
      const fault = faultOf(push, headers, timestamp);
      if (fault) tx.deadLetter(record, 'INVALID_RECORD', fault);
      else if (!tx.state.get(push.policy_project_id).pushes.has(push.push_id))
        await this.apply(record, tx, budget);
    }
  }

  /**
   * The state moves on whether or not the rollout flag lets the events pass. A push whose events did not pass is
   * remembered with the state before it; when it comes again, its events are emitted and the state stays.
   */
  private async apply(record: Push, tx: Tx, budget: Budget): Promise<void> {
    const push = record.value;
    const id = push.policy_project_id;
    const state = tx.state.get(id);
    const skippedBefore = state.skipped.get(push.push_id);
    const before = skippedBefore ?? state.file;
    const resumed = state.fanout?.push_id === push.push_id ? state.fanout : undefined;
    const look = (directory: Directory, positions: number[]) => {
      const site = siteOf(directory, id);
      const affected = affectedBy.bind(undefined, directory, id);
      return { ...planOfPush(before, causeOf(record), site, this.limits, affected), site, positions };
    };
    const plan = resumed
      ? await this.directories.at(resumed.directory_offsets, look)
      : await this.directories.knowing(policyProject(id), () => tx.checkpoint(), look);
    const { on, variant } = resumed?.variant
      ? { on: true, variant: resumed.variant }
      : this.rollout(plan.site.scope.root_namespace_id);

    if (on || resumed) {
      const skip = resumed?.emitted ?? 0;
      const candidates = candidatesOf(plan.events, { log: plan.site.log, variant, skip });
      const progress = { push_id: push.push_id, emitted: skip, directory_offsets: plan.positions, variant };
      for (const keyed of candidates) {
        sendCandidate(tx, keyed, record.headers.traceparent);
        progress.emitted++;
        if (--budget.left > 0) continue;
        state.fanout = { ...progress };
        keep(tx, fanoutRecord(id, state.fanout));
        await tx.checkpoint();
        budget.left = TRANSACTION_RECORDS;
      }
      markEmitted(tx, state, push, plan.events.length);
    } else if (!skippedBefore) {
      markSkipped(tx, state, push, plan.events.length);
    }
    if (skippedBefore) return;
    state.file = plan.state;
    keep(tx, fileRecord(push, plan.state));
  }
}

function markEmitted(tx: Tx, state: ProjectState, push: PolicyFilePushed, events: number): void {
  keep(tx, pushRecord(push, events));
  if (state.fanout) keep(tx, fanoutDone(push.policy_project_id));
  if (state.skipped.delete(push.push_id)) keep(tx, skippedDone(push));
  state.pushes.add(push.push_id);
  state.fanout = undefined;
}

/** @param state before the push */
function markSkipped(tx: Tx, state: ProjectState, push: PolicyFilePushed, events: number): void {
  const before = state.file ?? NO_FILE;
  heldBack.inc({ kind: 'push' });
  keep(tx, pushRecord(push, events, true));
  keep(tx, skippedRecord(push, before));
  state.skipped.set(push.push_id, before);
}

function causeOf({ value: push, headers }: Push): Cause {
  const { ce_source: source, ce_id: id, traceparent } = headers;
  const traceId = traceparent?.split('-')[1] ?? null;
  return { push, source: source!, id: id!, topic: topics.policyPushes.name, traceId };
}

/** Adds a candidate; one that carries an event has that event's id. */
export function sendCandidate(tx: Tx, { key, candidate }: KeyedCandidate, traceparent?: string): void {
  const { event: header, type, occurred_at: time } = candidate;
  const headers = header ? cloudEventHeaders({ id: header.id, type, source: SOURCE, time, traceparent }) : {};
  tx.send(topics.auditCandidates, { key, value: candidate, headers });
}

const keep = (tx: Tx, record: StateRecord): void =>
  tx.send(topics.policyStates, { ...record, partition: tx.partition });
