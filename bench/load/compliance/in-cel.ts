import type { Condition, Scalar } from './condition.ts';

const functions = { starts: 'startsWith', ends: 'endsWith', contains: 'contains', matches: 'matches' };

/** The condition in CEL. @param entry name of the entry that the fields are of, within a list */
export function inCel(condition: Condition, entry?: string): string {
  const place = (field: string) => (entry === undefined ? field : [entry, field].filter(Boolean).join('.'));
  switch (condition.is) {
    case 'compared':
      return `${place(condition.field)} ${condition.op} ${literal(condition.to)}`;
    case 'field_compared':
      return `${place(condition.field)} ${condition.op} ${place(condition.other)}`;
    case 'size':
      return `size(${place(condition.field)}) ${condition.op} ${condition.to}`;
    case 'text':
      return `${place(condition.field)}.${functions[condition.test]}(${literal(condition.of)})`;
    case 'one_of':
      return `${place(condition.field)} in [${condition.values.map(literal).join(', ')}]`;
    case 'contained':
      return `${literal(condition.value)} in ${place(condition.field)}`;
    case 'entries':
      return `${place(condition.field)}.${condition.are === 'all' ? 'all' : 'exists'}(e, ${inCel(condition.hold, 'e')})`;
    case 'not':
      return `!(${inCel(condition.of, entry)})`;
    case 'all':
      return condition.of.map((each) => `(${inCel(each, entry)})`).join(' && ');
    case 'any':
      return condition.of.map((each) => `(${inCel(each, entry)})`).join(' || ');
  }
}

const literal = (value: Scalar): string => JSON.stringify(value);
