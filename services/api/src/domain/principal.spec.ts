import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { admin, may, permissions, type Permission, type Place, type Principal } from './principal.js';

const place = (root_namespace_id: string | null, path: string | null): Place => ({ root_namespace_id, path });
const holder = (granted: Permission[], namespaces: Principal['namespaces']): Principal => ({
  id: 'token/1',
  name: 'x',
  permissions: new Set(granted),
  namespaces,
});
const names = fc.constantFrom('acme', 'acme/pay', 'acme/pay/x', 'acme/payments', 'other', 'acme_pay');
const places = fc.record({
  root_namespace_id: fc.constantFrom('1', '2', null),
  path: fc.option(names, { nil: null }),
});
const trees = fc.array(
  fc.record({ id: fc.constantFrom('1', '2', '3'), tenant: fc.constantFrom('1', '2'), path: names }),
  { maxLength: 3 },
);

describe('what a principal may do', () => {
  it('is nothing unless it was granted', () => {
    fc.assert(
      fc.property(fc.subarray([...permissions]), fc.constantFrom(...permissions), (granted, asked) => {
        expect(may(holder(granted, 'all'), asked, 'everywhere')).toBe(granted.includes(asked));
      }),
    );
  });

  it('is everything for the admin', () => {
    expect(permissions.every((asked) => may(admin, asked, 'everywhere'))).toBe(true);
  });

  it('counts in a group and below it, and not beside it, however alike the paths are', () => {
    const one = holder(['audit_events:read'], [{ id: '5', tenant: '1', path: 'acme/pay' }]);
    const asked = (where: Place) => may(one, 'audit_events:read', where);
    expect([asked(place('1', 'acme/pay')), asked(place('1', 'acme/pay/x'))]).toEqual([true, true]);
    expect([
      asked(place('1', 'acme/payments')),
      asked(place('1', 'acme')),
      asked(place('2', 'acme/pay')),
      asked(place('1', null)),
      asked(place(null, null)),
    ]).toEqual([false, false, false, false, false]);
  });

  it('reaches a whole tenant by its id, also where an event has no path', () => {
    const one = holder(['audit_events:read'], [{ id: '1', tenant: '1', path: 'acme' }]);
    expect(may(one, 'audit_events:read', place('1', null))).toBe(true);
    expect(may(one, 'audit_events:read', place('2', 'acme'))).toBe(false);
  });

  it('never reaches everywhere with namespaces, nor what belongs to none', () => {
    fc.assert(
      fc.property(trees, (namespaces) => {
        const one = holder([...permissions], namespaces);
        expect(may(one, 'directory:write', 'everywhere')).toBe(false);
        expect(may(one, 'audit_events:read', place(null, null))).toBe(false);
      }),
    );
  });

  it('grows only with the namespaces that are granted', () => {
    fc.assert(
      fc.property(places, trees, trees, (where, some, more) => {
        const asked = (namespaces: typeof some) =>
          may(holder(['audit_events:read'], namespaces), 'audit_events:read', where);
        expect(asked([...some, ...more])).toBe(asked(some) || asked(more));
      }),
    );
  });
});
