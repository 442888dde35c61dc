import { describe, expect, it } from '@jest/globals';
import { eventId, type SecretAccess, type SecretAccessed } from '@auditmesh/events';
import fc from 'fast-check';
import { Places } from './places.js';
import { TaskState } from './task-state.js';
import { Teller, type ReadRecord } from './telling.js';

const T0 = 1_795_000_000_000_000;
const SECOND = 1_000_000;
const PRODUCER = 'vault/6f1f6f3a';

const access = (change: Partial<SecretAccess> = {}): SecretAccess => ({
  action: 'read',
  outcome: 'success',
  guarantee: 'spooled',
  actor: { id: '17', type: 'user', name: 'Ann', email: null, ip: null, user_agent: null },
  secret_id: 'kv/payments/db-password',
  secret_path: null,
  mount: null,
  version: null,
  policy: null,
  request_id: null,
  error_code: null,
  corrects: null,
  ...change,
});

function record(number: number, change: Partial<SecretAccessed> = {}, seconds = number): ReadRecord {
  const producer_id = change.producer_id ?? PRODUCER;
  return {
    value: {
      kind: 'access',
      producer_id,
      sequence: number * 10,
      partition_sequence: number,
      occurred_at: T0 + number * SECOND,
      access: access(),
      heartbeat: null,
      ...change,
    },
    headers: { ce_source: producer_id, ce_id: String(number * 10) },
    appended: T0 + seconds * SECOND,
  };
}
const heartbeat = (number: number, interval_ms: number | null, seconds = number) =>
  record(number, { kind: 'heartbeat', access: null, heartbeat: { interval_ms } }, seconds);
const unnumbered = (id: string, change: Partial<SecretAccessed> = {}): ReadRecord => ({
  ...record(1, { sequence: 0, partition_sequence: 0, producer_id: 'http/portal', ...change }),
  headers: { ce_source: 'http/portal', ce_id: id },
});

const limits = { forMs: 60_000, records: 1_000 };
const newState = () => new TaskState(limits, () => true);
const tellerOf = (state: TaskState) => new Teller(state, new Places(), 2);

/** Events of the records; between two batches the state goes through the changelog, as in a restart. */
function eventsOf(batches: ReadRecord[][]) {
  const changelog = new Map<string, ReturnType<TaskState['takeChanges']>[number]['value']>();
  return batches.flatMap((batch) => {
    const state = newState();
    for (const [key, value] of changelog) state.restore(key, structuredClone(value));
    const teller = tellerOf(state);
    const events = batch.flatMap((each) => teller.tell(each).events.map(({ event }) => event));
    for (const { key, value } of state.takeChanges()) changelog.set(key, structuredClone(value));
    return events;
  });
}
const tell = (...records: ReadRecord[]) => eventsOf([records]);
const typesOf = (...records: ReadRecord[]) => tell(...records).map(({ type }) => type);

/** Cuts the list at random, and sends some of what was sent before again after each part. */
const sendings = (records: ReadRecord[]) =>
  fc.array(fc.tuple(fc.nat(records.length), fc.nat(records.length)), { maxLength: 8 }).map((cuts) => {
    const ends = [...cuts.map(([end]) => end).toSorted((a, b) => a - b), records.length];
    let from = 0;
    return ends.map((end, i) => {
      const again = records.slice(Math.max(0, from - (cuts[i]?.[1] ?? 0)), from);
      const batch = [...again, ...records.slice(from, end)];
      from = end;
      return batch;
    });
  });

