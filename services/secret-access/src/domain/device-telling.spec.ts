import { describe, expect, it } from '@jest/globals';
import type { SecretDeviceEntry, SecretState } from '@auditmesh/events';
import fc from 'fast-check';
import { lineContext, linesOf, useRules } from '../../test/device-lines.js';
import { DeviceTeller } from './device-telling.js';
import { readLine } from './devices/device-line.js';
import { overflowEntry } from './devices/overflow-entry.js';
import { Places } from './places.js';
import { TaskState } from './task-state.js';

const SECOND = 1_000_000;
const T0 = Date.parse('2026-11-20T12:00:00Z') * 1_000;
const entries = [...linesOf('openbao'), ...linesOf('vault')].map(
  (line) => readLine(line, lineContext) as SecretDeviceEntry,
);
const halves = (kind: string) => entries.filter((entry) => entry.kind === kind);
const read = entries[0]!;

/** A partition whose task starts anew, from its changelog, before each batch. */
class Partition {
  private readonly changelog = new Map<string, SecretState>();
  readonly written: string[] = [];

  constructor(private readonly limits = { forMs: 60_000, entries: 1_000 }) {}

  /** Entries, each appended at its second. */
  tell(batch: [SecretDeviceEntry, number][]) {
    return this.with((teller) => batch.flatMap(([entry, at]) => teller.tell(entry, T0 + at * SECOND)));
  }

  due(at: number) {
    return this.with((teller) => teller.due(T0 + at * SECOND));
  }

  get waiting(): string[] {
    return [...this.changelog.keys()].filter((key) => key.startsWith('waiting/'));
  }

  private with<T>(work: (teller: DeviceTeller) => T): T {
    const state = new TaskState({ forMs: 600_000, records: 10_000 }, () => true, this.limits);
    for (const [key, value] of this.changelog) state.restore(key, value);
    const told = work(new DeviceTeller(state, new Places(), useRules));
    for (const { key, value } of state.takeChanges()) {
      this.written.push(key);
      if (value) this.changelog.set(key, value);
      else this.changelog.delete(key);
    }
    return told;
  }
}

const eventsOf = (batch: [SecretDeviceEntry, number][]) =>
  new Partition().tell(batch).map(({ event }) => event);
const inOrder = (list: SecretDeviceEntry[]) => list.map((entry): [SecretDeviceEntry, number] => [entry, 0]);

