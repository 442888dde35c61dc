import { describe, expect, it } from '@jest/globals';
import { commitTime, parseLog, type Commit } from './git-history.js';

describe('parseLog', () => {
  it('reads commits in their order, whatever is in the names', () => {
    const line = (sha: string, name: string) => [sha, name, 'a@b', '10', 'C "x"\n', 'c@d', '20'].join('\x01');
    expect(parseLog(`${line('1', 'Änn | Lee')}\0${line('2', '')}\0`)).toEqual([
      {
        sha: '1',
        authorName: 'Änn | Lee',
        authorEmail: 'a@b',
        authorTime: 10,
        committerName: 'C "x"\n',
        committerEmail: 'c@d',
        committerTime: 20,
      },
      expect.objectContaining({ sha: '2', authorName: '' }),
    ]);
  });

  it('gives nothing for a history that never touched the file', () => expect(parseLog('')).toEqual([]));
});

describe('commitTime', () => {
  const commit = (authorTime: number, committerTime: number) => ({ authorTime, committerTime }) as Commit;
  const now = 1_800_000_000;

  it.each([
    ['the time of the author', 1_700_000_000, 1_700_000_500, 1_700_000_000],
    ['the time of the committer if the author was in the future', now + 90_000, 1_700_000_500, 1_700_000_500],
    ['the time of the author tomorrow', now + 80_000, 5, now + 80_000],
    ['the time of the committer if the author was before 1970', -5, 7, 7],
    ['1970 if neither can be', -5, now * 2, 0],
  ])('is %s', (_what, author, committer, expected) => {
    expect(commitTime(commit(author, committer), now)).toBe(expected * 1_000_000);
  });
});
