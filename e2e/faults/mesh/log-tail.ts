import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { instances } from '../plan/faults.ts';
import { meshIn } from './proxied-mesh.ts';

const LINES = 6;

/** The last lines that the instances of a group's service have logged. */
export function logTail(dir: string, group: string): string {
  const service = group.split('.')[0]!;
  const own = instances.filter((instance) => instance.startsWith(service));
  return own
    .map((instance) => {
      const lines = readFileSync(join(meshIn(dir), 'logs', `${instance}.log`), 'utf8')
        .trimEnd()
        .split('\n');
      return [`${instance}:`, ...lines.slice(-LINES).map((line) => `  ${line.slice(0, 400)}`)].join('\n');
    })
    .join('\n');
}
