import { beforeEach, describe, expect, it } from '@jest/globals';
import { AlertRules } from '@auditmesh/alert-rules';
import type { AlertInput, AuditEvent } from '@auditmesh/events';
import { sampleRules, sampleUse, TEN_OCLOCK } from '@auditmesh/testing';
import { Alerts } from './alerts.js';
import type { Effects } from './effects.js';

const three = 'kind: count\nby: identity\nthreshold: 3\nwindow: 10s\n';
const MINUTE = 60;
let alerts: Alerts;
let offset: number;
beforeEach(() => {
  alerts = new Alerts(100);
  offset = 0;
});

const given = (rules: Record<string, string>) => alerts.useRules(sampleRules(rules), 0);
const at = (seconds: number): number => TEN_OCLOCK / 1000 + seconds * 1000;
const events = (effects: Effects): AuditEvent[] => effects.events.map(({ event }) => event);
const messages = (): string[] => events(alerts.drain()).map(({ message }) => message);

/** What the uses lead to, one after the other. */
function using(...uses: AlertInput[]): AuditEvent[] {
  for (const use of uses) alerts.add(use, offset++);
  return events(alerts.drain());
}
const uses = (seconds: number[], change: Partial<AlertInput> = {}) =>
  seconds.map((second) => sampleUse(second, change));
/** What the passing of time leads to. */
function until(seconds: number): AuditEvent[] {
  alerts.advance(at(seconds));
  return events(alerts.drain());
}

describe('a rule that counts', () => {
  it('raises an alert once, with the use that passes the threshold', () => {
    given({ many: three });
    expect(using(...uses([0, 4]))).toEqual([]);
    const [raised] = using(sampleUse(8));
    expect(raised).toMatchObject({
      type: 'secret_access_alert_raised',
      category: 'secret_access',
      occurred_at: TEN_OCLOCK + 8_000_000,
      actor: { id: '903', type: 'service_account', name: 'deploy-bot' },
      scope: { type: 'group', id: '1', path: 'acme', root_namespace_id: '1' },
      target: { type: 'alert_rule', id: 'many', name: 'Many' },
      message: 'deploy-bot used secrets 3 times within 10 seconds',
      alert: {
        rule: 'many',
        severity: 'warning',
        subject_type: 'identity',
        subject: '903',
        count: 3,
        threshold: 3,
        window_ms: 10_000,
        first_at: TEN_OCLOCK,
        event_ids: ['event at 0', 'event at 4', 'event at 8'],
        raised_event_id: null,
      },
    });
    expect(using(...uses([9, 10, 11, 40, 41, 42]))).toEqual([]);
  });

  it('clears it when it has not held for as long as it asks, and may raise the next one', () => {
    given({ many: three });
    const [raised] = using(...uses([0, 1, 2, 3]));
    expect(until(3 + MINUTE - 1)).toEqual([]);
    const [cleared, ...others] = until(3 + MINUTE);
    expect(others).toEqual([]);
    expect(cleared).toMatchObject({
      type: 'secret_access_alert_cleared',
      occurred_at: TEN_OCLOCK + (3 + MINUTE) * 1_000_000,
      message: 'Many, deploy-bot: the rule has not held for 1 minute',
      alert: { count: 4, raised_event_id: raised!.id, last_at: TEN_OCLOCK + 3_000_000 },
    });
    const [next] = using(...uses([100, 101, 102]));
    expect(next!.type).toBe('secret_access_alert_raised');
    expect(next!.id).not.toBe(raised!.id);
  });

  it('counts by when a use occurred: what was held up does not make a burst, nor hide one', () => {
    given({ many: three });
    const late = { appended_at: TEN_OCLOCK + 600_000_000 };
    expect(using(...uses([0, 100, 200, 300], late))).toEqual([]);
    expect(using(...uses([600, 700, 101], late))).toEqual([]);
    expect(using(sampleUse(102, late))).toMatchObject([{ occurred_at: TEN_OCLOCK + 102_000_000 }]);
  });

  it('keeps tenants and subjects apart, and looks only at what its filter lets pass', () => {
    given({
      many: `${three}filter: {access_types: [read], outcomes: [success], namespace: acme/pay, secret: kv/, actor_types: [user]}`,
    });
    const user = { actor_type: 'user', scope_path: 'acme/pay/ledger' };
    expect(
      using(
        ...uses([0, 1], user),
        sampleUse(2),
        sampleUse(3, { ...user, tenant: '2' }),
        sampleUse(4, { ...user, actor_id: '17' }),
        sampleUse(5, { ...user, access_type: 'list' }),
        sampleUse(6, { ...user, outcome: 'denied' }),
        sampleUse(7, { ...user, scope_path: 'acme/payments' }),
        sampleUse(8, { ...user, secret_id: 'pki/ca' }),
      ),
    ).toEqual([]);
    expect(using(sampleUse(9, user))).toHaveLength(1);
  });

  it('tells alerts about a secret or an address as such', () => {
    given({
      hot: three.replace('identity', 'secret'),
      tries: 'kind: denied_burst\nby: ip\nthreshold: 2\nwindow: 5m\n',
    });
    const denied = uses([0, 1, 2], { outcome: 'denied', tenant: '0', scope_path: null });
    const [second, third] = using(...denied);
    expect(second).toMatchObject({
      message: '10.4.0.12 was denied 2 times within 5 minutes',
      scope: { type: 'instance', id: null },
      actor: { id: null, type: 'system', ip: '10.4.0.12' },
    });
    expect(third).toMatchObject({
      message: 'The secret kv/payments/db-password was used 3 times within 10 seconds',
      alert: { subject_type: 'secret', subject: 'kv/payments/db-password' },
    });
  });
});

