import { ControlSets, DirectoryOverTime, projectFacts } from '@auditmesh/compliance';
import { type Evaluation, ownControls, type ProjectFacts } from '@auditmesh/controls';
import { Catalog, type AuditEvent, type DirectoryChanged, type Project } from '@auditmesh/events';
import { ROOT } from '../../load/compliance/compliance-directory.ts';

/** Our evaluation as the service does it: from the decoded event by the directory at its time to what controls say. */
export class OurEvaluation {
  private readonly directory = new DirectoryOverTime();
  private readonly facts = new WeakMap<Project, ProjectFacts>();
  private readonly sets = new ControlSets(new Catalog(), ownControls(), [], false, ({ control, message }) => {
    throw new Error(`${control}: ${message}`);
  });

  constructor(changes: Iterable<DirectoryChanged>) {
    let offset = 0;
    for (const change of changes) this.directory.apply(change, { micros: 1, partition: 0, offset: offset++ });
  }

  of(event: AuditEvent): Evaluation[] {
    const { scope, occurred_at } = event;
    const { project, required } = this.directory.standing(Number(scope.id), occurred_at)!;
    const controls = this.sets.with(this.directory.controlsOf(ROOT, occurred_at));
    return controls.evaluate(event, this.factsOf(project), required);
  }

  /** Parsed once, as long as nothing about the project changes. */
  private factsOf(project: Project): ProjectFacts {
    const known = this.facts.get(project);
    if (known) return known;
    const made = projectFacts(project);
    this.facts.set(project, made);
    return made;
  }
}
