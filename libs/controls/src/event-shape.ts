import { noDetails, topics } from '@auditmesh/events';
import { eventDetails } from './generated/event-details.js';
import { isRecord, type RecordShape, type Shape } from './shape.js';

type Avro = string | Avro[] | { type: Avro; logicalType?: string; items?: Avro } | AvroRecord;
interface AvroRecord {
  type: 'record';
  name: string;
  fields: { name: string; type: Avro }[];
}

const families: ReadonlySet<string> = new Set(Object.keys(noDetails));
const schema = topics.auditEvents.schema as AvroRecord;
/** By name without namespace, which is unique in the schema. */
const records = new Map<string, AvroRecord>();
collect(schema);
const whole = recordShape(schema).fields;
/** What all events have, as the API names it. */
const common = Object.fromEntries(
  Object.entries(whole).filter(([name]) => !families.has(name) && name !== 'contents'),
);
const shapes = new Map<string, RecordShape>();

/** What events of the type have; the details of a type that does not come with the mesh may be anything. */
export function eventShape(type: string): RecordShape {
  const known = shapes.get(type);
  if (known) return known;
  const shape = { fields: { ...common, details: detailsShape(type) } };
  if (Object.hasOwn(eventDetails, type)) shapes.set(type, shape);
  return shape;
}

function detailsShape(type: string): Shape {
  if (!Object.hasOwn(eventDetails, type)) return 'any';
  const details = eventDetails[type]!;
  if (typeof details !== 'string') return details;
  const family = whole[details]!;
  // What a policy had before and after a change is JSON text in the record, and JSON in the details.
  if (details !== 'policy_change' || !isRecord(family)) return family;
  return {
    fields: { ...family.fields, diff: { list: { fields: { path: 'string', before: 'any', after: 'any' } } } },
  };
}

function shapeOf(avro: Avro): Shape {
  if (Array.isArray(avro)) return shapeOf(avro.find((branch) => branch !== 'null')!);
  if (typeof avro === 'string') {
    const record = records.get(avro.split('.').at(-1)!);
    return record ? recordShape(record) : primitive(avro);
  }
  if ('fields' in avro) return recordShape(avro);
  if (avro.type === 'array') return { list: shapeOf(avro.items!) };
  return avro.logicalType === 'timestamp-micros' ? 'time' : shapeOf(avro.type);
}

function recordShape({ fields }: AvroRecord): RecordShape {
  return { fields: Object.fromEntries(fields.map(({ name, type }) => [name, shapeOf(type)])) };
}

function primitive(name: string): Shape {
  if (name === 'boolean') return 'bool';
  if (name === 'int' || name === 'long') return 'int';
  return name === 'double' ? 'double' : 'string';
}

function collect(avro: Avro): void {
  if (typeof avro === 'string') return;
  if (Array.isArray(avro)) return avro.forEach(collect);
  if (!('fields' in avro)) return collect(avro.items ?? 'null');
  records.set(avro.name, avro);
  for (const { type } of avro.fields) collect(type);
}
