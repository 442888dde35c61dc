import type { ViolationStatus } from '@auditmesh/compliance';
import type { ComplianceChange, ControlState } from '@auditmesh/events';
import { changeOf, type Occasion } from './changes.js';
import { type ControlTrack, isFailing, type StateOfControl } from './control-tracks.js';
import type { ControlsTask } from './task.js';
import { tellOfViolation, tellStatus } from './told-events.js';
import type { Row } from './violation-table.js';

interface Move {
  to: ViolationStatus;
  automatic: boolean;
  reason: string | null;
}

/** A violation changes its status, which must be allowed. */
export function move(
  task: ControlsTask,
  occasion: Occasion,
  row: Row,
  { to, automatic, reason }: Move,
): void {
  const { remembered } = task;
  const track = remembered.trackOf(row);
  const at = Math.max(remembered.violations.changedAt(row), occasion.at);
  const violation_id = remembered.violations.idOf(row);
  const from = remembered.setStatus(row, to, at);
  const number = remembered.nextNumber(row);
  const then = { ...occasion, at };
  tell(task, then, {
    ...changeOf(track, then, at, violation_id, String(number)),
    transition: { violation_id, number, from, to, automatic, reason },
  });
  const details = { control: track.control, old_status: from, new_status: to, automatic, reason };
  const message = (violation: string) => `Changed ${violation} from ${from} to ${to}`;
  tellOfViolation(task, then, row, number, message, details);
  const toReopen = to === 'resolved' && !automatic ? violation_id : forgotten(track, violation_id);
  if (toReopen === track.toReopen) return;
  track.toReopen = toReopen;
  remembered.changed(track);
}

const forgotten = ({ toReopen }: ControlTrack, violationId: string) =>
  toReopen === violationId ? null : toReopen;

export function comment(task: ControlsTask, occasion: Occasion, row: Row, text: string): void {
  const { remembered } = task;
  const track = remembered.trackOf(row);
  const violation_id = remembered.violations.idOf(row);
  const number = remembered.nextNumber(row);
  tell(task, occasion, {
    ...changeOf(track, occasion, occasion.at, violation_id, String(number)),
    comment: { violation_id, number, text },
  });
  const message = (violation: string) => `Commented on ${violation}`;
  tellOfViolation(task, occasion, row, number, message, { control: track.control, comment: text });
}

interface Link {
  url: string;
  title: string | null;
  removed: boolean;
}

export function link(task: ControlsTask, occasion: Occasion, row: Row, { url, title, removed }: Link): void {
  const { remembered } = task;
  const track = remembered.trackOf(row);
  const violation_id = remembered.violations.idOf(row);
  const number = remembered.nextNumber(row);
  tell(task, occasion, {
    ...changeOf(track, occasion, occasion.at, violation_id, String(number)),
    link: { violation_id, number, url, title, removed },
  });
  const message = (violation: string) =>
    removed ? `Unlinked ${violation}` : `Linked ${violation} to a ticket`;
  tellOfViolation(task, occasion, row, number, message, { control: track.control, url, title, removed });
}

/**
 * A control of a project is in this state from the occasion on. One that came late counts only if it is earlier than all
 * that is known; the same state again says nothing new.
 */
export function enter(
  task: ControlsTask,
  occasion: Occasion,
  track: ControlTrack,
  state: ControlState,
): void {
  const { at } = occasion;
  const isLatest = at >= track.latestAt;
  if (!isLatest && at >= track.firstAt) return;
  const isNew = !isLatest || state.state !== track.state;
  if (!isNew && state.due_at === track.dueAt) return;
  if (isLatest) {
    track.state = state.state as StateOfControl;
    track.latestAt = at;
    track.dueAt = state.due_at;
  }
  track.firstAt = Math.min(track.firstAt, at);
  task.remembered.changed(track);
  if (!isNew && track.state !== 'pending') return;
  tell(task, occasion, { ...changeOf(track, occasion, at, 'state', state.state), control_state: state });
}

/** Tells as an audit event if the control fails from now on, or passes again. */
export function settleStatus(
  task: ControlsTask,
  occasion: Occasion,
  track: ControlTrack,
  quiet = false,
): void {
  const failing = isFailing(track);
  if (failing === track.toldFailing || (!failing && track.state !== 'pass')) return;
  track.toldFailing = failing;
  task.remembered.changed(track);
  if (!quiet) tellStatus(task, occasion, track, failing ? 'fail' : 'pass');
}

export function tell({ effects }: ControlsTask, { log }: Occasion, value: ComplianceChange): void {
  effects.changes.push({ key: log, value });
}
