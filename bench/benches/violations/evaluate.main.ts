/** Evaluates the events of a folder as the service does; with a third argument, records in place of the inputs of all. */
import { join } from 'node:path';
import type { Evaluation, EventFacts } from '@auditmesh/controls';
import type { AuditEvent, DirectoryChanged } from '@auditmesh/events';
import { OurEvaluation } from './our-evaluation.ts';
import { readJson, takeTurn } from './turn.ts';

/** Any time after the directory was made, µs since the epoch. */
const AT = 1_795_000_000_000_000;
const [folder, orderFile, records] = process.argv.slice(2) as [string, string, string?];
const ours = new OurEvaluation(readJson<DirectoryChanged[]>(join(folder, 'directory.json')));
const { events, evaluate } = records ? decoded() : inputs();

takeTurn(orderFile, {
  events,
  broken: (at) => evaluate(at).flatMap(({ control, result }) => (result === 'pass' ? [] : [control.name])),
  count: (at) => {
    let broken = 0;
    for (const { result } of evaluate(at)) if (result !== 'pass') broken++;
    return broken;
  },
});

interface Work {
  events: number;
  evaluate: (at: number) => Evaluation[];
}

function inputs(): Work {
  const all = readJson<EventFacts[]>(join(folder, 'inputs.json'));
  return { events: all.length, evaluate: (at) => ours.of(all[at]!, AT) };
}

function decoded(): Work {
  const all = readJson<AuditEvent[]>(join(folder, 'events.json'));
  return { events: all.length, evaluate: (at) => ours.ofRecord(all[at]!) };
}
