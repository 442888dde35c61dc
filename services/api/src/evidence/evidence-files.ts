import type { DirectoryOverTime } from '@auditmesh/compliance';
import { formatMicros } from '@auditmesh/events';
import type { AuditEventJson } from '../audit-events/audit-event.json.js';
import { complianceRuns } from '../domain/project-compliance.js';
import { csvLine } from '../lists/csv.js';
import { controlFacts, type Rows } from '../store/compliance-facts.js';
import { ViolationChanges } from '../store/violation-changes.js';
import { violationCsvHead, violationCsvLine } from '../violations/violation-csv.js';
import { historyJson, linkHistory } from '../violations/violation-history.json.js';
import type { ViolationJson } from '../violations/violation.json.js';
import type { Assignment } from './framework-assignments.js';
import type { Period } from './period.js';

/** Projects whose facts are in memory at a time. */
const PROJECTS = 100;

export function* projectsCsv(assignments: readonly Assignment[]): Generator<string> {
  yield csvLine(['project_id', 'project_path', 'from', 'to']);
  for (const { project, path, from, to } of assignments)
    yield csvLine([project, path, formatMicros(from), formatMicros(to)]);
}

/** How each project stood to each requirement of the framework, run by run. */
export async function* statusCsv(
  rows: Rows,
  directory: DirectoryOverTime,
  frameworkId: number,
  assignments: readonly Assignment[],
  { from, to }: Period,
): AsyncGenerator<string> {
  yield csvLine([
    ...['project_id', 'project_path', 'requirement_id', 'requirement_name', 'status', 'from', 'to'],
  ]);
  const projects = [...new Set(assignments.map(({ project }) => project))];
  for (let first = 0; first < projects.length; first += PROJECTS) {
    const some = projects.slice(first, first + PROJECTS);
    const facts = await controlFacts(rows, some);
    for (const project of some)
      for (const run of complianceRuns(directory, project, facts.get(project) ?? new Map(), from, to))
        if (run.framework_id === frameworkId)
          yield csvLine([
            project,
            directory.project(project, run.from)?.path ?? null,
            run.requirement_id,
            run.requirement_name,
            run.status,
            formatMicros(run.from),
            formatMicros(run.until),
          ]);
  }
}

export async function* violationsCsv(pages: AsyncIterable<ViolationJson[]>): AsyncGenerator<string> {
  yield violationCsvHead;
  for await (const page of pages) yield page.map(violationCsvLine).join('');
}

/** Each violation with everything that happened to it, and the whole audit event. */
export async function* violationsJsonl(
  rows: Rows,
  pages: AsyncIterable<ViolationJson[]>,
  eventsOf: (violations: ViolationJson[]) => Promise<Map<string, AuditEventJson>>,
): AsyncGenerator<string> {
  const all = new ViolationChanges(rows);
  for await (const page of pages) {
    const changes = Map.groupBy(await all.of(page.map(({ id }) => id)), (row) => row.violation_id);
    const events = await eventsOf(page);
    for (const { audit_event, next_statuses: _, ...violation } of page) {
      const own = changes.get(violation.id) ?? [];
      const { history, comments } = historyJson(own);
      const links = linkHistory(own);
      const event = events.get(audit_event.id) ?? null;
      const whole = { ...violation, history, comments, links, audit_event_id: audit_event.id };
      yield `${JSON.stringify({ ...whole, audit_event: event })}\n`;
    }
  }
}
