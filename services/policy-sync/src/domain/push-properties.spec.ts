import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { changesOfPush } from './push.js';

const policy = fc.record({ name: fc.constantFrom('A', 'B', 'C'), enabled: fc.boolean(), n: fc.nat(3) });
const valid = fc
  .uniqueArray(policy, { maxLength: 3, selector: ({ name }) => name })
  .map((list) => JSON.stringify({ approval_policy: list }));
const invalid = fc.constantFrom('{', '', 'approval_policy: 1', 'approval_policy: [{}]', 'kittens: []');
const content = fc.oneof(valid, invalid, fc.constant(null));

describe('any pushes of a policy file', () => {
  it('change the same whatever invalid file was pushed between them', () => {
    fc.assert(
      fc.property(valid, invalid, valid, (before, broken, after) => {
        const first = changesOfPush(undefined, { content: before });
        const second = changesOfPush(first.state, { content: broken });
        expect(changesOfPush(second.state, { content: after }).changes).toEqual(
          changesOfPush(first.state, { content: after }).changes,
        );
      }),
    );
  });

  it('change no policy when the same is pushed again', () => {
    fc.assert(
      fc.property(content, content, (before, again) => {
        const { state } = changesOfPush(undefined, { content: before });
        const first = changesOfPush(state, { content: again });
        const second = changesOfPush(first.state, { content: again });
        expect(second.changes).toEqual([]);
        expect(second.invalidated).toEqual(first.invalidated);
      }),
    );
  });

  it('either change policies or say why the file is invalid, and restore it once', () => {
    fc.assert(
      fc.property(fc.array(content, { maxLength: 6 }), (pushes) => {
        let state: ReturnType<typeof changesOfPush>['state'] | undefined;
        for (const each of pushes) {
          const before = state?.valid ?? true;
          const result = changesOfPush(state, { content: each });
          expect(result.state.valid).toBe(result.invalidated === null);
          if (result.invalidated) expect([result.invalidated.length > 0, result.changes]).toEqual([true, []]);
          expect(result.restored).toBe(!before && result.state.valid);
          state = result.state;
        }
      }),
    );
  });
});
