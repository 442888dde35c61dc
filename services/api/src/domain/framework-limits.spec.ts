import { plainFramework, plainRequirement, type Framework, type Requirement } from '@auditmesh/events';
import { describe, expect, it } from '@jest/globals';
import { frameworkFaults } from './framework-limits.js';

const external = (id: number) => ({
  id,
  name: `e${id}`,
  url: 'https://e',
  ping_enabled: true,
  timeout_s: 60,
});
const requirement = (id: number, more: Partial<Requirement> = {}): Requirement => ({
  ...plainRequirement,
  ...{ id, name: `r${id}` },
  ...more,
});
const framework = (more: Partial<Framework> = {}): Framework => ({
  ...plainFramework,
  ...{ id: 3, namespace_id: 1, name: 'SOC 2' },
  ...more,
});
const faults = (given: Framework, frameworks: Framework[] = []) =>
  frameworkFaults(given, {
    frameworks,
    isRoot: (id) => id === 1,
    hasControl: (name) => /^c\d$/.test(name),
  }).map(({ field, detail }) => `${field}: ${detail}`);
const many = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

describe('frameworkFaults', () => {
  it('takes a framework that goes to every limit, and itself as it was before', () => {
    const requirements = many(50).map((id) =>
      requirement(id, { controls: ['c1', 'c2', 'c3', 'c4'], external_controls: [external(id)] }),
    );
    const full = framework({ requirements });
    expect(faults(full, [full])).toEqual([]);
  });

  it('asks for a root namespace', () => {
    expect(faults(framework({ namespace_id: 2 }))).toEqual([
      'namespace: 2 is no root namespace, and only those own frameworks',
    ]);
  });

  it('asks for a name of its own in the namespace, and only there', () => {
    const others = [framework({ id: 4 }), framework({ id: 5, namespace_id: 9 })];
    expect(faults(framework(), others)).toEqual([
      'name: the framework 4 of the namespace has the name "SOC 2"',
    ]);
    expect(faults(framework(), [others[1]!])).toEqual([]);
  });

  it('refuses the 51st requirement', () => {
    expect(faults(framework({ requirements: many(51).map((id) => requirement(id)) }))).toEqual([
      'requirements: there are 51, and a framework has at most 50',
    ]);
  });

  it('refuses two requirements with one name or one id, also of another framework', () => {
    const requirements = [
      requirement(31),
      requirement(32, { name: 'r31' }),
      requirement(31, { name: 'r33' }),
    ];
    expect(faults(framework({ requirements }))).toEqual([
      'requirements.1.name: another requirement has the name "r31"',
      'requirements.2.id: another requirement has the id 31',
    ]);
    const other = framework({ id: 4, name: 'Other', requirements: [requirement(31)] });
    expect(faults(framework({ requirements: [requirement(31)] }), [other])).toEqual([
      'requirements.0.id: another requirement has the id 31',
    ]);
  });

  it('refuses the sixth control of a requirement, external ones counted', () => {
    const requirements = [requirement(31, { controls: ['c1', 'c2', 'c3', 'c4', 'c5'] })];
    expect(faults(framework({ requirements }))).toEqual([]);
    requirements[0]!.external_controls = [external(1)];
    expect(faults(framework({ requirements }))).toEqual([
      'requirements.0.controls: there are 6, and a requirement has at most 5',
    ]);
  });

  it('refuses a control that nobody has, or twice the same', () => {
    const requirements = [requirement(31, { controls: ['c1', 'other', 'c1'] })];
    expect(faults(framework({ requirements }))).toEqual([
      'requirements.0.controls.1: there is no control "other"',
      'requirements.0.controls.2: "c1" is there twice',
    ]);
  });

  it('refuses two external controls with one id, wherever the other is', () => {
    const requirements = [
      requirement(31, { external_controls: [external(7), external(7)] }),
      requirement(32, { external_controls: [external(7), external(8)] }),
    ];
    const other = framework({
      ...{ id: 4, name: 'Other' },
      requirements: [requirement(40, { external_controls: [external(8)] })],
    });
    expect(faults(framework({ requirements }), [other])).toEqual([
      'requirements.0.external_controls.1.id: another external control has the id 7',
      'requirements.1.external_controls.0.id: another external control has the id 7',
      'requirements.1.external_controls.1.id: another external control has the id 8',
    ]);
  });
});
