import { compileControl, type EventFacts } from '@auditmesh/controls';
import { Catalog, type Project } from '@auditmesh/events';
import { describe, expect, it } from '@jest/globals';
import { ControlBacktest, type PastDirectory } from './control-backtest.js';

const { control } = compileControl(
  '',
  'name: own\ntitle: Own\ndescription: A control of their own\nevaluated: settings\nexpression: project.settings.safe\nsettings: {safe: bool}\nseverity: low\n',
  { catalog: new Catalog(), settings: {} },
);
const NOW = 1_795_219_200_000_000;
/** 70 is safe until second 10 and not after, 71 is known from second 10 on, 72 says nothing. */
const project = (id: number, settings: object): Project => ({
  ...{ id, path: `acme/p${id}`, namespace_id: 1, archived: false, personal: false },
  settings: JSON.stringify(settings),
});
const directory: PastDirectory = {
  project: (id, at) => {
    const early = at < NOW + 10_000_000 && at !== NOW;
    if (id === 70) return project(70, { safe: early });
    if (id === 71) return early ? undefined : project(71, { safe: true });
    return id === 72 ? project(72, {}) : undefined;
  },
  projectsUnder: (id) => (id === 1 ? [70, 71, 72] : []),
};
const event = (second: number, type: string, id: string | null) =>
  ({
    ...{ id: `e${second}`, type: 'project_settings_updated', actor: { id: '17', name: 'Ann' } },
    scope: { type, id, path: null, root_namespace_id: '1' },
    occurred_at: `2026-11-21T00:00:${String(second).padStart(2, '0')}.000000Z`,
  }) as unknown as EventFacts;
function tried(events: EventFacts[], isMeant: (id: number) => boolean = () => true) {
  const trial = new ControlBacktest(control!, directory, NOW, isMeant);
  for (const each of events) trial.take(each);
  return trial.result;
}

describe('ControlBacktest', () => {
  it('takes each project as it stood when the event happened', () => {
    const result = tried([event(5, 'project', '70'), event(15, 'project', '70')]);
    expect(result).toMatchObject({ events: 2, pass: 1, fail: 1, indeterminate: 0, as_now: 0 });
    expect(result.violations).toEqual([
      {
        event: {
          ...{ id: 'e15', type: 'project_settings_updated', actor: 'Ann' },
          occurred_at: '2026-11-21T00:00:15.000000Z',
        },
        project: { id: 70, path: 'acme/p70' },
        values: { 'project.settings.safe': false },
      },
    ]);
  });

  it('takes a project as it is now where the directory did not know it then, and says so', () => {
    expect(tried([event(5, 'project', '71')])).toMatchObject({ pass: 1, as_now: 1 });
  });

  it('counts what has no answer, with the reasons', () => {
    const { indeterminate, pass, reasons } = tried([event(5, 'project', '72'), event(5, 'project', '99')]);
    expect([pass, indeterminate]).toEqual([0, 2]);
    expect(Object.values(reasons).reduce((sum, each) => sum + each, 0)).toBe(2);
  });

  it('evaluates an event of a group for each of its projects, and one that concerns none for none', () => {
    expect(tried([event(15, 'group', '1')])).toMatchObject({ events: 1, pass: 1, fail: 1, indeterminate: 1 });
    expect(tried([event(15, 'instance', null)])).toMatchObject({ events: 1, without_project: 1, pass: 0 });
    expect(tried([event(15, 'group', '1')], (id) => id === 71)).toMatchObject({ pass: 1, fail: 0 });
  });
});
