import { directoryLoad } from './directory-load.ts';
import { directLoad, postLoad } from './event-load.ts';
import { ambushes, faultPlan, lostAnswers } from './fault-plan.ts';
import type { FaultStep } from './faults.ts';
import { frameworkLoad } from './framework-load.ts';
import { groupLoad } from './group-load.ts';
import type { LoadStep, PlannedPost } from './load-step.ts';
import { mergeRequestLoad, waitingMergeRequestLoad } from './merge-request-load.ts';
import { poisonBefore, poisonLoad } from './poison-load.ts';
import { largePushLoad, pushLoad, waitingPushLoad } from './push-load.ts';
import { reportLoad } from './report-load.ts';
import { reviews, type Ask } from './review-load.ts';
import { SeededRandom } from './seeded-random.ts';
import { settingsLoad } from './settings-load.ts';
import type { Size } from './sizes.ts';
import { loneLoad, windowLoad } from './window-load.ts';

/** Everything that a run does, and when. The same seed, size and beginning give the same plan. */
export interface Plan {
  /** In order of time. */
  load: LoadStep[];
  posts: PlannedPost[];
  /** What is asked about violations, in the order in which they become known. */
  reviews: Ask[][];
  /** In order of time. */
  faults: FaultStep[];
}

/**
 * @param beganAt when the load begins, µs since the epoch: what happens to merge requests, frameworks and settings is judged
 *   by the directory as it stands then
 */
export function planOf(seed: number, size: Size, beganAt: number): Plan {
  const random = new SeededRandom(seed).fork(size.name);
  const slow = [
    ...largePushLoad(random.fork('large pushes'), size),
    ...waitingPushLoad(random.fork('waiting pushes'), size),
  ];
  const waiting = waitingMergeRequestLoad(random.fork('waiting merge requests'), size, beganAt);
  const timesOf = (steps: LoadStep[]) => steps.map(({ atMs }) => atMs);
  const load = [
    ...windowLoad(random.fork('windows'), size),
    ...loneLoad(random.fork('lone'), size),
    ...directLoad(random.fork('direct'), size),
    ...directoryLoad(random.fork('directory'), size),
    ...pushLoad(random.fork('pushes'), size),
    ...reportLoad(random.fork('reports'), size),
    ...frameworkLoad(random.fork('frameworks'), size, beganAt),
    ...settingsLoad(random.fork('settings'), size, beganAt),
    ...groupLoad(random.fork('groups'), size, beganAt),
    ...mergeRequestLoad(random.fork('merge requests'), size, beganAt),
    ...waiting,
    ...poisonBefore(random.fork('poison before'), slow),
    ...poisonLoad(random.fork('poison'), size),
  ].filter(({ records }) => records.length);
  const faults = [
    ...faultPlan(random.fork('faults'), size),
    ...ambushes(random.fork('ambushes'), 'policy-sync', timesOf(slow)),
    ...ambushes(random.fork('ambushes of violations'), 'violations', timesOf(waiting)),
    ...lostAnswers(random.fork('lost answers'), size),
  ];
  return {
    load: load.sort(byTime),
    posts: postLoad(random.fork('posts'), size).sort(byTime),
    reviews: reviews(random.fork('reviews'), size),
    faults: faults.sort(byTime),
  };
}

const byTime = (a: { atMs: number }, b: { atMs: number }): number => a.atMs - b.atMs;
