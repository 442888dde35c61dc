import type { DirectoryOverTime } from '@auditmesh/compliance';
import type { Period } from './period.js';

/** A framework counted for a project, from one time until before another, µs since the epoch. */
export interface Assignment extends Period {
  project: number;
  /** Full path at its begin. */
  path: string;
}

/** When within the period the framework was assigned to the project, in whatever way. */
export function* assignmentsOf(
  directory: DirectoryOverTime,
  frameworkId: number,
  project: number,
  { from, to }: Period,
): Generator<Assignment> {
  let since: number | undefined;
  for (const at of [from, ...directory.changeTimes(project, from, to).filter((time) => time < to), to]) {
    const counts = at < to && directory.frameworksOf(project, at).some(({ id }) => id === frameworkId);
    if (counts) since ??= at;
    else if (since !== undefined) {
      yield { project, path: directory.project(project, since)!.path, from: since, to: at };
      since = undefined;
    }
  }
}
