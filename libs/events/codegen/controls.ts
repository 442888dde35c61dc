import type { EventExample } from '../src/event-example.ts';
import type { Json } from '../src/event-json.ts';

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** What expressions of controls may read of the details of each type: the name of a family, or a shape. */
export function detailsOfExamples(
  examples: [string, EventExample][],
  families: string[],
): Record<string, Json> {
  return Object.fromEntries(
    examples.map(([type, { event }]) => {
      const family = families.find((name) => event[name] !== undefined && event[name] !== null);
      return [type, family ?? shapeOf(event['details'] ?? {})];
    }),
  );
}

/** The shape of a value, as libs/controls has it; the entries of a list count as one. */
function shapeOf(value: Json): Json {
  if (value === null) return 'any';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'double';
  if (typeof value === 'string') return time.test(value) ? 'time' : 'string';
  if (!Array.isArray(value))
    return { fields: Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shapeOf(each)])) };
  return { list: value.map(shapeOf).reduce(merged, null) ?? 'any' };
}

function merged(one: Json, other: Json): Json {
  if (one === null || JSON.stringify(one) === JSON.stringify(other)) return other;
  const fields = [one, other].map((shape) => (shape as { fields?: { [name: string]: Json } }).fields);
  if (!fields[0] || !fields[1]) return 'any';
  const names = new Set([...Object.keys(fields[0]), ...Object.keys(fields[1])]);
  return {
    fields: Object.fromEntries(
      [...names].map((name) => [
        name,
        merged(fields[0]![name] ?? null, fields[1]![name] ?? fields[0]![name]!),
      ]),
    ),
  };
}