describe('the records of a producer', () => {
  const stream = Array.from({ length: 30 }, (_, i) => (i % 7 ? record(i + 1) : heartbeat(i + 1, 10_000)));

  it('give the same events, however they are batched and repeated', () => {
    const expected = tell(...stream);
    expect(expected).toHaveLength(25);
    fc.assert(fc.property(sendings(stream), (batches) => expect(eventsOf(batches)).toEqual(expected)));
  });

  it('give one gap for each run of them that is removed, which names it', () => {
    const removed = fc
      .tuple(fc.integer({ min: 1, max: 28 }), fc.integer({ min: 1, max: 5 }))
      .map(([first, count]) => ({ first, last: Math.min(first + count - 1, 29) }));
    fc.assert(
      fc.property(
        removed.chain(({ first, last }) =>
          fc.tuple(
            fc.constant({ first, last }),
            sendings(stream.filter((_, i) => i + 1 < first || i + 1 > last)),
          ),
        ),
        ([{ first, last }, batches]) => {
          const gaps = eventsOf(batches).filter(({ type }) => type === 'audit_producer_gap');
          expect(gaps.map(({ producer_fault }) => producer_fault)).toMatchObject([
            { first_missing: first, last_missing: last, missing: last - first + 1, partition: 2 },
          ]);
        },
      ),
    );
  });

  it('that come late are told all the same, once', () => {
    expect(typesOf(record(1), record(4), record(2), record(2), record(4), record(3))).toEqual([
      'secret_read',
      'audit_producer_gap',
      'secret_read',
      'secret_read',
      'secret_read',
    ]);
  });

  it('are missing from the first on, where nobody has heard those before', () => {
    const [gap] = tell(record(4));
    expect(gap).toMatchObject({
      type: 'audit_producer_gap',
      message: '3 records of the producer vault/6f1f6f3a are missing, 1 to 3 on partition 2',
      cause: { id: 'vault/6f1f6f3a/2/1' },
      producer_fault: { first_missing: 1, last_missing: 3 },
    });
  });

  it('are no gap where one broke the contract, and may come again from the dead-letter queue', () => {
    const state = newState();
    const teller = tellerOf(state);
    const wrong = record(2, { access: access({ action: 'steal' }) });
    const tellings = [record(1), wrong, record(3), record(2)].map((each) => teller.tell(each));
    expect(tellings.map(({ fault }) => fault)).toEqual([
      undefined,
      'The action is none of read, write, list, delete, rotate.',
      undefined,
      undefined,
    ]);
    expect(tellings.map(({ events }) => events.map(({ event }) => event.type))).toEqual([
      ['secret_read'],
      [],
      ['secret_read'],
      ['secret_read'],
    ]);
  });
});

describe('a record without a number', () => {
  it('is told once per source and id, as long as that is remembered', () => {
    const [a, b] = [unnumbered('k/0'), unnumbered('k/1')];
    expect(eventsOf([[a, b], [b, a], [a]])).toHaveLength(2);
  });

  it('is forgotten after its time, and the oldest are where there are too many', () => {
    const state = new TaskState({ forMs: 60_000, records: 2 }, () => true);
    const add = (id: string, seconds: number) => state.seen.add('http/a', id, seconds * SECOND);
    expect([add('1', 0), add('2', 1), add('3', 2), add('3', 3)]).toEqual([true, true, true, false]);
    state.seen.forgetOld(5 * SECOND);
    expect(state.seen.size).toBe(2);
    state.seen.forgetOld(62 * SECOND);
    expect(state.seen.size).toBe(0);
    const changes = state.takeChanges();
    expect(changes.filter(({ value }) => value === null)).toHaveLength(3);
    expect(add('1', 70)).toBe(true);
  });
});

describe('a correction', () => {
  const closed = access({ guarantee: 'fail_closed' });
  const correcting = access({ guarantee: 'fail_closed', outcome: 'failure', corrects: 10 });

  it('names the event that it corrects, also after a restart', () => {
    const events = eventsOf([[record(1, { access: closed })], [record(2, { access: correcting })]]);
    const [first, second] = events;
    expect(first!.id).toBe(eventId(T0 + SECOND, PRODUCER, '10'));
    expect(second).toMatchObject({
      outcome: 'failure',
      message: 'Failed at reading the secret kv/payments/db-password, which was told otherwise before',
      secret_access: { corrects: first!.id },
    });
  });

  it('of what nobody remembers names none', () => {
    const [, event] = tell(record(2, { access: correcting }));
    expect(event!.secret_access!.corrects).toBeNull();
  });
});

