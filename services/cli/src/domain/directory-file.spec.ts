import { describe, expect, it } from '@jest/globals';
import { Directory } from '@auditmesh/policies';
import { directoryOf } from './directory-file.js';

const whole = {
  namespaces: [
    { id: 1, path: 'acme' },
    { id: 2, path: 'acme/web', parent: 1 },
  ],
  projects: [
    { id: 70, path: 'acme/web/shop', namespace: 2 },
    { id: 71, path: 'acme/web/old', namespace: 2, archived: true, settings: {} },
  ],
  policy_links: [
    { policy_project: 42, namespace: 1 },
    { policy_project: 43, project: 70 },
  ],
  controls: [{ namespace: 1, name: 'four_eyes', definition: 'name: four_eyes' }],
  frameworks: [
    { id: 3, namespace: 1, name: 'SOC 2', projects: [70], requirements: [] },
    { id: 4, namespace: 1, name: 'Web', groups: [2] },
    { id: 5, namespace: 1, name: 'Rest', by_default: true },
  ],
};

describe('directoryOf', () => {
  it('knows all that the file tells', () => {
    const directory = directoryOf(whole) as Directory;
    expect(directory.projectsUnder(1).toSorted()).toEqual([70, 71]);
    expect(directory.project(71)).toMatchObject({ path: 'acme/web/old', archived: true, personal: false });
    expect(directory.rootOf(2)).toBe(1);
    expect(directory.linksOf(42)).toEqual([{ kind: 'namespace', id: 1 }]);
    expect(directory.linksOf(43)).toEqual([{ kind: 'project', id: 70 }]);
    expect([...directory.frameworksOf(70)]).toEqual([3, 4]);
    expect([...directory.frameworksOf(71)]).toEqual([4]);
  });

  it('knows frameworks by default', () => {
    const alone = { ...whole, frameworks: whole.frameworks.slice(2) };
    expect([...(directoryOf(alone) as Directory).frameworksOf(70)]).toEqual([5]);
  });

  it.each([
    ['namespaces', { id: '1', path: 'acme' }],
    ['namespaces', { id: 1 }],
    ['projects', { id: 70, path: 'a/b' }],
    ['projects', null],
    ['policy_links', { policy_project: 42 }],
    ['policy_links', { policy_project: 42, namespace: 1, project: 70 }],
    ['frameworks', { id: 3, namespace: 1, name: 'SOC 2', projects: ['a'] }],
    ['frameworks', { id: 3, namespace: 1, name: 'SOC 2', groups: ['a'] }],
    ['controls', { namespace: 1 }],
  ])('tells where %s has the entry %j, which cannot be read', (family, entry) => {
    const broken = { ...whole, [family]: [...whole[family as 'projects'], entry] };
    const at = whole[family as 'projects'].length + 1;
    expect(directoryOf(broken)).toEqual({
      fault: `Entry ${at} of ${family} lacks its numbers or its path.`,
    });
  });
});
