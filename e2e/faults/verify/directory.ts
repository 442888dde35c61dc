import type { DirectoryEntry } from '@auditmesh/events';
import type { Evidence } from './evidence.ts';
import { canonical, type Findings } from './findings.ts';

/** Checks that every change became one entry, those of an entity in their order, and that the tables have the newest. */
export function checkDirectory({ directoryChanges, entries, tables }: Evidence, findings: Findings): void {
  const changes = directoryChanges.flatMap(({ value, poison }) => (value ? [{ ...value, poison }] : []));
  const written = Map.groupBy(entries, ({ key }) => key);
  for (const [key, expected] of Map.groupBy(changes, (change) => change.key)) {
    findings.expect(expected.length);
    const found = written.get(key) ?? [];
    const where = `directory entry ${key}`;
    const [should, is] = [expected.map(({ entry }) => entry), found.map(({ value }) => value ?? null)];
    if (is.length < should.length)
      findings.lost(where, `Of ${should.length} changes there are ${is.length}.`);
    else if (is.length > should.length)
      findings.doubled(where, `Of ${should.length} changes there are ${is.length}.`);
    else if (canonical(is) !== canonical(should))
      findings.wrong(where, 'Its entries are not those of its changes, or not in their order.');
    written.delete(key);
  }
  for (const key of written.keys()) findings.wrong(`directory entry ${key}`, 'No change explains it.');
  const newest = new Map(changes.filter(({ poison }) => !poison).map(({ key, entry }) => [key, entry]));
  checkProjects(newest, tables.projects, findings);
}

function checkProjects(
  newest: Map<string, DirectoryEntry | null>,
  rows: Evidence['tables']['projects'],
  findings: Findings,
): void {
  const left = new Map(rows.map((row) => [row.key, row]));
  for (const [key, entry] of newest) {
    const row = left.get(key);
    if (!entry?.project) continue;
    if (!row) findings.lost(`row ${key}`, 'There is none for the newest change.');
    else
      findings.same(
        `row ${key}`,
        'The row',
        [row.path, row.archived],
        [entry.project.path, entry.project.archived],
      );
    left.delete(key);
  }
  for (const key of left.keys()) findings.wrong(`row ${key}`, 'Nothing that was sent last is this row.');
}
