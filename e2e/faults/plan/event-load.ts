import { topics } from '@auditmesh/events';
import { someEvent } from './event-shape.ts';
import type { LoadStep, PlannedPost } from './load-step.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Size } from './sizes.ts';

export const DIRECT_SOURCE = 'faults/direct';
const TOGETHER = 10;

/** Events written to the trail by a producer that repeats some of them, at once or later, with the same id. */
export function directLoad(random: SeededRandom, size: Size): LoadStep[] {
  const steps: LoadStep[] = [];
  for (let n = 0; n < size.direct; n += TOGETHER) {
    const records = Array.from({ length: TOGETHER }, (_, i) => {
      const name = `direct-${n + i}`;
      const { log, event } = someEvent(random, DIRECT_SOURCE, name);
      return { id: name, topic: topics.auditEvents, key: log, value: event };
    });
    const atMs = random.int(0, size.loadMs);
    const repeated = records.filter(() => random.chance(0.15)).map((r) => ({ ...r, id: `${r.id}-again` }));
    if (random.chance(0.5)) steps.push({ atMs, records: [...records, ...repeated] });
    else steps.push({ atMs, records }, { atMs: random.int(atMs, size.loadMs), records: repeated });
  }
  return steps;
}

/** Events for the HTTP intake, which a caller repeats until they are accepted, and some once more after that. */
export function postLoad(random: SeededRandom, size: Size): PlannedPost[] {
  return Array.from({ length: size.posts }, (_, n) => ({
    atMs: random.int(0, size.loadMs),
    idempotencyKey: `post-${n}`,
    again: random.chance(0.2),
    body: {
      type: 'member_added',
      actor: { type: 'user', id: String(n), name: `User ${n}` },
      scope: { type: 'project', id: '1000' },
      target: { type: 'user', id: String(n), name: `Target ${n}` },
      message: `Posted ${n}`,
      details: { n },
    },
  }));
}
