/** Evaluates the events of a folder as the service does, from the decoded event to the controls that it breaks. */
import { join } from 'node:path';
import { ControlSets, DirectoryOverTime } from '@auditmesh/compliance';
import { ownControls, type ProjectFacts } from '@auditmesh/controls';
import { Catalog, type AuditEvent, type DirectoryChanged, type Project } from '@auditmesh/events';
import { ROOT } from '../../load/compliance/compliance-directory.ts';
import { readJson, takeTurn } from './turn.ts';

const [folder, orderFile] = process.argv.slice(2) as [string, string];
const directory = new DirectoryOverTime();
readJson<DirectoryChanged[]>(join(folder, 'directory.json')).forEach((change, offset) =>
  directory.apply(change, { micros: 1, partition: 0, offset }),
);
const sets = new ControlSets(new Catalog(), ownControls(), [], false, ({ control, message }) => {
  throw new Error(`${control}: ${message}`);
});
const events = readJson<AuditEvent[]>(join(folder, 'events.json'));
const facts = new WeakMap<Project, ProjectFacts>();

function evaluate(event: AuditEvent) {
  const { scope, occurred_at } = event;
  const { project, required } = directory.standing(Number(scope.id), occurred_at)!;
  return sets.with(directory.controlsOf(ROOT, occurred_at)).evaluate(event, factsOf(project), required);
}

function factsOf(project: Project): ProjectFacts {
  const known = facts.get(project);
  if (known) return known;
  const made = { ...project, settings: JSON.parse(project.settings) as Record<string, unknown> };
  facts.set(project, made);
  return made;
}

takeTurn(orderFile, {
  events: events.length,
  broken: (at) =>
    evaluate(events[at]!).flatMap(({ control, result }) => (result === 'pass' ? [] : [control.name])),
  count: (at) => {
    let broken = 0;
    for (const { result } of evaluate(events[at]!)) if (result !== 'pass') broken++;
    return broken;
  },
});
