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

function policyChangeJson({ committer, pusher, diff, rules, ...rest }: PolicyChange): Json {
  return {
    ...rest,
    committer: signatureJson(committer),
    pusher: pusher && { ...pusher },
    diff: diff.map(fieldChangeJson),
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