describe('a rule about first-seen addresses', () => {
  const rule = 'kind: first_seen_ip\nremember: 30d\nlearning: 7d\n';
  const DAY = 86_400;
  const from = (ip: string | null, days: number) =>
    sampleUse(days * DAY, { ip, event_id: `${ip} on day ${days}` });

  it('learns for a while, and then raises an alert for an address that is new', () => {
    given({ 'new-ip': rule });
    expect(using(from('10.0.0.1', 0), from('10.0.0.2', 6), from('10.0.0.2', 8), from(null, 9))).toEqual([]);
    expect(using(from('10.0.0.3', 10))).toMatchObject([
      { message: 'deploy-bot used a secret from 10.0.0.3, which it has not used for 30 days' },
    ]);
    expect(using(from('10.0.0.3', 11)).map(({ type }) => type)).toEqual(['secret_access_alert_cleared']);
  });

  it('forgets an address that was not used for so long', () => {
    given({ 'new-ip': rule });
    using(from('10.0.0.1', 0), from('10.0.0.2', 1), from('10.0.0.1', 20));
    expect(using(from('10.0.0.1', 49))).toEqual([]);
    expect(using(from('10.0.0.2', 49))).toHaveLength(1);
  });

  it('knows an identity that comes back after long, but not for ever', () => {
    given({ 'new-ip': rule });
    using(from('10.0.0.1', 0));
    expect(using(from('10.0.0.1', 300))).toHaveLength(1);
    expect(until(301 * DAY)).toHaveLength(1);
    expect(using(from('10.0.0.2', 300 + 30 + 365 + 1))).toEqual([]);
  });

  it('raises one alert for several new addresses at once, and counts them', () => {
    given({ 'new-ip': rule });
    using(from('10.0.0.1', 0));
    const raised = using(...[1, 2, 3].map((n) => ({ ...from(`10.9.0.${n}`, 8), event_id: `${n}` })));
    expect(raised).toHaveLength(1);
    expect(until(9 * DAY)).toMatchObject([{ alert: { count: 3, event_ids: ['1', '2', '3'] } }]);
  });
});