describe('entries of audit devices', () => {
  it('become one event for each use of a secret', () => {
    const lines = eventsOf(inOrder(entries)).map(
      ({ type, outcome, secret_access: use, actor }) =>
        `${type} ${use!.secret_id} ${outcome} by ${actor.name} (${actor.type})${use!.policies.length ? ` by ${use!.policies}` : ''}`,
    );
    expect(lines).toEqual([
      'secret_read kv/payments/db-password success by userpass-ann (user) by payments-read',
      'secret_write kv/payments/db-password success by kubernetes-payments-deploy-bot (service_account) by payments-write',
      'secret_read kv/payments/db-password denied by userpass-eve (user) by default',
      'secret_list kv/payments/ success by userpass-ann (user) by payments-read',
      'secret_read database/creds/reporting success by kubernetes-payments-deploy-bot (service_account) by payments-write',
      'secret_read transit/keys/orders success by kubernetes-payments-deploy-bot (service_account) by payments-write',
      'secret_delete kv/payments/old success by root (access_token) by root',
      'secret_write sys/audit/main success by root (access_token) by root',
      'secret_read payments/secret/ledger/api-key success by gitlab-ci-70 (user) by ledger-ci',
      'secret_read legacy/x success by token-ops (access_token) by ops',
      'secret_read sys/wrapping/unwrap success by gitlab-ci-70 (user) by ledger-ci',
      'secret_read pki/issue/web success by gitlab-ci-70 (user) by ledger-ci',
      'secret_rotate database/rotate-root/main failure by gitlab-ci-70 (user) by ledger-ci',
      'secret_write database/static-roles/none failure by gitlab-ci-70 (user) by ledger-ci',
    ]);
  });

  it('give the same events in any order, with any repetition, in any batches and over any restarts', () => {
    const byId = (events: ReturnType<typeof eventsOf>) => new Map(events.map((event) => [event.id, event]));
    const expected = byId(eventsOf(inOrder(entries)));
    const uses = entries.filter(({ path }) => path !== 'sys/audit/test');
    const arrivals = fc
      .shuffledSubarray([...uses, ...uses], { minLength: uses.length * 2 })
      .chain((list) => fc.tuple(fc.constant(list), fc.array(fc.nat(list.length), { maxLength: 12 })));
    fc.assert(
      fc.property(arrivals, ([list, cuts]) => {
        const partition = new Partition();
        const at = [...new Set([0, ...cuts, list.length])].toSorted((a, b) => a - b);
        const told = at.flatMap((from, i) => partition.tell(inOrder(list.slice(from, at[i + 1]))));
        expect(told).toHaveLength(expected.size);
        expect(byId(told.map(({ event }) => event))).toEqual(expected);
        expect(partition.waiting).toEqual([]);
      }),
    );
  });

  it('are told alone when the other half does not come, once, even if it comes later', () => {
    const partition = new Partition();
    expect(partition.tell([[read, 0]])).toEqual([]);
    expect(partition.due(59)).toEqual([]);
    const [told] = partition.due(60);
    expect(told!.event).toMatchObject({
      type: 'secret_read',
      outcome: 'failure',
      secret_access: { error_code: 'answer_unknown' },
    });
    expect(told!.event.message).toMatch(/the device did not tell the answer$/);
    expect(partition.tell([[entries[1]!, 70]])).toEqual([]);
    expect(partition.due(1_000)).toEqual([]);
  });

  it('are told by an answer alone as that says, and by a denied request as denied', () => {
    const response = halves('response')[0]!;
    const denied = halves('request').find(({ error_code }) => error_code === 'permission_denied')!;
    const partition = new Partition();
    partition.tell(inOrder([response, denied]));
    expect(partition.due(60).map(({ event }) => event.outcome)).toEqual(['success', 'denied']);
  });

  it('are not told where a server only tries out a device', () => {
    const partition = new Partition();
    const probe = entries.find(({ path }) => path === 'sys/audit/test')!;
    partition.tell([[probe, 0]]);
    expect(partition.due(60)).toEqual([]);
    partition.tell([[{ ...probe, request_id: 'x', actor: { ...probe.actor!, ip: '10.0.0.1' } }, 61]]);
    expect(partition.due(121)).toHaveLength(1);
  });

  it('fall due by the time of the log too, when others come', () => {
    const events = eventsOf([
      [read, 0],
      [halves('response')[1]!, 61],
    ]);
    expect(events.map(({ secret_access: use }) => use!.request_id)).toEqual([read.request_id]);
  });

  it('wait in bounded memory: of too many the oldest is told alone', () => {
    const partition = new Partition({ forMs: 60_000, entries: 3 });
    const told = partition.tell(inOrder(halves('request').slice(0, 5)));
    expect(told).toHaveLength(1);
    expect(partition.waiting).toHaveLength(4);
  });

  it('leave no trace of waiting when both halves come together', () => {
    const partition = new Partition();
    partition.tell(inOrder(entries.slice(0, 2)));
    expect(partition.written.filter((key) => key.startsWith('waiting/'))).toEqual([]);
  });

  it('tell an overflow once for each episode', () => {
    const lost = overflowEntry('main', T0, 12);
    const events = eventsOf(inOrder([lost, lost, overflowEntry('main', T0 + 1, null)]));
    expect(events.map(({ type, message, producer_fault: fault }) => [type, message, fault!.missing])).toEqual(
      [
        ['audit_device_overflowed', 'The audit device main could not hand over 12 lines', 12],
        [
          'audit_device_overflowed',
          'The audit device main could not hand over lines, nobody knows how many',
          null,
        ],
      ],
    );
  });
});
