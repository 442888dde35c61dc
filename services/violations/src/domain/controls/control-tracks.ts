import type { ProjectControlState } from '@auditmesh/events';
import type { Row } from './violation-table.js';

/** What is known of a control besides its violations. */
export type StateOfControl = 'pass' | 'indeterminate' | 'pending' | 'fail';

/** A control of a project. Times are µs since the epoch. */
export interface ControlTrack {
  /** From 0, for the table of violations. */
  readonly number: number;
  readonly projectId: number;
  readonly control: string;
  /** As of the latest evaluation or verdict that counted; null before the first. */
  state: StateOfControl | null;
  /** Time of the earliest that counted. */
  firstAt: number;
  /** Until when it is known; what is not as new as that comes late. */
  latestAt: number;
  /** Of a pending one: when it fails without a verdict. */
  dueAt: number | null;
  /** Whether the latest status told as an audit event is fail. */
  toldFailing: boolean;
  /** A violation that somebody resolved and that a failing evaluation reopens. */
  toReopen: string | null;
  /** Violations that are open. */
  open: number;
  /** The first in their list. */
  listed: Row | undefined;
}

/** The controls of all projects of a task that anything is known of. */
export class ControlTracks {
  private readonly byProject = new Map<number, Map<string, ControlTrack>>();
  private readonly all: ControlTrack[] = [];

  /** Makes it where there is none. */
  of(projectId: number, control: string): ControlTrack {
    let ofProject = this.byProject.get(projectId);
    if (!ofProject) this.byProject.set(projectId, (ofProject = new Map()));
    let track = ofProject.get(control);
    if (!track) {
      track = newTrack(this.all.length, projectId, control);
      ofProject.set(control, track);
      this.all.push(track);
    }
    return track;
  }

  numbered(number: number): ControlTrack {
    return this.all[number]!;
  }

  [Symbol.iterator](): Iterator<ControlTrack> {
    return this.all[Symbol.iterator]();
  }
}

/** All fields from the beginning, in one order, so that all tracks have one shape. */
const newTrack = (number: number, projectId: number, control: string): ControlTrack => ({
  number,
  projectId,
  control,
  state: null,
  firstAt: Infinity,
  latestAt: -Infinity,
  dueAt: null,
  toldFailing: false,
  toReopen: null,
  open: 0,
  listed: undefined,
});

/** µs. */
const HOUR = 3_600_000_000;

/**
 * An evaluation or verdict without a change was at this time. Times of answers count by the hour: this happens with
 * nearly every event, and what is known MUST be written, or a late event would come to something else after a restart.
 * Doubts count to the microsecond, so that no answer from before ends them.
 *
 * @returns whether more is known now
 */
export function confirm(track: ControlTrack, at: number): boolean {
  const until = track.state === 'indeterminate' ? at : Math.floor(at / HOUR) * HOUR;
  if (until <= track.latestAt) return false;
  track.latestAt = until;
  return true;
}

/** Whether it fails as things stand. */
export const isFailing = ({ open, state }: ControlTrack): boolean => open > 0 || state === 'fail';

export const trackState = (track: ControlTrack): ProjectControlState => ({
  project_id: track.projectId,
  control: track.control,
  state: track.state,
  first_at: track.state === null ? null : track.firstAt,
  latest_at: track.state === null ? null : track.latestAt,
  due_at: track.dueAt,
  told_failing: track.toldFailing,
  to_reopen: track.toReopen,
});

export function restoreTrack(track: ControlTrack, state: ProjectControlState): void {
  track.state = state.state as StateOfControl | null;
  track.firstAt = state.first_at ?? Infinity;
  track.latestAt = state.latest_at ?? -Infinity;
  track.dueAt = state.due_at;
  track.toldFailing = state.told_failing;
  track.toReopen = state.to_reopen;
}