describe('a rule about working hours', () => {
  it('raises an alert for a use outside of them, and says when that was on the clocks there', () => {
    given({
      late: 'kind: off_hours\nby: identity\ntime_zone: Europe/Berlin\nweekdays: [fri]\nhours: 06:00-11:30\n',
    });
    expect(using(sampleUse(29 * MINUTE))).toEqual([]);
    expect(using(sampleUse(31 * MINUTE), sampleUse(31.5 * MINUTE))).toMatchObject([
      {
        message: 'deploy-bot used a secret on Friday at 11:31 (Europe/Berlin), outside of working hours',
        alert: { count: 1, threshold: null },
      },
    ]);
    expect(until(40 * MINUTE)).toMatchObject([{ alert: { count: 2 } }]);
  });
});

describe('a change of rules', () => {
  it('clears the alerts of a rule that is gone, and of one that decides differently, saying so', () => {
    given({ many: three, few: three });
    using(...uses([0, 1, 2]));
    alerts.useRules(sampleRules({ many: three.replace('3', '2') }), at(5));
    expect(messages().toSorted()).toEqual([
      'Few, deploy-bot: the rule was removed',
      'Many, deploy-bot: the rule was changed, and begins anew',
    ]);
    expect(using(sampleUse(6))).toEqual([]);
    expect(using(sampleUse(7))).toHaveLength(1);
  });

  it('clears nothing if only severity or description differ', () => {
    given({ many: three });
    using(...uses([0, 1, 2]));
    alerts.useRules(sampleRules({ many: `${three}# another word\n` }), at(5));
    expect(messages()).toEqual([]);
  });

  it('clears nothing of a rule whose file is broken, also after a restart', () => {
    given({ many: three });
    for (const use of uses([0, 1, 2])) alerts.add(use, offset++);
    const states = alerts.drain().states.flatMap(({ value }) => value ?? []);
    const broken = AlertRules.read(new Map([['many.yml', 'kind: [']]));
    alerts = new Alerts(100);
    alerts.restore(states);
    alerts.useRules(broken, at(5));
    expect(messages()).toEqual([]);
    expect(until(10 * MINUTE)).toMatchObject([{ type: 'secret_access_alert_cleared' }]);
  });
});

describe('what is remembered', () => {
  it('is bounded: for one subject too many the one touched longest ago goes, but those with an alert last', () => {
    alerts = new Alerts(2);
    given({ many: three });
    using(...uses([0, 1, 2]), sampleUse(3, { actor_id: 'b' }));
    alerts.add(sampleUse(4, { actor_id: 'c' }), offset++);
    const { dropped, states, events: none } = alerts.drain();
    expect(dropped).toEqual([{ rule: 'many', what: 'subject' }]);
    expect(states.find(({ value }) => value === null)?.key).toBe('subject/1/many/b');
    expect(none).toEqual([]);
  });

  it('says so if an alert is no longer followed', () => {
    alerts = new Alerts(1);
    given({ many: three.replace('3', '1') });
    using(sampleUse(0));
    expect(using(sampleUse(1, { actor_id: 'b' })).map(({ message }) => message)).toEqual([
      'deploy-bot used secrets once within 10 seconds',
      'Many, deploy-bot: too many alerts by identity are raised, so that the oldest is no longer followed',
    ]);
  });

  it('is forgotten in the end', () => {
    given({ many: three, ip: 'kind: first_seen_ip\nremember: 1d\nlearning: 1d\n' });
    using(...uses([0, 1, 2]));
    alerts.advance(at(367 * 86_400));
    const { states } = alerts.drain();
    expect(states.map(({ key, value }) => [key, value]).toSorted()).toEqual([
      ['seen/1/0', null],
      ['seen/1/1', null],
      ['seen/1/2', null],
      ['subject/1/ip/903', null],
      ['subject/1/many/903', null],
    ]);
  });
});
