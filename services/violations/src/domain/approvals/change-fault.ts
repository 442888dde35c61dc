import type { MergeRequestChanged } from '@auditmesh/events';

const DAY_US = 86_400_000_000;
/** Characters of what identifies the cause. */
const MAX_HEADER = 500;
const vocabulary = {
  actor: ['user', 'service_account', 'access_token', 'deploy_key', 'system'],
  change: ['opened', 'updated', 'merged', 'closed'],
  status: ['success', 'failed', 'running'],
  severity: ['critical', 'high', 'medium', 'low', 'info', 'unknown'],
  finding: ['new_needs_triage', 'new_dismissed', 'detected', 'confirmed', 'dismissed', 'resolved'],
  license: ['newly_detected', 'detected'],
  role: ['guest', 'planner', 'reporter', 'developer', 'maintainer', 'owner'],
} as const;

/**
 * What breaks the contract of `merge-requests.changes.v1`, in a sentence; undefined if nothing does.
 *
 * @param appended append time of the record, µs
 */
export function faultOfChange(
  facts: MergeRequestChanged,
  key: string,
  headers: Readonly<Record<string, string>>,
  appended: number,
): string | undefined {
  for (const header of ['ce_source', 'ce_id']) {
    if (!headers[header])
      return `The header ${header} is missing; with the other one it identifies the cause.`;
    if (headers[header].length > MAX_HEADER)
      return `The header ${header} is longer than ${MAX_HEADER} characters.`;
  }
  const { id, iid, project_id, sequence, occurred_at } = facts;
  for (const [field, number] of Object.entries({ id, iid, project_id }))
    if (!Number.isSafeInteger(number) || number < 1) return `The ${field} ${number} is no id.`;
  if (key !== String(project_id))
    return `The key is not the project_id ${project_id}, so the order of its records is not kept.`;
  if (!Number.isSafeInteger(sequence) || sequence < 0)
    return `The sequence ${sequence} is no number from 0 on.`;
  if (occurred_at < 0) return 'It happened before 1970.';
  if (occurred_at > appended + DAY_US) return 'It happened more than a day after it was written here.';
  return faultOfWords(facts);
}

/** A word that no policy knows would never match, and nobody would notice. */
function faultOfWords(facts: MergeRequestChanged): string | undefined {
  const { change, author, actor, scans, findings, licenses, approvals } = facts;
  const people = [author, ...(actor ? [actor] : []), ...approvals.map(({ user }) => user)];
  const words: [string, readonly string[], (string | null)[]][] = [
    ['change', vocabulary.change, [change]],
    ['type of an actor', vocabulary.actor, people.map(({ type }) => type)],
    ['status of a scan', vocabulary.status, scans.map(({ status }) => status)],
    ['severity of a finding', vocabulary.severity, findings.map(({ severity }) => severity)],
    ['state of a finding', vocabulary.finding, findings.map(({ state }) => state)],
    ['state of a licence', vocabulary.license, (licenses ?? []).map(({ state }) => state)],
    ['role of an approver', vocabulary.role, approvals.map(({ role }) => role)],
  ];
  for (const [what, known, used] of words) {
    const unknown = used.find((word) => word !== null && !known.includes(word));
    if (unknown != null)
      return `The ${what} ${JSON.stringify(unknown.slice(0, 50))} is none of ${known.join(', ')}.`;
  }
  return findings.some(({ count }) => count < 0) ? 'The count of a finding is below 0.' : undefined;
}
