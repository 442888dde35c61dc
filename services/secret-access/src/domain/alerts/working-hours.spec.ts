import { describe, expect, it } from '@jest/globals';
import { weekdays, type Weekday } from '@auditmesh/alert-rules';
import fc from 'fast-check';
import { WorkingHours } from './working-hours.js';

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Pacific/Chatham',
];
/** Around these, clocks go forward or back somewhere in the zones above. */
const changes = [
  '2026-03-08T07:00Z',
  '2026-03-29T01:00Z',
  '2026-04-04T15:00Z',
  '2026-10-03T15:30Z',
  '2026-10-25T01:00Z',
  '2026-11-01T06:00Z',
].map((text) => Date.parse(text));
const instant = fc.oneof(
  fc.integer({ min: Date.parse('2020-01-01'), max: Date.parse('2030-01-01') }),
  fc
    .tuple(fc.constantFrom(...changes), fc.integer({ min: -86_400_000, max: 86_400_000 }))
    .map(([at, by]) => at + by),
);
const minute = fc.integer({ min: 0, max: 1439 });

/** By another way: what a clock shows as text, looked up minute by minute in a list of all that belongs to the hours. */
function naively(zone: string, days: Weekday[], [from, to]: [number, number], at: number): boolean {
  const shown = new Date(at).toLocaleString('sv-SE', { timeZone: zone });
  const [, year, month, day, hour, min] = /^(\d+)-(\d+)-(\d+) (\d+):(\d+)/.exec(shown)!.map(Number);
  const weekday = (new Date(Date.UTC(year!, month! - 1, day)).getUTCDay() + 6) % 7;
  const ofWeek = weekday * 1440 + hour! * 60 + min!;
  const length = from < to ? to - from : to + 1440 - from;
  const working = new Set<number>();
  for (const each of days)
    for (let i = 0; i < length; i++) working.add((weekdays.indexOf(each) * 1440 + from + i) % 10_080);
  return !working.has(ofWeek);
}

const isOff = (timeZone: string, days: Weekday[], hours: [number, number], text: string): boolean =>
  new WorkingHours({ timeZone, weekdays: days, hours }).isOff(Date.parse(text) * 1000);

describe('working hours', () => {
  it('are those that the clocks of the zone show, on days with a change of time too', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1 }),
        fc.tuple(minute, minute).filter(([from, to]) => from !== to),
        fc.array(instant, { minLength: 1, maxLength: 20 }),
        (zone, days, hours, instants) => {
          const working = new WorkingHours({ timeZone: zone, weekdays: days, hours });
          for (const at of instants) expect(working.isOff(at * 1000)).toBe(naively(zone, days, hours, at));
        },
      ),
    );
  });

  it('begin an hour earlier in UTC in summer', () => {
    const day: [number, number] = [480, 1080];
    expect(isOff('Europe/Berlin', ['fri'], day, '2026-03-27T06:30Z')).toBe(true);
    expect(isOff('Europe/Berlin', ['fri'], day, '2026-04-03T06:30Z')).toBe(false);
  });

  it('past midnight belong to the day on which they began', () => {
    const night: [number, number] = [1320, 360];
    expect(isOff('UTC', ['fri'], night, '2026-11-21T05:59Z')).toBe(false);
    expect(isOff('UTC', ['fri'], night, '2026-11-21T06:00Z')).toBe(true);
    expect(isOff('UTC', ['fri'], night, '2026-11-20T05:00Z')).toBe(true);
    expect(isOff('UTC', ['sun'], night, '2026-11-23T01:00Z')).toBe(false);
  });

  it('may be all day', () => {
    expect(isOff('UTC', ['fri'], [0, 1440], '2026-11-20T23:59Z')).toBe(false);
    expect(isOff('UTC', ['fri'], [0, 1440], '2026-11-21T00:00Z')).toBe(true);
  });
});
