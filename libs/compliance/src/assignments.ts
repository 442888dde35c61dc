import type { Span } from './versions.js';

interface Assignment {
  readonly frameworkId: number;
  readonly from: number;
  until: number;
}

/** Which frameworks name which projects, over time. A framework is told of in the order of its changes. */
export class Assignments {
  private readonly byProject = new Map<number, Assignment[]>();
  private readonly current = new Map<number, ReadonlySet<number>>();

  /**
   * The framework names these projects from now on, and no others.
   *
   * @param from µs since the epoch
   * @returns the projects for which that is new
   */
  assign(frameworkId: number, projects: readonly number[], from: number): number[] {
    const before = this.current.get(frameworkId) ?? new Set();
    const after = new Set(projects);
    const gone = [...before].filter((id) => !after.has(id));
    const come = [...after].filter((id) => !before.has(id));
    for (const id of gone) {
      const open = this.byProject
        .get(id)
        ?.findLast((each) => each.frameworkId === frameworkId && each.until === Infinity);
      if (open) open.until = from;
    }
    for (const id of come) {
      const list = this.byProject.get(id);
      const assignment = { frameworkId, from, until: Infinity };
      if (list) list.push(assignment);
      else this.byProject.set(id, [assignment]);
    }
    this.current.set(frameworkId, after);
    return [...gone, ...come];
  }

  /** Ids of the frameworks that name the project at the time of the span, which ends where others do. */
  within(span: Span, projectId: number): Set<number> {
    const found = new Set<number>();
    for (const { frameworkId, from, until } of this.byProject.get(projectId) ?? []) {
      if (from > span.at) span.end(from);
      else if (until <= span.at) span.begin(until);
      else {
        span.begin(from);
        span.end(until);
        found.add(frameworkId);
      }
    }
    return found;
  }
}
