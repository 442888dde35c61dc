import { describe, expect, it } from '@jest/globals';
import { sampleEvent } from '@auditmesh/testing';
import type { EventFilter, Sight, Term } from './event-filter.js';
import { matches } from './matches.js';

const everything: Sight = { namespaces: 'all', secrets: true };
const filter = (terms: Term[], sight = everything): EventFilter => ({ terms, words: null, sight });
const ann = {
  id: '5',
  type: 'user',
  name: 'Ann Lee',
  email: 'Ann@Example.com',
  ip: '10.0.0.7',
  user_agent: null,
};
const event = sampleEvent(1, { actor: ann, type: 'secret_read', category: 'secret_access' });

describe('whether an event matches', () => {
  it.each<[Term, boolean]>([
    [{ by: 'type', exact: [], begins: ['secret_'] }, true],
    [{ by: 'type', exact: ['secret_write'], begins: [] }, false],
    [{ by: 'category', among: ['activity'] }, false],
    [{ by: 'actor', is: 'ann@example.COM' }, true],
    [{ by: 'actor', is: 'ann' }, false],
    [{ by: 'path', is: 'acme' }, true],
    [{ by: 'path', is: 'acme/led' }, false],
    [{ by: 'scope', type: 'project', id: null }, true],
    [{ by: 'scope', type: 'project', id: '71' }, false],
    [{ by: 'ip', is: '10.0.0.7' }, true],
    [{ by: 'from', at: event.occurred_at }, true],
    [{ by: 'to', at: event.occurred_at }, false],
  ])('%j: %s', (term, expected) => {
    expect(matches(filter([term]), event)).toBe(expected);
  });

  it('asks for all terms at once', () => {
    const read: Term = { by: 'type', exact: ['secret_read'], begins: [] };
    expect(matches(filter([read, { by: 'actor', is: '5' }]), event)).toBe(true);
    expect(matches(filter([read, { by: 'actor', is: '6' }]), event)).toBe(false);
  });

  it('hides secrets from those who may not see them, whatever they ask for', () => {
    const blind: Sight = { namespaces: 'all', secrets: false };
    const hidden = [
      event,
      sampleEvent(2, { type: 'secret_access_alert_raised', category: 'secret_access' }),
      sampleEvent(3, { type: 'variable_viewed_api', category: 'secret_access' }),
      sampleEvent(4, { type: 'secret_audit_read', category: 'administration' }),
      // Whatever its producer calls it.
      sampleEvent(5, { type: 'secret_read', category: 'activity' }),
    ];
    expect(hidden.filter((one) => matches(filter([], blind), one))).toEqual([]);
    expect(matches(filter([], blind), sampleEvent(6))).toBe(true);
  });

  it('hides what lies outside the groups', () => {
    const inside = (path: string): Sight => ({ namespaces: [{ id: '2', tenant: '1', path }], secrets: true });
    expect(matches(filter([], inside('acme')), event)).toBe(true);
    expect(matches(filter([], inside('acme/other')), event)).toBe(false);
    expect(matches(filter([], { namespaces: [], secrets: true }), event)).toBe(false);
  });
});
