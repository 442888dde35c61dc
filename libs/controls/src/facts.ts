import {
  type AuditEvent,
  detailsJson,
  type EventJson,
  type FieldChange,
  formatMicros,
  parseMicros,
} from '@auditmesh/events';
import { MAX_ENTRIES } from './cel.js';
import { described, isList, isRecord, type Shape } from './shape.js';

/** A project, as it was when the event happened. */
export interface ProjectFacts {
  readonly id: number;
  readonly path: string;
  readonly namespace_id: number;
  readonly archived: boolean;
  readonly personal: boolean;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What controls are evaluated on. */
export interface Facts {
  /** Null where there is no event, as when settings alone are looked at. */
  readonly event: EventFacts | null;
  readonly project: ProjectFacts | null;
}
/** An event in the shape of the API; its times may also be µs since the epoch. */
export type EventFacts = Omit<EventJson, 'occurred_at' | 'details'> & {
  readonly occurred_at: number | string;
  readonly details: unknown;
};

/** A field of the facts that a program reads. */
export interface FactRead {
  readonly path: string;
  readonly steps: readonly string[];
  readonly shape: Shape;
  /** Whether only its presence is asked for. */
  readonly presence: boolean;
}

/** Values by path, as JSON; null where there is none. */
export type Snapshot = Readonly<Record<string, unknown>>;

/** Levels of lists and mappings that a value may have. */
const MAX_DEPTH = 64;

/** An event as expressions see it. */
export function eventFacts(event: AuditEvent): EventFacts {
  return {
    id: event.id,
    type: event.type,
    category: event.category,
    occurred_at: event.occurred_at,
    actor: event.actor,
    scope: event.scope,
    target: event.target,
    outcome: event.outcome,
    message: event.message,
    details: detailsOf(event),
    consolidation: event.consolidation,
    cause: event.cause,
    source: event.source,
    trace_id: event.trace_id,
  };
}

/** As the API has them. Where only their times differ, which are read by their type, they are taken as they are. */
function detailsOf(event: AuditEvent): unknown {
  const flat = event.secret_access ?? event.producer_fault ?? event.alert ?? event.bypass;
  if (flat) return flat;
  try {
    const { policy_change } = event;
    return policy_change
      ? { ...policy_change, diff: policy_change.diff.map(fieldChange) }
      : detailsJson(event);
  } catch {
    return null;
  }
}

function fieldChange({ path, before, after }: FieldChange): {
  path: string;
  before?: unknown;
  after?: unknown;
} {
  return {
    path,
    ...(before !== null && { before: JSON.parse(before) as unknown }),
    ...(after !== null && { after: JSON.parse(after) as unknown }),
  };
}

/** The value of the field as CEL takes it; undefined where there is none, or one of another type. */
export function valueFor(facts: Facts, { steps, shape, presence }: FactRead): unknown {
  const raw = rawValue(facts, steps);
  if (presence) return raw !== undefined;
  return raw === undefined ? undefined : celValue(raw, shape, 0);
}

/** Why the first of the fields that has no value has none; null if all have one. */
export function reasonOf(facts: Facts, reads: readonly FactRead[]): string | null {
  const { path, steps, shape } = reads.find((read) => valueFor(facts, read) === undefined) ?? {};
  if (path === undefined) return null;
  const raw = rawValue(facts, steps!);
  if (raw === undefined) return `${path} is missing.`;
  if (Array.isArray(raw) && raw.length > MAX_ENTRIES)
    return `${path} has ${raw.length} entries; at most ${MAX_ENTRIES} are gone through.`;
  if (shape === 'any') return `${path} has an empty entry, or too many entries or levels.`;
  return `${path} is not ${described(shape!)}.`;
}

export function snapshotOf(facts: Facts, reads: readonly FactRead[]): Snapshot {
  return Object.fromEntries(
    reads.map(({ path, steps, shape }) => {
      const raw = rawValue(facts, steps);
      return [
        path,
        shape === 'time' && Number.isSafeInteger(raw) ? formatMicros(raw as number) : (raw ?? null),
      ];
    }),
  );
}

/** What stands there; undefined for null as for nothing. */
function rawValue(facts: Facts, steps: readonly string[]): unknown {
  let value: unknown = facts;
  for (let at = 0; at < steps.length; at++) {
    const step = steps[at]!;
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value ?? undefined;
}

function celValue(raw: unknown, shape: Shape, depth: number): unknown {
  if (depth > MAX_DEPTH) return undefined;
  if (isRecord(shape)) return celRecord(raw, shape.fields, depth);
  if (isList(shape)) return Array.isArray(raw) ? celList(raw, shape.list, depth) : undefined;
  switch (shape) {
    case 'bool':
      return typeof raw === 'boolean' ? raw : undefined;
    case 'string':
      return typeof raw === 'string' ? raw : undefined;
    case 'int':
      return Number.isSafeInteger(raw) ? BigInt(raw as number) : undefined;
    case 'double':
      return typeof raw === 'number' ? raw : undefined;
    case 'time':
      return celTime(raw);
  }
  if (Array.isArray(raw)) return celList(raw, 'any', depth);
  if (typeof raw === 'object') return celRecord(raw, null, depth);
  return Number.isSafeInteger(raw) ? BigInt(raw as number) : raw;
}

/** A list of which an entry has no value has none either: what is said of all entries would be said of too few. */
function celList(raw: readonly unknown[], shape: Shape, depth: number): unknown[] | undefined {
  if (raw.length > MAX_ENTRIES) return undefined;
  const values: unknown[] = [];
  for (const each of raw) {
    const value = each === null ? undefined : celValue(each, shape, depth + 1);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

/** A mapping without the fields that have no value; to read one of those is an error in CEL. */
function celRecord(raw: unknown, fields: Readonly<Record<string, Shape>> | null, depth: number): unknown {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return undefined;
  const values = Object.create(null) as Record<string, unknown>;
  for (const [name, each] of Object.entries(raw)) {
    const value = each === null ? undefined : celValue(each, fieldShape(fields, name), depth + 1);
    if (value !== undefined) values[name] = value;
  }
  return values;
}

function fieldShape(fields: Readonly<Record<string, Shape>> | null, name: string): Shape {
  return fields && Object.hasOwn(fields, name) ? fields[name]! : 'any';
}

/** To the millisecond, which is what CEL's times are here. */
function celTime(raw: unknown): Date | undefined {
  const micros = typeof raw === 'string' ? parseMicros(raw) : raw;
  return Number.isSafeInteger(micros) ? new Date(Math.floor((micros as number) / 1_000)) : undefined;
}
