import type { Control, ControlSet, ProjectFacts } from '@auditmesh/controls';
import {
  type ControlSets,
  type ControlsOfTenant,
  type DirectoryOverTime,
  projectFacts,
  type Required,
  type RequirementRef,
  type Standing,
} from '@auditmesh/compliance';
import type { Project } from '@auditmesh/events';
import type { ControlTrack } from './control-tracks.js';
import type { Remembered } from './remembered.js';

/** A control that events of a type trigger and that is required, and why. */
export interface Check {
  readonly control: Control;
  readonly requirements: readonly RequirementRef[];
}

/** What is to be evaluated for a project when an event of a type happens. */
export interface Plan {
  readonly project: ProjectFacts;
  readonly checks: readonly Check[];
  /** Of the same controls. */
  readonly tracks: readonly ControlTrack[];
}

/** A plan for as long as nothing about its project changes. */
interface LastingPlan extends Plan {
  readonly standing: Standing;
  readonly own: ControlsOfTenant;
  readonly from: number;
  readonly until: number;
  /** Of the directory, when this was last found to be valid. */
  revision: number;
}

const noControls: ControlsOfTenant = { controls: [], from: -Infinity, until: Infinity };

/** What is to be evaluated, worked out once for each project and type of event for as long as it holds. */
export class Plans {
  /** By type of event, and then by project: one look into the memory of projects, of which there are many. */
  private readonly byType = new Map<string, Map<number, LastingPlan>>();
  private readonly facts = new WeakMap<Project, ProjectFacts>();
  /** Shared by the projects of which the same is required. */
  private readonly checks = new WeakMap<Required, WeakMap<ControlSet, Map<string, readonly Check[]>>>();

  constructor(
    private readonly directory: DirectoryOverTime,
    private readonly sets: ControlSets,
    private readonly remembered: Remembered,
  ) {}

  /**
   * Null where nothing is to be evaluated, undefined where there is no such project.
   *
   * @param at µs since the epoch
   */
  of(projectId: number, type: string, at: number): Plan | null | undefined {
    let byProject = this.byType.get(type);
    if (!byProject) this.byType.set(type, (byProject = new Map()));
    let plan = byProject.get(projectId);
    if (!plan || plan.revision !== this.directory.revision || at < plan.from || at >= plan.until) {
      plan = this.renewed(plan, projectId, type, at);
      if (!plan) return undefined;
      byProject.set(projectId, plan);
    }
    return plan.checks.length ? plan : null;
  }

  private renewed(
    last: LastingPlan | undefined,
    projectId: number,
    type: string,
    at: number,
  ): LastingPlan | undefined {
    const { directory } = this;
    const standing = directory.standing(projectId, at);
    if (!standing) return undefined;
    const { rootId, project, required } = standing;
    const own = rootId === undefined ? noControls : directory.controlsOf(rootId, at);
    const { revision } = directory;
    if (last?.standing === standing && last.own === own) {
      last.revision = revision;
      return last;
    }
    const checks = this.checksOf(required, this.sets.with(own), type);
    return {
      project: this.factsOf(project),
      checks,
      tracks: checks.map(({ control }) => this.remembered.track(projectId, control.name)),
      from: Math.max(standing.from, own.from),
      until: Math.min(standing.until, own.until),
      ...{ standing, own, revision },
    };
  }

  private factsOf(project: Project): ProjectFacts {
    let facts = this.facts.get(project);
    if (!facts) this.facts.set(project, (facts = projectFacts(project)));
    return facts;
  }

  private checksOf(required: Required, set: ControlSet, type: string): readonly Check[] {
    let bySet = this.checks.get(required);
    if (!bySet) this.checks.set(required, (bySet = new WeakMap()));
    let byType = bySet.get(set);
    if (!byType) bySet.set(set, (byType = new Map()));
    let checks = byType.get(type);
    if (!checks) {
      checks = set.triggeredBy(type).flatMap((control) => {
        const requirements = required.get(control.name);
        return requirements ? [{ control, requirements }] : [];
      });
      byType.set(type, checks);
    }
    return checks;
  }
}
