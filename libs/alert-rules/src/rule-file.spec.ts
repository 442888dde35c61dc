import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AlertRules } from './alert-rules.js';
import { durationText } from './duration.js';
import { readRuleFile } from './rule-file.js';

const shipped = join(import.meta.dirname, '../../../schemas/alert-rules');
const count = `name: many
description: Somebody reads too much
severity: warning
kind: count
by: identity
threshold: 100
window: 1m
clear_after: 10m
`;
const hours = `name: late
description: Somebody works at night
severity: info
kind: off_hours
by: identity
time_zone: Europe/Berlin
weekdays: [mon]
hours: 22:00-06:00
clear_after: 1h
`;
const problems = (file: string, text: string) =>
  readRuleFile(file, text).problems.map(({ line, column, problem }) => `${line}:${column} ${problem}`);

describe('the file of an alert rule', () => {
  it('gives a rule with its times in milliseconds', () => {
    expect(readRuleFile('folder/many.yml', count).rule).toMatchObject({
      name: 'many',
      kind: 'count',
      threshold: 100,
      windowMs: 60_000,
      clearAfterMs: 600_000,
      filter: {},
    });
    expect(readRuleFile('late.yml', hours).rule).toMatchObject({
      hours: [1320, 360],
      timeZone: 'Europe/Berlin',
    });
  });

  it('of a burst counts what was denied, whatever outcomes its filter names', () => {
    const text = count.replace('kind: count', 'kind: denied_burst\nfilter: {outcomes: [success]}');
    expect(readRuleFile('many.yml', text).rule?.filter.outcomes).toEqual(['denied']);
  });

  it('decides as before if only words, order or severity differ', () => {
    const same = `---\n${count.split('\n').toReversed().join('\n')}`
      .replace('warning', 'critical')
      .replace('too much', 'a lot');
    const print = (text: string) => readRuleFile('many.yml', text).rule!.fingerprint;
    expect(print(same)).toBe(print(count));
    expect(print(count.replace('100', '101'))).not.toBe(print(count));
  });

  it('tells line and column of what the schema does not have', () => {
    expect(problems('many.yml', count.replace('threshold: 100', 'treshold: 100'))).toEqual([
      '1:1 The rule has no threshold; add it.',
      '6:11 treshold is unknown; leave it out.',
    ]);
    expect(problems('many.yml', count.replace('1m', 'a minute'))).toEqual([
      '7:9 window must look like 90s, 10m, 2h or 30d.',
    ]);
    expect(problems('many.yml', count.replace('identity', 'ip'))).toEqual([
      '5:5 by must be one of identity, secret.',
    ]);
    expect(problems('many.yml', count.replace('kind: count', 'kind: counts'))).toEqual([
      '4:7 kind is unknown; write count, denied_burst, first_seen_ip or off_hours.',
    ]);
    expect(problems('many.yml', `${count}filter:\n  access_types:\n    - read\n    - erase\n`)).toEqual([
      '12:7 filter.access_types.1 must be one of read, write, list, delete, rotate.',
    ]);
  });

  it('is checked beyond the schema: its name, how long times are, time zone and hours', () => {
    expect(problems('other.yml', count)).toEqual([
      '1:7 Its name is "many"; write `name: other`, or rename the file.',
    ]);
    expect(problems('many.yml', count.replace('1m', '2d'))).toEqual(['7:9 window is 2d; write at most 1d.']);
    expect(problems('late.yml', hours.replace('Berlin', 'Atlantis'))).toEqual([
      '6:12 The time zone "Europe/Atlantis" is unknown; write an IANA name such as Europe/Berlin.',
    ]);
    expect(problems('late.yml', hours.replace('22:00-06:00', '06:00-06:00'))).toEqual([
      '8:8 hours is "06:00-06:00", which is no time; write 00:00-24:00 for all day.',
    ]);
  });

  it('that is no YAML, or no mapping, has a place too', () => {
    expect(problems('many.yml', 'name: "many\nkind: count')[0]).toMatch(/^\d+:\d+ It is no YAML: /);
    expect(problems('many.yml', '- many')).toEqual([
      '1:1 It is no mapping; write `name: …`, `kind: …` and so on.',
    ]);
  });
});

describe('the rules of a folder', () => {
  it('that come with the mesh all load, and there is one of each kind', () => {
    const files = readdirSync(shipped).map(
      (file) => [file, readFileSync(join(shipped, file), 'utf8')] as const,
    );
    const rules = AlertRules.read(new Map(files));
    expect(rules.problems).toEqual([]);
    expect(new Set(rules.rules.map(({ kind }) => kind))).toEqual(
      new Set(['count', 'denied_burst', 'first_seen_ip', 'off_hours']),
    );
  });

  it('keep the last good rule of a file that breaks, and tell which never was one', () => {
    const good = AlertRules.read(
      new Map([
        ['many.yml', count],
        ['readme.md', 'no rule'],
      ]),
    );
    const later = AlertRules.read(
      new Map([
        ['many.yml', 'kind: ['],
        ['late.yml', 'x'],
      ]),
      good,
    );
    expect(later.rules).toEqual(good.rules);
    expect(later.broken).toEqual(['many.yml', 'late.yml']);
    expect([later.mayHave('late'), later.mayHave('many'), later.mayHave('no')]).toEqual([true, false, false]);
    expect(AlertRules.read(new Map(), later).rules).toEqual([]);
  });
});

describe('a time in words', () => {
  it('is in the largest unit that fits', () => {
    expect([1_000, 90_000, 60_000, 7_200_000, 86_400_000].map(durationText)).toEqual([
      '1 second',
      '90 seconds',
      '1 minute',
      '2 hours',
      '1 day',
    ]);
  });
});
