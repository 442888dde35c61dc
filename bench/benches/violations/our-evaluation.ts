import { ControlSets, DirectoryOverTime, projectFacts } from '@auditmesh/compliance';
import {
  type Control,
  evaluateLightly,
  type Evaluation,
  type EventFacts,
  eventFacts,
  ownControls,
  type ProjectFacts,
} from '@auditmesh/controls';
import { Catalog, type AuditEvent, type DirectoryChanged } from '@auditmesh/events';
import { ROOT } from '../../load/compliance/compliance-directory.ts';

/** What is required of a project, for as long as nothing about it changes, as the service keeps it. */
interface Plan {
  from: number;
  until: number;
  project: ProjectFacts;
  /** By type of event. */
  controls: Map<string, readonly Control[]>;
}

/** Our evaluation as the service does it: the directory at the time of the event, and what the controls required say. */
export class OurEvaluation {
  private readonly directory = new DirectoryOverTime();
  private readonly plans = new Map<number, Plan>();
  /** Shared by the projects of which the same is required. */
  private readonly shared = new WeakMap<object, Plan['controls']>();
  private readonly sets = new ControlSets(new Catalog(), ownControls(), [], false, ({ control, message }) => {
    throw new Error(`${control}: ${message}`);
  });

  constructor(changes: Iterable<DirectoryChanged>) {
    let offset = 0;
    for (const change of changes) this.directory.apply(change, { micros: 1, partition: 0, offset: offset++ });
  }

  /** Of an event as it is decoded from its record: its details may be text that is to be parsed. */
  ofRecord(event: AuditEvent): Evaluation[] {
    return this.of(eventFacts(event), event.occurred_at);
  }

  /** Of an event as the API gives it. @param at µs since the epoch */
  of(event: EventFacts, at: number): Evaluation[] {
    const id = Number(event.scope.id);
    let plan = this.plans.get(id);
    if (!plan || at < plan.from || at >= plan.until) plan = this.planned(id, at);
    const controls = plan.controls.get(event.type) ?? this.required(plan, id, event.type, at);
    const facts = { event, project: plan.project };
    const evaluations = new Array<Evaluation>(controls.length);
    for (let n = 0; n < controls.length; n++) evaluations[n] = evaluateLightly(controls[n]!, facts);
    return evaluations;
  }

  private planned(id: number, at: number): Plan {
    const { project, required, from, until } = this.directory.standing(id, at)!;
    let controls = this.shared.get(required);
    if (!controls) this.shared.set(required, (controls = new Map()));
    const plan = { from, until, project: projectFacts(project), controls };
    this.plans.set(id, plan);
    return plan;
  }

  private required({ controls }: Plan, id: number, type: string, at: number): readonly Control[] {
    const { required } = this.directory.standing(id, at)!;
    const set = this.sets.with(this.directory.controlsOf(ROOT, at));
    const wanted = set.triggeredBy(type).filter(({ name }) => required.has(name));
    controls.set(type, wanted);
    return wanted;
  }
}
