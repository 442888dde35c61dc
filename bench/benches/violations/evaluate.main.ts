/** Evaluates the events of a folder as the service does; with a third argument, records in place of the inputs of all. */
import { join } from 'node:path';
import type { EventFacts } from '@auditmesh/controls';
import type { AuditEvent, DirectoryChanged } from '@auditmesh/events';
import { type Hear, OurEvaluation } from './our-evaluation.ts';
import { readJson, takeTurn } from './turn.ts';

/** Any time after the directory was made, µs since the epoch. */
const AT = 1_795_000_000_000_000;
const [folder, orderFile, records] = process.argv.slice(2) as [string, string, string?];
const ours = new OurEvaluation(readJson<DirectoryChanged[]>(join(folder, 'directory.json')));
const { events, evaluate } = records ? decoded() : inputs();

let count = 0;
const countBroken: Hear = ({ result }) => {
  if (result !== 'pass') count++;
};

takeTurn(orderFile, {
  events,
  broken: (at) => {
    const names: string[] = [];
    evaluate(at, ({ control, result }) => {
      if (result !== 'pass') names.push(control.name);
    });
    return names;
  },
  count: (at) => {
    count = 0;
    evaluate(at, countBroken);
    return count;
  },
});

interface Work {
  events: number;
  evaluate: (at: number, hear: Hear) => void;
}

function inputs(): Work {
  const all = readJson<EventFacts[]>(join(folder, 'inputs.json'));
  return { events: all.length, evaluate: (at, hear) => ours.of(all[at]!, AT, hear) };
}

function decoded(): Work {
  const all = readJson<AuditEvent[]>(join(folder, 'events.json'));
  return { events: all.length, evaluate: (at, hear) => ours.ofRecord(all[at]!, hear) };
}
