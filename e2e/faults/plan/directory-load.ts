import { noEntity, topics, type DirectoryChanged, type DirectoryEntry } from '@auditmesh/events';
import { ann, someTime } from './event-shape.ts';
import type { LoadStep, PlannedRecord } from './load-step.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Size } from './sizes.ts';

export const DIRECTORY_SOURCE = 'faults/directory';
const FIRST_PROJECT = 800_000;
const PROJECTS = 20;

/** Projects that come, move and go where no policy project governs, so that the directory changes under faults too. */
export function directoryLoad(random: SeededRandom, size: Size): LoadStep[] {
  return Array.from({ length: size.directoryChanges }, (_, n) => {
    const id = FIRST_PROJECT + random.int(0, PROJECTS - 1);
    const tenant = id % 2 ? '1' : '3';
    const place = { namespace_id: Number(tenant), archived: random.chance(0.5), personal: false };
    const project = { id, path: `t${tenant}/moved-${n}`, ...place, settings: JSON.stringify({ n }) };
    const happened = someTime(random);
    const entity = random.chance(0.2) ? null : { project };
    const record = directoryRecord(`directory-${n}`, tenant, `project/${id}`, entity, happened);
    return { atMs: random.int(0, size.loadMs), records: [record] };
  });
}

/** A change of one entity; null removes it. @param occurred_at µs since the epoch */
export function directoryRecord(
  id: string,
  tenant: string,
  key: string,
  entity: Partial<DirectoryEntry> | null,
  occurred_at: number,
): PlannedRecord {
  const entry = entity && { ...noEntity, tenant, ...entity };
  const rest = { actor: ann, replaces: null, replaced_by: null };
  const value: DirectoryChanged = { key, tenant, occurred_at, entry, ...rest };
  const headers = { ce_specversion: '1.0', ce_id: id, ce_source: DIRECTORY_SOURCE };
  return { id, topic: topics.directoryChanges, key: tenant, value, headers };
}
