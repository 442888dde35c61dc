import { eventId, type SecretAccess, type SecretAccessed } from '@auditmesh/events';
import type { Producers } from './producers.js';
import type { Cause, ReportedUse } from './secret-event.js';

/** A record that tells of an access. */
export type AccessRecord = SecretAccessed & { access: SecretAccess };

/** What the record says, in the words of the trail. @param producers those of the partition, which heard the record */
export function reportedUse(record: AccessRecord, cause: Cause, producers: Producers): ReportedUse {
  const { access, producer_id, sequence, occurred_at: occurredAt } = record;
  const { action, outcome, actor, secret_id, secret_path, mount, version, request_id, error_code } = access;
  return {
    use: {
      access_type: action,
      secret_id,
      secret_path,
      mount,
      version,
      operation: null,
      policies: access.policy === null ? [] : [access.policy],
      request_id,
      error_code,
      guarantee: access.guarantee === 'none' ? null : access.guarantee,
      producer_id,
      sequence: sequence || null,
      corrects: correctedId(record, cause, producers),
    },
    actor,
    outcome,
    occurredAt,
    cause,
  };
}

/** Whether a later record may name this one as corrected, and the id of its event follows from its number. */
export const isCorrectable = ({ access, sequence }: AccessRecord, { id }: Cause): boolean =>
  access.guarantee === 'fail_closed' && sequence > 0 && id === String(sequence);

/** Id of the event that this one corrects; null where that is not remembered. */
function correctedId({ access, producer_id }: AccessRecord, { source }: Cause, producers: Producers) {
  if (access.corrects === null) return null;
  const at = producers.correctable(producer_id, access.corrects);
  return at === undefined ? null : eventId(at, source, String(access.corrects));
}
