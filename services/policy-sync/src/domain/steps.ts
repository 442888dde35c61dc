import type { Actor, PolicyFilePushed, Signature } from '@auditmesh/events';

/** One version of the file that a push brings, with the commit that made it. */
export interface Step {
  /** Distinct within the policy project. */
  id: string;
  commit_sha: string;
  author: Signature;
  committer: Signature;
  /** Account of the author, when it is known. */
  author_account: Actor | null;
  /** The file; null when it was removed. */
  content: string | null;
}

/**
 * The versions of the file that a push brings, first to last: one for each of its commits, so that each is attributed
 * to its own author, or the newest alone where the commits are not told.
 */
export function stepsOf(push: PolicyFilePushed): Step[] {
  const { push_id, commit_sha, author, committer, author_account, content, commits } = push;
  if (!commits.length) return [{ id: push_id, commit_sha, author, committer, author_account, content }];
  return commits.map(({ sha, ...commit }) => ({ id: `${push_id}/${sha}`, commit_sha: sha, ...commit }));
}
