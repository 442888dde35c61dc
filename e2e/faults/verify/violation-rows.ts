import type { ExpectedChange } from './expected-change.ts';
import type { Findings } from './findings.ts';
import type { Tables } from './tables.ts';
import type { ViolationsModel } from './violations-model.ts';

const statuses = ['detected', 'in_review', 'resolved', 'dismissed'];

/** Checks that the tables have every violation as it stands in the end, with its history, and every state of a control. */
export function checkViolationRows(
  { violations, changes }: ViolationsModel,
  tables: Tables,
  findings: Findings,
): void {
  const left = new Map(tables.violations.map((row) => [row.id, row]));
  for (const [id, { project, control, status, number }] of violations) {
    const row = left.get(id);
    const where = `row of the violation ${id} of ${control} in ${project}`;
    left.delete(id);
    if (!row) findings.lost(where, 'There is none.');
    else {
      const is = [row.project_id, row.control, statuses[row.status], row.changes];
      findings.same(where, 'The row', is, [project, control, status, number]);
    }
  }
  for (const id of left.keys()) findings.wrong(`row of the violation ${id}`, 'There is no such violation.');
  const states = changes.filter(({ family }) => family === 'control_state');
  checkIds('history of violations', tables.violationChanges, without(changes, states), findings);
  checkIds('states of controls', tables.controlStates, states, findings);
}

function checkIds(what: string, rows: string[], expected: ExpectedChange[], findings: Findings): void {
  const left = new Set(rows);
  if (left.size < rows.length) findings.doubled(what, `${rows.length - left.size} rows are there again.`);
  for (const { id, where } of expected)
    if (!left.delete(id)) findings.lost(what, `There is no row of the ${where}.`);
  for (const id of left) findings.wrong(what, `Nothing that was sent explains the row ${id}.`);
}

const without = <T>(list: T[], others: T[]): T[] => list.filter((each) => !others.includes(each));
