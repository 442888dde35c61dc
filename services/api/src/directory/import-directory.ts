import { topics, type Actor, type DirectoryEntry } from '@auditmesh/events';
import { cloudEventHeaders, RecordProducer, type Written } from '@auditmesh/kafka';
import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Problem } from '../problems/problem.js';
import { DirectoryRows } from '../store/directory-rows.js';
import type { DirectoryDocument } from './directory-document.js';
import { entriesOf, foreignNamespaces, type KeyedEntry } from './directory-entries.js';

const SOURCE = 'auditmesh/api';

/** Takes the directory, or a part of it: what is new or different becomes a change, nothing is deleted. */
@Injectable()
export class ImportDirectory {
  constructor(
    private readonly rows: DirectoryRows,
    private readonly producer: RecordProducer,
  ) {}

  /** Resolves when the changes are in Kafka. @throws Problem 400 naming every reference that leads nowhere */
  async import(
    document: DirectoryDocument,
    actor: Actor,
  ): Promise<{ written: Written[]; unchanged: number }> {
    const known = await this.rows.tenants(foreignNamespaces(document));
    const { entries, faults } = entriesOf(document, known);
    if (faults.length)
      throw new Problem(
        400,
        `The directory does not fit together: ${faults[0]!.parameter}: ${faults[0]!.detail}.`,
        faults,
      );
    const before = await this.rows.known(entries.map(({ key }) => key));
    const changed = entries.filter(({ key, entry }) => !isAsBefore(entry, before.get(key)));
    const occurredAt = Date.now() * 1000;
    const records = changed.map((entry) => recordOf(entry, actor, occurredAt));
    const written = records.length ? await this.producer.send(topics.directoryChanges, records) : [];
    return { written, unchanged: entries.length - changed.length };
  }
}

function recordOf({ key, entry }: KeyedEntry, actor: Actor, occurred_at: number) {
  const { tenant } = entry;
  const id = hash('sha256', JSON.stringify([key, entry, occurred_at]), 'hex').slice(0, 32);
  const headers = cloudEventHeaders({
    id,
    type: 'auditmesh.directory.DirectoryChanged',
    source: SOURCE,
    time: occurred_at,
    subject: key,
  });
  return { key: tenant, value: { key, tenant, occurred_at, actor, entry }, headers };
}

/** Whether the row says of every field what the entry says. */
function isAsBefore(
  { tenant, ...families }: DirectoryEntry,
  row: Record<string, unknown> | undefined,
): boolean {
  if (!row || row.tenant !== tenant) return false;
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
