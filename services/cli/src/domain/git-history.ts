import type { MergeRequest } from '@auditmesh/events';

/** A commit that touched the policy file. */
export interface Commit {
  sha: string;
  authorName: string;
  authorEmail: string;
  /** Seconds since the epoch. */
  authorTime: number;
  committerName: string;
  committerEmail: string;
  committerTime: number;
  /** Subject, an empty line, and the rest. */
  message: string;
}

/** Format for `git log -z` that `parseLog` reads. */
export const LOG_FORMAT = '%H%x01%an%x01%ae%x01%at%x01%cn%x01%ce%x01%ct%x01%B';

/** Commits in the order of the log's output. */
export function parseLog(output: string): Commit[] {
  return output
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const [
        sha,
        authorName,
        authorEmail,
        authorTime,
        committerName,
        committerEmail,
        committerTime,
        ...message
      ] = line.split('\x01');
      return {
        sha: sha!,
        authorName: authorName!,
        authorEmail: authorEmail!,
        authorTime: Number(authorTime),
        committerName: committerName!,
        committerEmail: committerEmail!,
        committerTime: Number(committerTime),
        message: message.join('\x01').trim(),
      };
    });
}

const DAY_S = 86_400;

/**
 * When the change of a commit happened: at the author's time, or at the committer's where the author's cannot be.
 *
 * @param now seconds since the epoch
 * @returns µs since the epoch
 */
export function commitTime({ authorTime, committerTime }: Commit, now: number): number {
  const possible = (time: number) => Number.isFinite(time) && time >= 0 && time <= now + DAY_S;
  const time = [authorTime, committerTime].find(possible) ?? 0;
  return time * 1_000_000;
}

const MAX_TITLE = 255;

/**
 * The merge request that a merge commit names as GitLab writes it: `Merge branch 'a' into 'b'`, its title, and
 * `See merge request group/project!12`; null where the message does not end with one.
 *
 * @param projectId project that the repository is of
 */
export function mergeRequestOf({ message }: Commit, projectId: number): MergeRequest | null {
  const [, iid] = /^See merge request \S*!(\d{1,15})$/m.exec(message) ?? [];
  if (!iid) return null;
  const [subject, , title] = message.split('\n');
  const [, source, target] = /^Merge branch '(.{1,255})' into '(.{1,255})'$/.exec(subject!) ?? [];
  return {
    project_id: projectId,
    iid: Number(iid),
    id: null,
    title: source && title ? title.slice(0, MAX_TITLE).toWellFormed() : null,
    source_branch: source ?? null,
    target_branch: target ?? null,
  };
}
