import { describe, expect, it } from '@jest/globals';
import { changesOfPush, type FileState } from './push.js';

const a = 'approval_policy: [{name: A, enabled: true, rules: []}]';
const b = 'approval_policy: [{name: B, enabled: false, rules: []}]';

/** Pushes one version after the other and returns what each one meant. */
function push(...contents: (string | null)[]) {
  let state: FileState | undefined;
  return contents.map((content) => {
    const result = changesOfPush(state, { content });
    state = result.state;
    return result;
  });
}

const summary = (...contents: (string | null)[]) =>
  push(...contents).map(({ state, changes, invalidated, restored }) => [
    changes.map(({ kind, name }) => `${kind} ${name}`).join(', '),
    state.valid ? 'valid' : 'invalid',
    state.policies.map(({ name }) => name).join(),
    invalidated ? 'invalidated' : restored ? 'restored' : '',
  ]);

describe('changesOfPush', () => {
  it('creates all policies of the first valid file', () => {
    expect(summary(a)).toEqual([['create A', 'valid', 'A', '']]);
  });

  it('changes nothing when the same file is pushed again', () => {
    expect(summary(a, `# comment\n${a}`)[1]).toEqual(['', 'valid', 'A', '']);
  });

  it('deletes all policies when the file is removed', () => {
    expect(summary(a, null, null)).toEqual([
      ['create A', 'valid', 'A', ''],
      ['delete A', 'valid', '', ''],
      ['', 'valid', '', ''],
    ]);
  });

  it('keeps the last valid policies while the file is invalid and compares the next valid file with them', () => {
    expect(summary(a, 'x: [', '', b)).toEqual([
      ['create A', 'valid', 'A', ''],
      ['', 'invalid', 'A', 'invalidated'],
      ['', 'invalid', 'A', 'invalidated'],
      ['create B, delete A', 'valid', 'B', 'restored'],
    ]);
  });

  it('reports every push of an invalid file with its own errors, also a repeated one', () => {
    const errors = push('', 'x: 1', 'x: 1').map(({ invalidated }) =>
      invalidated?.map(({ message }) => message),
    );
    expect(errors).toEqual([
      ['The file is empty.'],
      ['The file has no policy key.'],
      ['The file has no policy key.'],
    ]);
  });

  it('is restored without a change when the same policies come back', () => {
    expect(summary(a, '- ', a)[2]).toEqual(['', 'valid', 'A', 'restored']);
  });

  it('is restored when an invalid file is removed', () => {
    expect(summary(a, '- ', null)[2]).toEqual(['delete A', 'valid', '', 'restored']);
    expect(summary('- ', null)[1]).toEqual(['', 'valid', '', 'restored']);
  });

  it('starts invalid when the first file is', () => {
    expect(summary('- ', a)).toEqual([
      ['', 'invalid', '', 'invalidated'],
      ['create A', 'valid', 'A', 'restored'],
    ]);
  });

  it('passes on the warnings of a valid file', () => {
    expect(push(`${a}\nx: 1`)[0]!.warnings).toEqual([
      { message: '"x" of the file is unknown.', line: 2, column: 1, policy: null },
    ]);
  });

  it('keeps a state that JSON can hold and that says nothing about lines', () => {
    const { state } = push(a)[0]!;
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
    expect(state.policies).toEqual(push(`\n\n${a}`)[0]!.state.policies);
  });
});
