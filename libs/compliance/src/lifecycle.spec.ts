import { describe, expect, it } from '@jest/globals';
import { isOpen, isViolationStatus, transitionFault, violationStatuses } from './lifecycle.js';

describe('the lifecycle of a violation', () => {
  it('allows these ways and no others', () => {
    const ways = violationStatuses.flatMap((from) =>
      violationStatuses.filter((to) => !transitionFault(from, to, 'because')).map((to) => `${from} > ${to}`),
    );
    expect(ways).toEqual([
      'detected > in_review',
      'detected > resolved',
      'detected > dismissed',
      'in_review > detected',
      'in_review > resolved',
      'in_review > dismissed',
      'resolved > detected',
      'dismissed > detected',
    ]);
  });

  it('asks for a reason to dismiss one, and for no other', () => {
    expect(transitionFault('detected', 'dismissed', ' ')).toContain('reason');
    expect(transitionFault('detected', 'resolved', null)).toBeUndefined();
  });

  it('counts what is resolved or dismissed no more', () => {
    expect(violationStatuses.filter(isOpen)).toEqual(['detected', 'in_review']);
  });

  it('knows no other status', () => {
    expect([isViolationStatus('toString'), isViolationStatus('resolved')]).toEqual([false, true]);
  });
});
