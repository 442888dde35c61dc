import { describe, expect, it } from '@jest/globals';
import { commitTime, mergeRequestOf, parseLog, type Commit } from './git-history.js';

describe('parseLog', () => {
  it('reads commits in their order, whatever is in the names', () => {
    const line = (sha: string, name: string) =>
      [sha, name, 'a@b', '10', 'C "x"\n', 'c@d', '20', 'Subject\n\nBody\n'].join('\x01');
    expect(parseLog(`${line('1', 'Änn | Lee')}\0${line('2', '')}\0`)).toEqual([
      {
        sha: '1',
        authorName: 'Änn | Lee',
        authorEmail: 'a@b',
        authorTime: 10,
        committerName: 'C "x"\n',
        committerEmail: 'c@d',
        committerTime: 20,
        message: 'Subject\n\nBody',
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

describe('mergeRequestOf', () => {
  const of = (message: string) => mergeRequestOf({ message } as Commit, 42);

  it('reads what GitLab writes into a merge commit', () => {
    expect(
      of("Merge branch 'two-eyes' into 'main'\n\nAsk for two eyes\n\nSee merge request acme/policies!12"),
    ).toEqual({
      project_id: 42,
      iid: 12,
      id: null,
      title: 'Ask for two eyes',
      source_branch: 'two-eyes',
      target_branch: 'main',
    });
  });

  it('takes the number alone from a message of another form, and nothing where there is none', () => {
    expect(of('Squashed\n\nSee merge request !7')).toMatchObject({
      iid: 7,
      title: null,
      source_branch: null,
    });
    expect(of('Mention: See merge request acme/policies!12 for more')).toBeNull();
    expect(of('')).toBeNull();
  });
});
