import type { EventType } from './catalog.js';
import { eventId } from './event-id.js';
import type { Json } from './event-json.js';
import type { AuditEvent } from './generated/records.js';
import { topics } from './generated/topics.js';
import { parseMicros } from './micros.js';

/** What `schemas/event-examples` has of a type. */
export interface EventExample {
  /** When events of the type are emitted, for people. */
  emitted: string;
  /**
   * What is distinct about the example: fields of AuditEvent, where times may be RFC 3339, and `details`, an object that
   * stands for the attributes.
   */
  event: { [field: string]: Json };
}

type Schema = string | Schema[] | { type: Schema; logicalType?: string; items?: Schema } | RecordSchema;
interface RecordSchema {
  type: 'record';
  name: string;
  namespace?: string;
  fields: { name: string; type: Schema; default?: Json }[];
}

const event = topics.auditEvents.schema as RecordSchema;
const records = new Map<string, RecordSchema>();
collect(event);

const ann = { id: '17', type: 'user', name: 'Ann Lee', email: 'ann@example.com', ip: '10.1.2.3' };
const scopes: Record<string, Json> = {
  Instance: { type: 'instance' },
  Group: { type: 'group', id: '2', path: 'acme/payments', root_namespace_id: '1' },
  Project: { type: 'project', id: '42', path: 'acme/security-policies', root_namespace_id: '1' },
  User: { type: 'user', id: '17' },
};

const something: EventExample['event'] = { target: { type: 'thing', id: '1', name: 'Something' } };

/**
 * A realistic event of the type: the example, completed by defaults of the schema and by a person, a place and a time.
 *
 * @throws Error naming a field that the schema does not have, or that is missing
 */
export function exampleEvent(type: EventType, example?: EventExample): AuditEvent {
  const scope = scopes[type.scope.includes('Project') ? 'Project' : type.scope[0]!]!;
  const { details, ...given } = example?.event ?? something;
  const common = {
    id: '',
    type: type.name,
    category: type.category ?? 'activity',
    occurred_at: '2026-11-20T10:00:00Z',
    actor: ann,
    scope,
    message: type.description || type.name,
    source: 'auditmesh/api/admin',
    cause: { id: 'example-1' },
    attributes: details === undefined ? null : JSON.stringify(details),
  };
  const whole = complete(event, { ...common, ...given }, type.name) as AuditEvent;
  return { ...whole, id: eventId(whole.occurred_at, whole.source, whole.cause.id, type.name) };
}

/** The value with the schema's defaults where it says nothing. */
function complete(schema: Schema, value: Json | undefined, path: string): unknown {
  if (typeof schema === 'string') {
    const record = records.get(schema);
    if (record) return complete(record, value, path);
    if (value === undefined) throw new Error(`${path} is missing.`);
    return value;
  }
  if (Array.isArray(schema)) {
    const other = schema.find((branch) => branch !== 'null')!;
    return value === undefined || value === null ? null : complete(other, value, path);
  }
  if (isRecord(schema)) return completeRecord(schema, value, path);
  if (Array.isArray(value)) return value.map((item, i) => complete(schema.items!, item, `${path}.${i}`));
  if (schema.logicalType === 'timestamp-micros' && typeof value === 'string') return parseMicros(value);
  if (value === undefined) throw new Error(`${path} is missing.`);
  return value;
}

function completeRecord({ fields }: RecordSchema, value: Json | undefined, path: string): unknown {
  if (value === undefined || value === null || typeof value !== 'object' || Array.isArray(value))
    throw new Error(`${path} must be an object.`);
  const unknown = Object.keys(value).find((name) => !fields.some((field) => field.name === name));
  if (unknown) throw new Error(`${path}.${unknown} is no field of the schema.`);
  return Object.fromEntries(
    fields.map(({ name, type, default: otherwise }) => [
      name,
      complete(type, value[name] === undefined ? otherwise : value[name], `${path}.${name}`),
    ]),
  );
}

function collect(schema: Schema): void {
  if (typeof schema === 'string') return;
  if (Array.isArray(schema)) return schema.forEach(collect);
  if (!isRecord(schema)) return collect(schema.items ?? 'null');
  if (schema.namespace) records.set(`${schema.namespace}.${schema.name}`, schema);
  for (const { type } of schema.fields) collect(type);
}

function isRecord(schema: object): schema is RecordSchema {
  return 'fields' in schema;
}
