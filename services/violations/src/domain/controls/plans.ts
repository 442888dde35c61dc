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

/** The plans of a project for as long as nothing about it changes. */
interface ProjectPlans {
  readonly standing: Standing;
  readonly own: ControlsOfTenant;
  readonly from: number;
  readonly until: number;
  /** Of the directory, when this was last found to be valid. */
  revision: number;
  readonly project: ProjectFacts;
  readonly byType: Map<string, Plan | null>;
}

const noControls: ControlsOfTenant = { controls: [], from: -Infinity, until: Infinity };

/** What is to be evaluated, worked out once for each project and type of event for as long as it holds. */
export class Plans {
  private readonly byProject = new Map<number, ProjectPlans>();
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
    let plans = this.byProject.get(projectId);
    if (!plans || plans.revision !== this.directory.revision || at < plans.from || at >= plans.until)
      plans = this.renewed(plans, projectId, at);
    if (!plans) return undefined;
    let plan = plans.byType.get(type);
    if (plan === undefined) plans.byType.set(type, (plan = this.make(plans, type)));
    return plan;
  }

  private renewed(last: ProjectPlans | undefined, projectId: number, at: number): ProjectPlans | undefined {
    const { directory } = this;
    const standing = directory.standing(projectId, at);
    if (!standing) return undefined;
    const { rootId } = standing;
    const own = rootId === undefined ? noControls : directory.controlsOf(rootId, at);
    const { revision } = directory;
    if (last?.standing === standing && last.own === own) {
      last.revision = revision;
      return last;
    }
    const plans: ProjectPlans = {
      ...{ standing, own, revision },
      from: Math.max(standing.from, own.from),
      until: Math.min(standing.until, own.until),
      project: projectFacts(standing.project),
      byType: new Map(),
    };
    this.byProject.set(projectId, plans);
    return plans;
  }

  private make({ standing, own, project }: ProjectPlans, type: string): Plan | null {
    const checks = this.checksOf(standing.required, this.sets.with(own), type);
    if (!checks.length) return null;
    const tracks = checks.map(({ control }) => this.remembered.track(project.id, control.name));
    return { project, checks, tracks };
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
