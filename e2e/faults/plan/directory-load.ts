import { noEntity, topics, type DirectoryChanged } from '@auditmesh/events';
import { ann, someTime } from './event-shape.ts';
import type { LoadStep } from './load-step.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Size } from './sizes.ts';

const FIRST_PROJECT = 800_000;
const PROJECTS = 20;

/** Projects that come, move and go where no policy project governs, so that the directory changes under faults too. */
export function directoryLoad(random: SeededRandom, size: Size): LoadStep[] {
  return Array.from({ length: size.directoryChanges }, (_, n) => {
    const id = FIRST_PROJECT + random.int(0, PROJECTS - 1);
    const tenant = id % 2 ? '1' : '3';
    const place = { namespace_id: Number(tenant), archived: random.chance(0.5), personal: false };
    const project = { id, path: `t${tenant}/moved-${n}`, ...place, settings: JSON.stringify({ n }) };
    const entry = { ...noEntity, tenant, project };
    const value: DirectoryChanged = {
      key: `project/${id}`,
      tenant,
      occurred_at: someTime(random),
      actor: ann,
      entry: random.chance(0.2) ? null : entry,
      replaces: null,
      replaced_by: null,
    };
    const record = { id: `directory-${n}`, topic: topics.directoryChanges, key: tenant, value };
    return { atMs: random.int(0, size.loadMs), records: [record] };
  });
}
