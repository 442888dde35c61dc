import { plainFramework, type Framework } from '@auditmesh/events';
import { describe, expect, it } from '@jest/globals';
import { crowdedProjects } from './crowded-projects.js';

const framework = (id: number, more: Partial<Framework>): Framework => ({
  ...plainFramework,
  ...{ id, namespace_id: 1, name: `f${id}` },
  ...more,
});
const namespaces = [
  { id: 1, parent_id: null },
  { id: 2, parent_id: 1 },
];
/** 70 right in the root, 71 in the group below. */
const projects = [
  { id: 70, namespace_id: 1 },
  { id: 71, namespace_id: 2 },
];
const twenty = Array.from({ length: 20 }, (_, at) => framework(at + 1, { projects: [70, 71] }));
const crowded = (before: Framework[], after: Framework[]) =>
  Object.fromEntries(crowdedProjects({ namespaces, projects, before, after }));

describe('crowdedProjects', () => {
  it('lets a project have 20 frameworks, and no more', () => {
    expect(crowded([], twenty)).toEqual({});
    expect(crowded(twenty, [...twenty, framework(21, { projects: [71] })])).toEqual({ 71: 21 });
  });

  it('counts those of groups, each once', () => {
    expect(crowded(twenty, [...twenty, framework(21, { groups: [2] })])).toEqual({ 71: 21 });
    expect(crowded(twenty, [...twenty, framework(21, { groups: [1] })])).toEqual({ 70: 21, 71: 21 });
    const both = twenty.map((each) => ({ ...each, groups: [1, 2] }));
    expect(crowded([], [...both, framework(21, {})])).toEqual({});
  });

  it('counts defaults where a project has no other', () => {
    const defaults = twenty.map((each) => ({ ...each, projects: [70], by_default: true }));
    expect(crowded(defaults, [...defaults, framework(21, { by_default: true })])).toEqual({ 71: 21 });
  });

  it('looks only at what the change adds to', () => {
    const before = [...twenty, framework(21, { projects: [70] })];
    expect(crowded(before, [...before, framework(22, { projects: [71] })])).toEqual({ 71: 21 });
    expect(crowded(before, [...twenty, framework(21, { name: 'Other', projects: [70] })])).toEqual({});
  });
});
