import { directoryLoad } from './directory-load.ts';
import { directoryOf, type PlannedDirectory } from './directory.ts';
import { directLoad, postLoad } from './event-load.ts';
import { ambushes, faultPlan, lostAnswers } from './fault-plan.ts';
import type { FaultStep } from './faults.ts';
import type { LoadStep, PlannedPost } from './load-step.ts';
import { poisonBefore, poisonLoad } from './poison-load.ts';
import { largePushLoad, pushLoad, waitingPushLoad } from './push-load.ts';
import { reportLoad } from './report-load.ts';
import { SeededRandom } from './seeded-random.ts';
import type { Size } from './sizes.ts';
import { loneLoad, windowLoad } from './window-load.ts';

/** Everything that a run does, and when. The same seed and size give the same plan. */
export interface Plan {
  directory: PlannedDirectory;
  /** In order of time. */
  load: LoadStep[];
  posts: PlannedPost[];
  /** In order of time. */
  faults: FaultStep[];
}

export function planOf(seed: number, size: Size): Plan {
  const random = new SeededRandom(seed).fork(size.name);
  const slow = [
    ...largePushLoad(random.fork('large pushes'), size),
    ...waitingPushLoad(random.fork('waiting pushes'), size),
  ];
  const load = [
    ...windowLoad(random.fork('windows'), size),
    ...loneLoad(random.fork('lone'), size),
    ...directLoad(random.fork('direct'), size),
    ...directoryLoad(random.fork('directory'), size),
    ...pushLoad(random.fork('pushes'), size),
    ...reportLoad(random.fork('reports'), size),
    ...poisonBefore(random.fork('poison before'), slow),
    ...poisonLoad(random.fork('poison'), size),
  ].filter(({ records }) => records.length);
  const faults = [
    ...faultPlan(random.fork('faults'), size),
    ...ambushes(
      random.fork('ambushes'),
      'policy-sync',
      slow.map(({ atMs }) => atMs),
    ),
    ...lostAnswers(random.fork('lost answers'), size),
  ];
  return {
    directory: directoryOf(size),
    load: load.sort(byTime),
    posts: postLoad(random.fork('posts'), size).sort(byTime),
    faults: faults.sort(byTime),
  };
}

const byTime = (a: { atMs: number }, b: { atMs: number }): number => a.atMs - b.atMs;