describe('a producer that promised heartbeats', () => {
  /** Looks once a second until then. */
  const look = (teller: Teller, from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, i) => teller.silences(T0 + (from + i) * SECOND))
      .flat()
      .map(({ event }) => event);

  it('is told silent once, after three of them failed to come, and heard again with the next record', () => {
    const teller = tellerOf(newState());
    teller.tell(heartbeat(1, 10_000, 0));
    expect(look(teller, 0, 29)).toEqual([]);
    expect(look(teller, 30, 90)).toMatchObject([
      {
        type: 'audit_producer_silent',
        occurred_at: T0 + 30 * SECOND,
        producer_fault: { last_heard_at: T0, expected_at: T0 + 30 * SECOND },
      },
    ]);
    const again = teller.tell(record(2, {}, 120)).events.map(({ event }) => event);
    expect(again).toMatchObject([
      {
        type: 'audit_producer_resumed',
        message: 'The producer vault/6f1f6f3a is heard again, after 2 minutes',
        producer_fault: { last_heard_at: T0, expected_at: T0 + 30 * SECOND },
      },
      { type: 'secret_read' },
    ]);
    expect(teller.tell(record(3, {}, 121)).events).toHaveLength(1);
  });

  it('is not silent when it ended in good order', () => {
    const teller = tellerOf(newState());
    teller.tell(heartbeat(1, 10_000, 0));
    teller.tell(heartbeat(2, null, 1));
    teller.tell(heartbeat(1, 10_000, 2));
    teller.tell(heartbeat(4, null, 3));
    teller.tell(heartbeat(3, 10_000, 4));
    expect(look(teller, 0, 200)).toEqual([]);
  });

  it('is not silent by the time in which we were away, or the log stood still', () => {
    const before = newState();
    tellerOf(before).tell(heartbeat(1, 10_000, 0));
    const state = newState();
    for (const { key, value } of before.takeChanges()) state.restore(key, value);
    const teller = tellerOf(state);
    expect(look(teller, 1_000, 1_029)).toEqual([]);
    expect(look(teller, 2_000, 2_029)).toEqual([]);
    expect(look(teller, 2_030, 2_030)).toMatchObject([{ occurred_at: T0 + 30 * SECOND }]);
  });

  it('is watched by one task alone', () => {
    const teller = tellerOf(new TaskState(limits, () => false));
    teller.tell(heartbeat(1, 10_000, 0));
    expect(look(teller, 0, 100)).toEqual([]);
  });
});

describe('a record that breaks the contract', () => {
  const faultOf = (each: ReadRecord) => tellerOf(newState()).tell(each).fault;

  it.each([
    ['no source', { ...record(1), headers: { ce_id: '1' } }, 'The header ce_source is missing'],
    ['no id', { ...record(1), headers: { ce_source: 'a' } }, 'The header ce_id is missing'],
    ['no producer', record(1, { producer_id: '' }), 'The producer_id is empty'],
    ['half a number', record(1, { sequence: 0 }), 'One of sequence and partition_sequence'],
    ['a negative number', record(1, { partition_sequence: -1 }), 'The partition_sequence is no number'],
    ['neither access nor heartbeat', record(1, { access: null }), 'It must be an access or a heartbeat'],
    ['both', record(1, { heartbeat: { interval_ms: 1 } }), 'It must be an access or a heartbeat'],
    ['another kind', record(1, { kind: 'use' }), 'It must be an access or a heartbeat'],
    ['a time before 1970', record(1, { occurred_at: -1 }), 'It happened before 1970'],
    ['a time far ahead', record(1, { occurred_at: T0 * 2 }), 'It happened more than a day after'],
    ['no secret', record(1, { access: access({ secret_id: '' }) }), 'The secret_id is empty'],
    ['another outcome', record(1, { access: access({ outcome: 'ok' }) }), 'The outcome is none of'],
    ['no interval', heartbeat(1, 0), 'The interval_ms is not from 1'],
  ])('says what: %s', (_, each, sentence) => {
    expect(faultOf(each)).toContain(sentence);
  });

  it('is none with an id that is long only since it was escaped', () => {
    const secret_id = String.raw`\u0000`.repeat(4_096);
    expect(faultOf(record(1, { access: access({ secret_id }) }))).toBeUndefined();
    expect(faultOf(record(1, { access: access({ secret_id: `${secret_id}x` }) }))).toContain('longer');
  });

  it('is not quoted', () => {
    fc.assert(
      fc.property(fc.constantFrom('action', 'outcome', 'guarantee', 'secret_id'), (field) => {
        const planted = `s3cr3t-${'x'.repeat(5_000)}`;
        const fault = faultOf(record(1, { access: access({ [field]: planted }) }));
        expect(fault).toBeDefined();
        expect(fault).not.toContain('s3cr3t');
      }),
    );
  });
});
