import { describe, expect, it } from '@jest/globals';
import { jsonLine, readable, type Report } from './report.ts';

const report: Report = {
  bench: 'projector',
  ratios: { copy: { median: 0.85, min: 0.8, max: 0.9, rounds: 3 } },
  figures: { ours_events_per_second: 12_345 },
  setting: { pinned: 'nothing' },
  machine: { cpu: 'Some CPU', cores: '2' },
};

describe('the report of a bench', () => {
  it('is one line of JSON with exactly the promised parts', () => {
    expect(jsonLine(report)).toBe(
      '{"bench":"projector","ratios":{"copy":{"median":0.85,"min":0.8,"max":0.9,"rounds":3}},' +
        '"figures":{"ours_events_per_second":12345},"machine":{"cpu":"Some CPU","cores":"2","pinned":"nothing"}}',
    );
  });

  it('can be read by people', () => {
    expect(readable(report)).toBe(
      [
        'projector',
        '',
        '  ours ÷ copy  0.85  (0.8 to 0.9 in 3 rounds)',
        '',
        '  ours_events_per_second  12,345',
        '',
        '  pinned  nothing',
        '',
        '  cpu    Some CPU',
        '  cores  2',
      ].join('\n'),
    );
  });
});
