import type { Condition, Operator } from './condition.ts';

/** Lines of a rule's body, all of which must hold; several bodies are alternatives. */
type Body = readonly string[];

const opposite: Record<Operator, Operator> = {
  '==': '!=',
  '!=': '==',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
};
const functions = { starts: 'startswith', ends: 'endswith', contains: 'contains' } as const;

/** Bodies in Rego that hold exactly where the condition does not: the form in which Rego's guides write denials. */
export const broken = (condition: Condition): Body[] => bodies(condition, false);

/** @param holds whether the condition is to hold, or not to */
function bodies(condition: Condition, holds: boolean, entry?: string): Body[] {
  const place = (field: string) => placeOf(field, entry);
  const operator = (op: Operator) => (holds ? op : opposite[op]);
  const test = (call: string): Body[] => [[holds ? call : `not ${call}`]];
  switch (condition.is) {
    case 'compared':
      return [[`${place(condition.field)} ${operator(condition.op)} ${JSON.stringify(condition.to)}`]];
    case 'field_compared':
      return [[`${place(condition.field)} ${operator(condition.op)} ${place(condition.other)}`]];
    case 'size':
      return [[`count(${place(condition.field)}) ${operator(condition.op)} ${condition.to}`]];
    case 'text':
      return condition.test === 'matches'
        ? test(`regex.match(\`${condition.of}\`, ${place(condition.field)})`)
        : test(`${functions[condition.test]}(${place(condition.field)}, ${JSON.stringify(condition.of)})`);
    case 'one_of':
      return test(`${place(condition.field)} in {${condition.values.map((each) => `"${each}"`).join(', ')}}`);
    case 'contained':
      return test(`"${condition.value}" in ${place(condition.field)}`);
    case 'entries':
      return entries(condition, holds, place(condition.field));
    case 'not':
      return bodies(condition.of, !holds, entry);
    case 'all':
    case 'any': {
      const parts = condition.of.map((each) => bodies(each, holds, entry));
      return (condition.is === 'all') === holds ? together(parts) : parts.flat();
    }
  }
}

function entries({ are, hold }: Condition & { is: 'entries' }, holds: boolean, list: string): Body[] {
  const inner = bodies(hold, holds, 'e');
  if ((are === 'some') === holds) return inner.map((lines) => [`some e in ${list}`, ...lines]);
  if (inner.length !== 1) throw new Error('A condition on all entries must be one body in Rego.');
  return [[`every e in ${list} { ${inner[0]!.join('; ')} }`]];
}

/** Every way of taking one body of each part. */
function together(parts: Body[][]): Body[] {
  return parts.reduce<Body[]>(
    (sofar, part) => sofar.flatMap((body) => part.map((each) => [...body, ...each])),
    [[]],
  );
}

/** The event is the input; what is known of projects is data. */
function placeOf(field: string, entry: string | undefined): string {
  if (entry !== undefined) return [entry, field].filter(Boolean).join('.');
  return field.replace(/^event\./, 'input.').replace(/^project\./, 'data.projects[input.scope.id].');
}
