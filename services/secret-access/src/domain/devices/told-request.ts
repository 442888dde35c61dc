import type { SecretDeviceEntry } from '@auditmesh/events';
import { isDenial } from './error-class.js';
import type { Halves } from './waiting-entries.js';

/** A request as its halves tell it together. */
export interface ToldRequest extends SecretDeviceEntry {
  outcome: 'success' | 'failure' | 'denied';
}

/** Class of error of a request whose answer was not told: what came of it is unknown. */
export const ANSWER_UNKNOWN = 'answer_unknown';

/**
 * What both halves say. What one of them does not tell is taken from the other: the request's word comes first, but for
 * the policies and the error, where the response knows more.
 */
export function toldRequest({ request, response }: Halves): ToldRequest {
  const [first, second] = request ? [request, response ?? request] : [response!, response!];
  const policies = second.policies.length ? second.policies : first.policies;
  const allowed = second.allowed ?? first.allowed;
  const error = second.error_code ?? first.error_code;
  const isDenied = isDenial(error) || isDenial(first.error_code) || allowed === false;
  const isUnknown = !response && !error && !isDenied;
  return {
    ...first,
    mount_point: first.mount_point ?? second.mount_point,
    mount_type: first.mount_type ?? second.mount_type,
    namespace_path: first.namespace_path || second.namespace_path,
    actor: richer(first.actor, second.actor),
    policies,
    allowed,
    error_code: isUnknown ? ANSWER_UNKNOWN : (error ?? (isDenied ? 'permission_denied' : null)),
    outcome: isDenied ? 'denied' : isUnknown || error ? 'failure' : 'success',
  };
}

type Actor = SecretDeviceEntry['actor'];

function richer(a: Actor, b: Actor): Actor {
  if (!a || !b) return a ?? b;
  return {
    id: a.id ?? b.id,
    type: a.id || a.name ? a.type : b.type,
    name: a.name ?? b.name,
    email: null,
    ip: a.ip ?? b.ip,
    user_agent: a.user_agent ?? b.user_agent,
  };
}
