import { describe, expect, it } from '@jest/globals';
import type { MergeRequestChanged } from '@auditmesh/events';
import { sampleApproval, sampleMergeRequest } from '@auditmesh/testing';
import { faultOfChange } from './change-fault.js';

const headers = { ce_source: 'platform', ce_id: '1' };
const appended = sampleMergeRequest().occurred_at;
const fault = (change: Partial<MergeRequestChanged>, key = '70', given: Record<string, string> = headers) =>
  faultOfChange(sampleMergeRequest(change), key, given, appended);

describe('a record of a merge request', () => {
  it('is sound as producers write it', () => {
    expect(fault({ approvals: [sampleApproval('ben')] })).toBeUndefined();
  });

  it('must say what it was caused by, and be where its order is kept', () => {
    expect(fault({}, '70', { ce_id: '1' })).toContain('ce_source is missing');
    expect(fault({}, '70', { ce_source: 'platform', ce_id: '1'.repeat(501) })).toContain('ce_id is longer');
    expect(fault({}, '71')).toContain('key is not the project_id 70');
  });

  it.each<[string, Partial<MergeRequestChanged>]>([
    ['The iid 0 is no id.', { iid: 0 }],
    ['The sequence -1 is no number', { sequence: -1 }],
    ['before 1970', { occurred_at: -1 }],
    ['more than a day after', { occurred_at: appended + 86_400_000_001 }],
    ['The change "reopened" is none of opened,', { change: 'reopened' }],
    ['The type of an actor "robot" is none', { actor: { ...sampleMergeRequest().author, type: 'robot' } }],
    ['The status of a scan "done" is none of', { scans: [{ scanner: 'sast', status: 'done' }] }],
    ['The role of an approver "admin" is none', { approvals: [sampleApproval('ben', { role: 'admin' })] }],
    ['The state of a licence "new" is none', { licenses: [{ name: 'MIT', state: 'new', packages: [] }] }],
  ])('is at fault: %s', (sentence, change) => {
    expect(fault(change)).toContain(sentence);
  });
});
