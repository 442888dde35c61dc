import type {
  AuditEvent,
  FieldChange,
  PolicyChange,
  PolicyFileCheck,
  Signature,
} from './generated/records.js';
import { formatMicros } from './micros.js';

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Details of an event as the API shows them, from whichever family it has; null where it has none. */
export function detailsJson(event: AuditEvent): Json {
  if (event.policy_change) return policyChangeJson(event.policy_change);
  if (event.policy_file) return policyFileJson(event.policy_file);
  return event.attributes === null ? null : (JSON.parse(event.attributes) as Json);
}

/**
 * The same details as JSON text, or null. Values within them that are JSON text already stay as they are, unparsed; they
 * must be valid.
 */
export function detailsText(event: AuditEvent): string | null {
  if (!event.policy_change)
    return event.policy_file ? JSON.stringify(policyFileJson(event.policy_file)) : event.attributes;
  const { diff, ...rest } = event.policy_change;
  const others = JSON.stringify(policyChangeJson({ ...rest, diff: [] }));
  return others.replace('"diff":[]', () => `"diff":[${diff.map(fieldChangeText).join(',')}]`);
}

function fieldChangeText({ path, before, after }: FieldChange): string {
  const sides = [before === null ? '' : `,"before":${before}`, after === null ? '' : `,"after":${after}`];
  return `{"path":${JSON.stringify(path)}${sides.join('')}}`;
}

function policyChangeJson({ committer, pusher, diff, rules, ...rest }: PolicyChange): Json {
  return {
    diff: diff.map(fieldChangeJson),
    ...rest,
    committer: signatureJson(committer),
    pusher: pusher && { ...pusher },
    rules: { ...rules },
  };
}

function policyFileJson({ committer, pusher, errors, ...rest }: PolicyFileCheck): Json {
  return {
    ...rest,
    committer: signatureJson(committer),
    pusher: pusher && { ...pusher },
    errors: errors.map((e) => ({ ...e })),
  };
}

const signatureJson = ({ name, email, at }: Signature): Json => ({ name, email, at: formatMicros(at) });

/** Without `before` where there was nothing, and without `after` where there is nothing. */
function fieldChangeJson({ path, before, after }: FieldChange): Json {
  return {
    path,
    ...(before === null ? {} : { before: JSON.parse(before) as Json }),
    ...(after === null ? {} : { after: JSON.parse(after) as Json }),
  };
}
