import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { detailsJson, detailsText } from './event-json.js';
import type { AuditEvent } from './generated/records.js';
import { noDetails } from './defaults.js';

const signature = { name: 'Ann "diff":[] Lee', email: 'ann@example.com', at: 1_795_000_000_000_000 };
const event = (change: Partial<AuditEvent>) => ({ ...noDetails, ...change }) as AuditEvent;
const json = fc.option(fc.jsonValue().map((value) => JSON.stringify(value)));
const policyChange = fc
  .record({
    name: fc.string(),
    diff: fc.array(fc.record({ path: fc.string(), before: json, after: json }), { maxLength: 4 }),
  })
  .map(({ name, diff }) =>
    event({
      policy_change: {
        policy_type: 'approval_policy',
        policy_name: name,
        commit_sha: 'a',
        push_id: '"diff":[]',
        committer: signature,
        pusher: null,
        diff,
        rules: { created: [], updated: [0], deleted: [] },
        renamed_from: null,
        renamed_to: null,
        warnings: ['"diff":[]'],
        unresolved: false,
        merge_request: null,
      },
    }),
  );

describe('the details of an event', () => {
  it('are the same as values and as text', () => {
    fc.assert(
      fc.property(policyChange, (e) => {
        expect(JSON.parse(detailsText(e)!)).toEqual(JSON.parse(JSON.stringify(detailsJson(e))));
      }),
    );
  });

  it('show a time as text, and leave out the side of a change that is not there', () => {
    const committer = { ...signature, name: 'Ann' };
    const details = detailsJson(
      event({
        policy_change: { committer, diff: [{ path: '/a', before: null, after: 'null' }], rules: {} } as never,
      }),
    ) as { committer: object; diff: object[] };
    expect(details.committer).toMatchObject({ at: '2026-11-18T11:06:40.000000Z' });
    expect(details.diff).toEqual([{ path: '/a', after: null }]);
  });

  it('are the attributes of a type without a family of its own, or null', () => {
    expect(detailsText(event({ attributes: '{"a":1}' }))).toBe('{"a":1}');
    expect(detailsText(event({}))).toBeNull();
    expect(detailsJson(event({}))).toBeNull();
  });
});
