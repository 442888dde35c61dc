/** Evaluates the events of a folder as the service does. */
import { join } from 'node:path';
import type { AuditEvent, DirectoryChanged } from '@auditmesh/events';
import { OurEvaluation } from './our-evaluation.ts';
import { readJson, takeTurn } from './turn.ts';

const [folder, orderFile] = process.argv.slice(2) as [string, string];
const ours = new OurEvaluation(readJson<DirectoryChanged[]>(join(folder, 'directory.json')));
const events = readJson<AuditEvent[]>(join(folder, 'events.json'));

takeTurn(orderFile, {
  events: events.length,
  broken: (at) =>
    ours.of(events[at]!).flatMap(({ control, result }) => (result === 'pass' ? [] : [control.name])),
  count: (at) => {
    let broken = 0;
    for (const { result } of ours.of(events[at]!)) if (result !== 'pass') broken++;
    return broken;
  },
});
