import {
  type AffectedProjects,
  type Change,
  exceededLimits,
  type PolicyLimits,
  type Site,
} from '@auditmesh/policies';
import { eventsOfStep, type Cause, type PlannedEvent } from './push-events.js';
import { changesOfPush, NO_FILE, type FileState } from './push.js';
import { stepsOf } from './steps.js';

/** What a push gives. */
export interface PushPlan {
  events: PlannedEvent[];
  /** State after the push. */
  state: FileState;
}

/**
 * The events of a push and the state after it.
 *
 * @param before state before the push; undefined for the first of a policy project
 * @param affected projects and warnings by change
 */
export function planOfPush(
  before: FileState | undefined,
  cause: Cause,
  site: Site,
  limits: PolicyLimits,
  affected: (change: Change) => AffectedProjects,
): PushPlan {
  let state = before ?? NO_FILE;
  const events: PlannedEvent[] = [];
  for (const step of stepsOf(cause.push)) {
    const result = changesOfPush(state, step);
    const exceeded = exceededLimits(state.policies, result.state.policies, limits);
    events.push(...eventsOfStep({ cause, step, site, result, exceeded }, affected));
    state = result.state;
  }
  return { events, state };
}
