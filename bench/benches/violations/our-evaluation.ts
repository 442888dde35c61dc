import { ControlSets, DirectoryOverTime, projectFacts, type Required } from '@auditmesh/compliance';
import {
  type Control,
  evaluateLightly,
  type Evaluation,
  type EventFacts,
  eventFacts,
  ownControls,
  type ProjectFacts,
} from '@auditmesh/controls';
import { Catalog, type AuditEvent, type DirectoryChanged, type Project } from '@auditmesh/events';
import { ROOT } from '../../load/compliance/compliance-directory.ts';

/** What is required of a project when an event of a type happens, for as long as nothing about it changes. */
interface Plan {
  from: number;
  until: number;
  project: ProjectFacts;
  controls: readonly Control[];
}

/** Is told what each control says of an event. */
export type Hear = (evaluation: Evaluation) => void;

/** Our evaluation as the service does it: the directory at the time of the event, and what the controls required say. */
export class OurEvaluation {
  private readonly directory = new DirectoryOverTime();
  private readonly plans = new Map<string, Map<number, Plan>>();
  /** Shared by the projects of which the same is required; by type of event. */
  private readonly shared = new WeakMap<object, Map<string, readonly Control[]>>();
  private readonly facts = new WeakMap<Project, ProjectFacts>();
  private readonly sets = new ControlSets(new Catalog(), ownControls(), [], false, ({ control, message }) => {
    throw new Error(`${control}: ${message}`);
  });

  constructor(changes: Iterable<DirectoryChanged>) {
    let offset = 0;
    for (const change of changes) this.directory.apply(change, { micros: 1, partition: 0, offset: offset++ });
  }

  /** Of an event as it is decoded from its record: its details may be text that is to be parsed. */
  ofRecord(event: AuditEvent, hear: Hear): void {
    this.of(eventFacts(event), event.occurred_at, hear);
  }

  /**
   * Of an event as the API gives it. Nothing is kept of what is heard, as in the service.
   *
   * @param at µs since the epoch
   */
  of(event: EventFacts, at: number, hear: Hear): void {
    const { project, controls } = this.planOf(event, at);
    const facts = { event, project };
    for (let n = 0; n < controls.length; n++) hear(evaluateLightly(controls[n]!, facts));
  }

  private planOf({ type, scope }: EventFacts, at: number): Plan {
    const id = Number(scope.id);
    let ofType = this.plans.get(type);
    if (!ofType) this.plans.set(type, (ofType = new Map()));
    let plan = ofType.get(id);
    if (!plan || at < plan.from || at >= plan.until) ofType.set(id, (plan = this.planned(id, type, at)));
    return plan;
  }

  private planned(id: number, type: string, at: number): Plan {
    const { project, required, from, until } = this.directory.standing(id, at)!;
    let controls = this.shared.get(required);
    if (!controls) this.shared.set(required, (controls = new Map()));
    if (!controls.has(type)) controls.set(type, this.required(required, type, at));
    let facts = this.facts.get(project);
    if (!facts) this.facts.set(project, (facts = projectFacts(project)));
    return { from, until, project: facts, controls: controls.get(type)! };
  }

  private required(required: Required, type: string, at: number): readonly Control[] {
    const set = this.sets.with(this.directory.controlsOf(ROOT, at));
    return set.triggeredBy(type).filter(({ name }) => required.has(name));
  }
}
