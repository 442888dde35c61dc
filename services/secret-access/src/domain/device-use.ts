import { topics, type SecretDeviceEntry } from '@auditmesh/events';
import { secretUse, type UseRules } from './devices/secret-use.js';
import { ANSWER_UNKNOWN, toldRequest } from './devices/told-request.js';
import type { Halves } from './devices/waiting-entries.js';
import type { ReportedUse } from './secret-event.js';

/** What stands before the name of a device in the source of its entries. */
export const deviceSource = (device: string): string => `openbao/${device}`;

/** The use of a secret that the halves of a request tell; undefined if they tell of none. */
export function deviceUse(
  halves: Halves,
  rules: UseRules,
  traceId: string | null = null,
): ReportedUse | undefined {
  const told = toldRequest(halves);
  const use = isProbe(told) ? undefined : secretUse(told, rules);
  if (!use) return undefined;
  const source = deviceSource(told.device);
  return {
    use: {
      access_type: use.accessType,
      secret_id: use.secretId,
      secret_path: told.path,
      mount: use.mount,
      version: use.version,
      operation: told.operation,
      policies: told.policies,
      request_id: told.request_id,
      error_code: told.error_code,
      guarantee: null,
      producer_id: source,
      sequence: null,
      corrects: null,
    },
    actor: told.actor ?? unknownActor,
    outcome: told.outcome,
    occurredAt: told.occurred_at,
    cause: { source, id: told.request_id, topic: topics.secretDeviceEntries.name, traceId },
  };
}

/** The line by which a server tries out a device before it enables it: nobody sent that request. */
const isProbe = ({ path, actor }: SecretDeviceEntry): boolean =>
  path === 'sys/audit/test' && !actor?.name && !actor?.ip;

/** What is said besides, where a message would otherwise sound too sure. */
export const remarkOn = ({ use }: ReportedUse): string =>
  use.error_code === ANSWER_UNKNOWN ? ', or succeeded: the device did not tell the answer' : '';

const unknownActor: NonNullable<SecretDeviceEntry['actor']> = {
  id: null,
  type: 'access_token',
  name: null,
  email: null,
  ip: null,
  user_agent: null,
};
