import { complianceStatuses, isViolationStatus } from '@auditmesh/compliance';
import type { ComplianceChange } from '@auditmesh/events';
import { faultOfJson, isStorable, quote } from './storable-text.js';

const DAY_US = 86_400_000_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const LOG = /^[^.]+\.\d+$/;
const severities = ['low', 'medium', 'high', 'critical'];
const states: readonly string[] = [...complianceStatuses, 'indeterminate'];

/**
 * What breaks the contract of `compliance.violations.v1`, in a sentence; undefined if nothing does.
 *
 * @param key of the record
 * @param appended append time of the record, ms
 */
export function faultOfChange(change: ComplianceChange, key: string, appended: number): string | undefined {
  const { id, tenant, project_id, control, at } = change;
  if (!UUID.test(id)) return `The id ${quote(id)} is no UUID in lower case.`;
  if (!LOG.test(key) || key.split('.')[0] !== tenant)
    return `The key ${quote(key)} is not {tenant}.{shard} of the tenant ${quote(tenant)}.`;
  if (project_id < 0) return `The project ${project_id} is none.`;
  if (!control) return 'It names no control.';
  if (at < 0) return 'It took effect before 1970.';
  if (at > appended * 1000 + DAY_US) return 'It takes effect more than a day after it was written here.';
  return (
    faultOfFamily(change) ?? (isStorable(change) ? undefined : 'A text contains NUL or a lone surrogate.')
  );
}

function faultOfFamily(change: ComplianceChange): string | undefined {
  const { detection, transition, comment, link, control_state: state } = change;
  const families = [detection, transition, comment, link, state].filter((each) => each !== null).length;
  if (families !== 1) return `Exactly one of its families is to be set, not ${families}.`;
  const numbered = transition ?? comment ?? link;
  if (numbered && !UUID.test(numbered.violation_id))
    return `The violation ${quote(numbered.violation_id)} is no UUID in lower case.`;
  if (numbered && numbered.number < 1) return `The number ${numbered.number} is less than 1.`;
  if (detection) return faultOfDetection(detection);
  const status = [transition?.from, transition?.to].find((each) => each && !isViolationStatus(each));
  if (status) return `The status ${quote(status)} is none of a violation.`;
  if (!state) return undefined;
  if (!states.includes(state.state))
    return `The state ${quote(state.state)} is none of ${states.join(', ')}.`;
  return state.values === null ? undefined : faultOfJson(state.values);
}

function faultOfDetection(detection: NonNullable<ComplianceChange['detection']>): string | undefined {
  const { violation_id, audit_event_id, severity, values } = detection;
  const id = [violation_id, audit_event_id].find((each) => !UUID.test(each));
  if (id !== undefined) return `${quote(id)} is no UUID in lower case.`;
  if (!severities.includes(severity))
    return `The severity ${quote(severity)} is none of ${severities.join(', ')}.`;
  return faultOfJson(values);
}
