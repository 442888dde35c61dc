import { topics, type MergeRequestChanged } from '@auditmesh/events';
import {
  BatchHandler,
  cloudEventHeaders,
  RestoreHandler,
  TickHandler,
  type Batch,
  type ConsumedRecord,
  type RestoreContext,
  type Tick,
  type Transaction,
} from '@auditmesh/kafka';
import { Controller, Inject } from '@nestjs/common';
import { eventOf, type Circumstances } from '../domain/approvals/approval-events.js';
import { faultOfChange } from '../domain/approvals/change-fault.js';
import { MergeRequestStates, type StateRecord } from '../domain/approvals/merge-request-states.js';
import { isStale, tell } from '../domain/approvals/telling.js';
import { verdictOf } from '../domain/approvals/verdict.js';
import { countTold, countVerdicts, staleRecords } from './approvals-metrics.js';
import { Governance } from './governance.js';

export const APPROVALS_GROUP = 'violations.approvals';
export const MEMORY_MS = Symbol('MEMORY_MS');
const SOURCE = 'auditmesh/violations';
/** Merge requests that one tick forgets. */
const FORGOTTEN_AT_ONCE = 1_000;

type Tx = Transaction<MergeRequestStates>;
type Change = ConsumedRecord<MergeRequestChanged>;

/** Tells which merge requests break approval policies, when they do not any more, and what was merged. */
@Controller()
export class ApprovalsHandler {
  constructor(
    private readonly governance: Governance,
    @Inject(MEMORY_MS) private readonly memoryMs: number,
  ) {}

  @RestoreHandler(APPROVALS_GROUP)
  async restore(context: RestoreContext): Promise<MergeRequestStates> {
    const states = new MergeRequestStates();
    for await (const records of context.changelog(topics.approvalsStates)) {
      for (const { key, value } of records) states.restore(key, value);
    }
    return states;
  }

  /** Emits events, state and offset in one transaction, with the policies as they are when the batch is handled. */
  @BatchHandler(APPROVALS_GROUP, topics.mergeRequestsChanges)
  async handle(batch: Batch<MergeRequestChanged>, tx: Tx): Promise<void> {
    const sound = batch.records.filter((record) => {
      const fault = faultOfChange(record.value, record.key, record.headers, record.timestamp * 1000);
      if (fault) tx.deadLetter(record, 'INVALID_RECORD', fault);
      return !fault;
    });
    const fresh = sound.filter(({ value }) => !isStale(tx.state.get(value), value));
    staleRecords.inc(sound.length - fresh.length);
    if (!fresh.length) return;
    await this.governance.catchUp(
      fresh.map(({ value }) => value.project_id),
      () => tx.checkpoint(),
    );
    for (const record of fresh) this.apply(record, tx);
  }

  /** Forgets merge requests that ended long ago; a record of them that comes again gives the same ids. */
  @TickHandler(APPROVALS_GROUP)
  async tick({ now }: Tick, tx: Tx): Promise<void> {
    for (const record of tx.state.forget((now - this.memoryMs) * 1000, FORGOTTEN_AT_ONCE)) keep(tx, record);
  }

  /** Looks again whether the record is stale, since another one of the batch may have made it so. */
  private apply(record: Change, tx: Tx): void {
    const { value: facts, timestamp } = record;
    const before = tx.state.get(facts);
    if (isStale(before, facts)) return staleRecords.inc();
    const path = facts.project_path ?? this.governance.siteOf(facts.project_id).scope.path;
    const verdicts = this.governance
      .policiesOf(facts.project_id)
      .flatMap((policy) => verdictOf(policy, facts, path) ?? []);
    const { state, told } = tell(before, facts, verdicts, timestamp * 1000);
    const circumstances = this.circumstancesOf(record);
    for (const each of told) {
      const { log, event } = eventOf(each, circumstances);
      const { id, type, occurred_at: time } = event;
      const { traceparent } = record.headers;
      const headers = cloudEventHeaders({ id, type, source: SOURCE, time, traceparent });
      tx.send(topics.auditEvents, { key: log, value: event, headers });
    }
    keep(tx, tx.state.set(state));
    countVerdicts(verdicts);
    countTold(told);
  }

  private circumstancesOf({ value: facts, headers }: Change): Circumstances {
    const { ce_source: source, ce_id: id, traceparent } = headers;
    return {
      facts,
      source: source!,
      id: id!,
      traceId: traceparent?.split('-')[1] ?? null,
      siteOf: (projectId) => this.governance.siteOf(projectId),
    };
  }
}

const keep = (tx: Tx, record: StateRecord): void =>
  tx.send(topics.approvalsStates, { ...record, partition: tx.partition });
