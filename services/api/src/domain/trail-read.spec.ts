import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { admin } from './principal.js';
import { causeOfRead, eventOfRead, REPEATS_US, type Look, type Looker } from './trail-read.js';

const looker = (id: string): Looker => ({
  principal: { ...admin, id, name: id },
  ip: '10.0.0.1',
  userAgent: null,
});
const refused = (looked: object): Look => ({ what: 'secrets', verdict: 'denied', looked: { ...looked } });
const NOON = 1_795_000_200_000_000;

describe('who looked at what is watched', () => {
  it('is one event per actor, filter and five minutes, in whatever order the parameters come', () => {
    fc.assert(
      fc.property(fc.nat(REPEATS_US - 1), fc.nat(REPEATS_US - 1), (a, b) => {
        const bucket = Math.floor(NOON / REPEATS_US) * REPEATS_US;
        const one = causeOfRead(
          looker('token/1'),
          refused({ secret_id: 's', outcome: 'denied' }),
          bucket + a,
        );
        const two = causeOfRead(
          looker('token/1'),
          refused({ outcome: 'denied', secret_id: 's' }),
          bucket + b,
        );
        expect(one).toBe(two);
      }),
    );
  });

  it('is another event for another actor, filter, thing, verdict or time', () => {
    const look = refused({ secret_id: 's' });
    const cause = causeOfRead(looker('token/1'), look, NOON);
    const others = [
      causeOfRead(looker('token/2'), look, NOON),
      causeOfRead(looker('token/1'), { ...look, verdict: 'allowed' }, NOON),
      causeOfRead(looker('token/1'), { ...look, what: 'violations' }, NOON),
      causeOfRead(looker('token/1'), refused({ secret_id: 't' }), NOON),
      causeOfRead(looker('token/1'), look, NOON + REPEATS_US),
    ];
    expect(new Set([cause, ...others]).size).toBe(6);
  });

  it('belongs to the group of whoever has only that, and else to the instance', () => {
    const acme = { id: '2', tenant: '1', path: 'acme/pay' };
    const limited = { ...looker('t'), principal: { ...admin, namespaces: [acme] } };
    expect(eventOfRead(limited, refused({}), NOON)).toMatchObject({
      log: '1.0',
      event: {
        type: 'secret_audit_denied',
        outcome: 'denied',
        scope: { type: 'group', id: '2', root_namespace_id: '1' },
      },
    });
    expect(eventOfRead(looker('t'), { ...refused({}), verdict: 'allowed' }, NOON)).toMatchObject({
      log: '0.0',
      event: { type: 'secret_audit_read', outcome: 'success', scope: { type: 'instance' } },
    });
  });
});
