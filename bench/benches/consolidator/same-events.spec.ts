import { describe, expect, it } from '@jest/globals';
import { sampleEvent } from '@auditmesh/testing';
import { differenceOf, faultOf } from './same-events.ts';

const events = [sampleEvent(1), sampleEvent(2), sampleEvent(3)];

describe('a comparison of events', () => {
  it('finds none where only the order differs', () => {
    expect(differenceOf(events.toReversed(), events)).toBeUndefined();
  });

  it('finds what is missing, doubled, strange or different', () => {
    const [first, second, third] = events as [(typeof events)[0], (typeof events)[0], (typeof events)[0]];
    expect(differenceOf([first, second], events)).toMatch(/Of 3 events 2 are there/);
    expect(differenceOf([first, second, second, third], events)).toMatch(/is there twice/);
    expect(differenceOf([...events, sampleEvent(4)], events)).toMatch(/should not be/);
    expect(differenceOf([first, second, { ...third, message: 'other' }], events)).toMatch(/and should be/);
  });
});

describe('a consolidated event', () => {
  const consolidation = {
    key: 'k',
    affected_projects_count: 3,
    affected_projects_sample: ['1'],
    complete: true,
    missing: 0,
    amends: null,
    affected_projects: null,
  };

  it('is right when it is complete and counts all members', () => {
    expect(faultOf(sampleEvent(1, { consolidation }), 3)).toBeUndefined();
    expect(faultOf(sampleEvent(1, { consolidation }), 4)).toMatch(/complete with 4 members/);
    expect(
      faultOf(sampleEvent(1, { consolidation: { ...consolidation, complete: false } }), 3),
    ).toBeDefined();
    expect(faultOf(sampleEvent(1), 3)).toBeDefined();
  });
});
