import { mayTrigger } from '@auditmesh/controls';
import type { AuditEvent, Category } from '@auditmesh/events';
import { fanOut } from './group-event.js';
import { asOf, judge } from './judge.js';
import type { ControlsTask } from './task.js';

/** What is read of every event; the whole of it only where something is to be evaluated. */
export const headFields = ['type', 'category', 'scope', 'occurred_at'] as const;
type Head = Pick<AuditEvent, (typeof headFields)[number]>;

/** A record of `audit.events.v1`. */
export interface EventRecord {
  readonly value: Head;
  /** The log. */
  readonly key: string;
  /** When it was appended, ms since the epoch. */
  readonly timestamp: number;
}

/** Where the whole of a record is found. */
export interface WholeEvents<R extends EventRecord> {
  whole(record: R): AuditEvent;
}

/** Takes in an event of the trail: that of a project is judged, that of a group for all its projects. */
export function takeEvent<R extends EventRecord>(task: ControlsTask, record: R, batch: WholeEvents<R>): void {
  const { type, category, scope, occurred_at } = record.value;
  const isOfProject = scope.type === 'project';
  if ((!isOfProject && scope.type !== 'group') || !mayTrigger(category as Category)) return;
  const recordedAt = record.timestamp * 1_000;
  const at = asOf(occurred_at, recordedAt);
  const id = Number(scope.id);
  if (!isOfProject) {
    fanOut(task, type, id, at, () => ({ event: batch.whole(record), recordedAt }));
    return;
  }
  const plan = task.plans.of(id, type, at);
  if (plan) judge(task, { event: batch.whole(record), recordedAt }, plan, record.key);
  else if (plan === undefined) task.effects.unknown++;
}
