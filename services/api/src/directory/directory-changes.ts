import { hash } from 'node:crypto';
import { topics, type Actor, type DirectoryChanged } from '@auditmesh/events';
import { cloudEventHeaders, RecordProducer, type Written } from '@auditmesh/kafka';
import { Injectable } from '@nestjs/common';
import { DirectoryRows } from '../store/directory-rows.js';
import type { KeyedEntry } from './directory-entries.js';

const SOURCE = 'auditmesh/api';

/** What became of entries: those that were new, different or removed are written. */
export interface ChangesMade {
  written: Written[];
  unchanged: number;
}

/** Makes changes of entries that are not as they are known. */
@Injectable()
export class DirectoryChanges {
  constructor(
    private readonly rows: DirectoryRows,
    private readonly producer: RecordProducer,
  ) {}

  /** Resolves when the changes are in Kafka. */
  async write(entries: KeyedEntry[], actor: Actor): Promise<ChangesMade> {
    const before = await this.rows.known(entries.map(({ key }) => key));
    const changed = entries.filter((entry) => !isAsBefore(entry, before.get(entry.key)));
    const occurredAt = Date.now() * 1000;
    const replaced = replacements(changed, before);
    const records = changed.map((entry) => recordOf(entry, actor, occurredAt, replaced.get(entry.key)));
    const written = records.length ? await this.producer.send(topics.directoryChanges, records) : [];
    return { written, unchanged: entries.length - changed.length };
  }
}

/** What a link takes the place of, or gives its place to: a policy project. */
type Replacement = Partial<Pick<DirectoryChanged, 'replaces' | 'replaced_by'>>;

/** Links to the same group or project of which one ends and one begins in the same change, by key. */
function replacements(changed: KeyedEntry[], before: ReadonlyMap<string, unknown>): Map<string, Replacement> {
  const links = changed.filter(({ entry }) => entry.policy_link);
  const found = new Map<string, Replacement>();
  for (const [, group] of Map.groupBy(links, ({ key }) => key.slice(0, key.lastIndexOf('/')))) {
    const ended = group.filter(({ removed }) => removed);
    const begun = group.filter(({ key, removed }) => !removed && !before.has(key));
    ended.slice(0, begun.length).forEach((end, i) => {
      found.set(end.key, { replaced_by: begun[i]!.entry.policy_link!.policy_project_id });
      found.set(begun[i]!.key, { replaces: end.entry.policy_link!.policy_project_id });
    });
  }
  return found;
}

function recordOf(
  { key, entry, removed }: KeyedEntry,
  actor: Actor,
  occurred_at: number,
  replacement: Replacement = {},
) {
  const { tenant } = entry;
  const id = hash('sha256', JSON.stringify([key, entry, removed, occurred_at]), 'hex').slice(0, 32);
  const headers = cloudEventHeaders({
    id,
    type: 'auditmesh.directory.DirectoryChanged',
    source: SOURCE,
    time: occurred_at,
    subject: key,
  });
  const link = { replaces: null, replaced_by: null, ...replacement };
  const value = { key, tenant, occurred_at, actor, entry: removed ? null : entry, ...link };
  return { key: tenant, value, headers };
}

/** Whether the row says of every field what the entry says, or is not there and the entry is removed. */
function isAsBefore(
  { entry: { tenant, ...families }, removed }: KeyedEntry,
  row: Record<string, unknown> | undefined,
): boolean {
  if (removed || !row) return removed && !row;
  if (row.tenant !== tenant) return false;
  const entity = Object.values(families).find((family) => family !== null) as unknown as Record<
    string,
    unknown
  >;
  return Object.entries(entity).every(
    ([name, value]) =>
      canonical(name === 'settings' ? JSON.parse(String(value)) : value) === canonical(row[name]),
  );
}

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_name, part: unknown) =>
    part && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
