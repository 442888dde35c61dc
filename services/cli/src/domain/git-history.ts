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
}

/** Format for `git log -z` that `parseLog` reads. */
export const LOG_FORMAT = '%H%x01%an%x01%ae%x01%at%x01%cn%x01%ce%x01%ct';

/** Commits in the order of the log's output. */
export function parseLog(output: string): Commit[] {
  return output
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const [sha, authorName, authorEmail, authorTime, committerName, committerEmail, committerTime] =
        line.split('\x01');
      return {
        sha: sha!,
        authorName: authorName!,
        authorEmail: authorEmail!,
        authorTime: Number(authorTime),
        committerName: committerName!,
        committerEmail: committerEmail!,
        committerTime: Number(committerTime),
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
