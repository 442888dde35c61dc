import type {
  Actor,
  AuditEvent,
  Cause,
  Consolidation,
  FieldChange,
  PolicyChange,
  Scope,
  Signature,
  Target,
} from './generated/records.js';
import { formatMicros } from './micros.js';

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** An audit event as the API and destinations give it. */
export interface EventJson {
  id: string;
  type: string;
  category: string;
  /** RFC 3339 in UTC with microseconds. */
  occurred_at: string;
  actor: Actor;
  scope: Scope;
  target: Target;
  outcome: string;
  message: string;
  details: Json;
  consolidation: Consolidation | null;
  cause: Cause;
  source: string;
  trace_id: string | null;
}

/** The event in the shape of the API. */
export function eventJson(event: AuditEvent): EventJson {
  const { id, type, category, actor, scope, target, outcome, message } = event;
  const { consolidation, cause, source, trace_id } = event;
  const occurred_at = formatMicros(event.occurred_at);
  const what = { id, type, category, occurred_at, actor, scope, target, outcome, message };
  return { ...what, details: detailsJson(event), consolidation, cause, source, trace_id };
}

/** Details of an event as the API shows them, from whichever family it has; null where it has none. */
export function detailsJson(event: AuditEvent): Json {
  if (event.policy_change) return policyChangeJson(event.policy_change);
  const family = otherFamily(event);
  if (family) return JSON.parse(familyText(family)) as Json;
  return event.attributes === null ? null : (JSON.parse(event.attributes) as Json);
}

/**
 * The same details as JSON text, or null. Values within them that are JSON text already stay as they are, unparsed; they
 * must be valid.
 */
export function detailsText(event: AuditEvent): string | null {
  if (!event.policy_change) {
    const family = otherFamily(event);
    return family ? familyText(family) : event.attributes;
  }
  const { diff, ...rest } = event.policy_change;
  const others = JSON.stringify(policyChangeJson({ ...rest, diff: [] }));
  return others.replace('"diff":[]', () => `"diff":[${diff.map(fieldChangeText).join(',')}]`);
}

function fieldChangeText({ path, before, after }: FieldChange): string {
  const sides = [before === null ? '' : `,"before":${before}`, after === null ? '' : `,"after":${after}`];
  return `{"path":${JSON.stringify(path)}${sides.join('')}}`;
}

function policyChangeJson({ committer, pusher, merge_request, diff, rules, ...rest }: PolicyChange): Json {
  return {
    diff: diff.map(fieldChangeJson),
    ...rest,
    committer: signatureJson(committer),
    pusher: pusher && { ...pusher },
    merge_request: merge_request && { ...merge_request },
    rules: { ...rules },
  };
}

const otherFamily = ({
  policy_file,
  policy_limit,
  policy_project,
  enforcement,
  bypass,
  secret_access,
  producer_fault,
  alert,
}: AuditEvent): object | null =>
  policy_file ??
  policy_limit ??
  policy_project ??
  enforcement ??
  bypass ??
  secret_access ??
  producer_fault ??
  alert;

/** Fields of details that hold a time in µs. */
const times: ReadonlySet<string> = new Set([
  'at',
  'occurred_at',
  'first_at',
  'last_at',
  'last_heard_at',
  'expected_at',
]);

/** JSON text of details as they are, but for the times. */
const familyText = (family: object): string =>
  JSON.stringify(family, (name, value: unknown) =>
    typeof value === 'number' && times.has(name) ? formatMicros(value) : value,
  );

const signatureJson = ({ name, email, at }: Signature): Json => ({ name, email, at: formatMicros(at) });

/** Without `before` where there was nothing, and without `after` where there is nothing. */
function fieldChangeJson({ path, before, after }: FieldChange): Json {
  return {
    path,
    ...(before === null ? {} : { before: JSON.parse(before) as Json }),
    ...(after === null ? {} : { after: JSON.parse(after) as Json }),
  };
}
