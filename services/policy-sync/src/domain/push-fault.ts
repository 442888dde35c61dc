import type { PolicyFilePushed } from '@auditmesh/events';
import { tooLong } from './long-text.js';

const DAY_US = 86_400_000_000;
/** Characters of any text but the file itself. */
const MAX_TEXT = 500;

/**
 * What breaks the contract of `policy.pushes.v1`, in a sentence; undefined if nothing does.
 *
 * @param headers of the record
 * @param appended append time of the record, ms
 */
export function faultOf(
  push: PolicyFilePushed,
  headers: Readonly<Record<string, string>>,
  appended: number,
): string | undefined {
  for (const header of ['ce_source', 'ce_id']) {
    if (!headers[header])
      return `The header ${header} is missing; with the other one it identifies the cause.`;
  }
  if (!push.push_id) return 'The push_id is empty.';
  if (push.push_id.length > 200) return 'The push_id is longer than 200 characters.';
  if (!Number.isSafeInteger(push.policy_project_id) || push.policy_project_id < 1)
    return `The policy_project_id ${push.policy_project_id} is no id.`;
  if (push.occurred_at < 0) return 'The push happened before 1970.';
  if (push.occurred_at > appended * 1000 + DAY_US)
    return 'The push happened more than a day after it was written here.';
  const last = push.commits.at(-1);
  if (last && last.content !== push.content)
    return 'The last of the commits leaves the file otherwise than the push says.';
  const commits = push.commits.map((commit) => ({ ...commit, content: null }));
  return tooLong({ ...push, content: null, commits }, MAX_TEXT);
}
