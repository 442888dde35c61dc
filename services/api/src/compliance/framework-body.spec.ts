import 'reflect-metadata';
import { plainFramework, plainRequirement, type Framework } from '@auditmesh/events';
import { Problem, validationPipe } from '@auditmesh/runtime';
import { describe, expect, it } from '@jest/globals';
import { frameworkOfBody, requirementOfBody, withoutIds } from './framework-of-body.js';
import { FrameworkPatch, NewFramework, versionOf } from './framework.json.js';

const smallest = { namespace: 1, name: 'SOC 2' };
const within = (requirement: object) => ({
  ...smallest,
  requirements: [{ name: 'Four eyes', ...requirement }],
});
const external = { name: 'Scan', url: 'https://scan.example/check' };

async function faultsOf(body: object): Promise<string[]> {
  try {
    await validationPipe().transform(body, { type: 'body', metatype: NewFramework });
    return [];
  } catch (error) {
    return (error as Problem).errors.map(({ parameter }) => parameter);
  }
}

describe('the body of a framework', () => {
  it.each([
    ['all that may be left out', smallest],
    ['a name of 255 characters', { ...smallest, name: 'n'.repeat(255) }],
    ['a description of 255 characters', { ...smallest, description: 'd'.repeat(255) }],
    ['a colour of 10 characters', { ...smallest, color: '#123456789' }],
    ['a requirement with 500 characters', within({ description: 'd'.repeat(500) })],
    ['an external control', within({ external_controls: [external] })],
    [
      'a security policy',
      within({ security_policies: [{ policy_project: 42, type: 'approval_policy', name: 'A' }] }),
    ],
  ])('may have %s', async (_, body) => {
    expect(await faultsOf(body)).toEqual([]);
  });

  it.each([
    ['no name', { namespace: 1 }, 'name'],
    ['a name too long', { ...smallest, name: 'n'.repeat(256) }, 'name'],
    ['a description too long', { ...smallest, description: 'd'.repeat(256) }, 'description'],
    ['a colour too long', { ...smallest, color: '#1234567890' }, 'color'],
    ['a colour that is none', { ...smallest, color: 'url(x)' }, 'color'],
    ['a project that is no id', { ...smallest, projects: ['70'] }, 'projects'],
    ['something unknown', { ...smallest, colour: 'red' }, 'colour'],
    ['a requirement without name', { ...smallest, requirements: [{}] }, 'requirements.0.name'],
    ['a requirement with a name too long', within({ name: 'n'.repeat(256) }), 'requirements.0.name'],
    [
      'a requirement with much to say',
      within({ description: 'd'.repeat(501) }),
      'requirements.0.description',
    ],
    [
      'an external control without address',
      within({ external_controls: [{ name: 'Scan', url: 'no address' }] }),
      'requirements.0.external_controls.0.url',
    ],
    [
      'an external control with an address too long',
      within({ external_controls: [{ ...external, url: `https://scan.example/${'a'.repeat(1_004)}` }] }),
      'requirements.0.external_controls.0.url',
    ],
  ])('may not have %s', async (_, body, parameter) => {
    expect(new Set(await faultsOf(body))).toEqual(new Set([parameter]));
  });
});

const before: Framework = {
  ...plainFramework,
  ...{ id: 3, namespace_id: 1, name: 'SOC 2', color: '#1f75cb', projects: [70] },
  requirements: [
    {
      ...plainRequirement,
      ...{ id: 31, name: 'Four eyes', controls: ['minimum_approvals_required_2'] },
      external_controls: [{ id: 9, ...external, ping_enabled: false, timeout_s: 60 }],
    },
  ],
};

describe('frameworkOfBody', () => {
  it('leaves what the body leaves out', () => {
    const { framework, faults } = frameworkOfBody({ description: 'Trust' } as FrameworkPatch, before, []);
    expect({ framework, faults }).toEqual({ framework: { ...before, description: 'Trust' }, faults: [] });
  });

  it('gives new ids to what has none, and keeps the others', () => {
    const requirements = [
      { name: 'New', external_controls: [external, external] },
      { id: 31, name: 'Two eyes', external_controls: [{ id: 9, ...external }] },
    ];
    expect(withoutIds(requirements)).toBe(3);
    const { framework, faults } = frameworkOfBody(
      { requirements } as FrameworkPatch,
      before,
      [101, 102, 103],
    );
    expect(faults).toEqual([]);
    expect(
      framework.requirements.map(({ id, external_controls }) => [id, external_controls.map((e) => e.id)]),
    ).toEqual([
      [103, [101, 102]],
      [31, [9]],
    ]);
  });

  it('refuses ids that the framework does not have', () => {
    const requirements = [
      { id: 77, name: 'New' },
      { id: 31, name: 'Four eyes', external_controls: [{ id: 78, ...external }] },
    ];
    expect(
      frameworkOfBody({ requirements } as FrameworkPatch, before, []).faults.map(
        ({ parameter }) => parameter,
      ),
    ).toEqual(['requirements.0.id', 'requirements.1.external_controls.0.id']);
  });

  it('takes each project and group once, in order', () => {
    const { framework } = frameworkOfBody(
      { projects: [71, 70, 71], groups: [2, 1] } as FrameworkPatch,
      before,
      [],
    );
    expect([framework.projects, framework.groups]).toEqual([
      [70, 71],
      [1, 2],
    ]);
  });
});

describe('requirementOfBody', () => {
  it('keeps the id of the requirement and names faults from it on', () => {
    const [last] = before.requirements;
    const { requirement, faults } = requirementOfBody(
      { name: 'Other', external_controls: [{ id: 5, ...external }] },
      last,
      [],
    );
    expect([requirement.id, requirement.controls, faults.map(({ parameter }) => parameter)]).toEqual([
      31,
      [],
      ['external_controls.0.id'],
    ]);
  });
});

describe('versionOf', () => {
  it('is that of the content, whatever the order of the fields', () => {
    const turned = Object.fromEntries(Object.entries(before).toReversed()) as unknown as Framework;
    expect(versionOf(turned)).toBe(versionOf(before));
    expect(versionOf({ ...before, by_default: true })).not.toBe(versionOf(before));
  });
});
