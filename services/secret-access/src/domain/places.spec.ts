import { describe, expect, it } from '@jest/globals';
import { noEntity, type DirectoryEntry } from '@auditmesh/events';
import { readPathsFile } from './paths-file.js';
import { Places } from './places.js';

const nothing = { tenant: '1', ...noEntity };
const namespace = (id: number, path: string, parent_id: number | null): DirectoryEntry => ({
  ...nothing,
  namespace: { id, path, parent_id, log_shards: 1 },
});
const project = (id: number, path: string, namespace_id: number): DirectoryEntry => ({
  ...nothing,
  project: { id, path, namespace_id, archived: false, personal: false, settings: '{}' },
});

function placesBy(rules: string): Places {
  const places = new Places();
  places.apply('namespace/1', namespace(1, 'acme', null));
  places.apply('namespace/2', namespace(2, 'acme/payments', 1));
  places.apply('project/70', project(70, 'acme/payments/ledger', 2));
  const read = readPathsFile(rules);
  if (!read.valid) throw new Error(read.faults.join('\n'));
  places.rules = read.rules;
  return places;
}
const whereIs = (
  rules: string,
  secret_id: string,
  mount: string | null = null,
  secret_path: string | null = null,
) => placesBy(rules).ofSecret({ secret_id, mount, secret_path }).scope.path;

describe('the place of a secret', () => {
  const rules = `
paths:
  - {mount: kv/, namespace: acme}
  - {mount: kv, path: 'teams/{team}', namespace: 'acme/{team}'}
  - {mount: kv, path: teams/ops, namespace: 1}
  - {mount: kv, path: 'projects/{path*}', project: '{path}'}
  - {path: ledger, project: 70}
`;

  it.each([
    ['that of its mount', 'kv/other/x', null, 'acme'],
    ['that of the longest path', 'kv/teams/payments/x', null, 'acme/payments'],
    ['that of the fixed path rather than of the template', 'kv/teams/ops/x', null, 'acme'],
    [
      'the longest project that a path names',
      'kv/projects/acme/payments/ledger/db/pw',
      null,
      'acme/payments/ledger',
    ],
    ['the same whether or not the mount is a part of the path', 'teams/payments/x', 'kv/', 'acme/payments'],
    ['by a path on any mount', 'ledger/x', 'other/', 'acme/payments/ledger'],
    ['none where the directory has no such namespace', 'kv/teams/unknown/x', null, null],
    ['none on a mount that only begins alike', 'kv2/teams/payments/x', null, null],
  ])('is %s', (_, id, mount, path) => {
    expect(whereIs(rules, id, mount)).toBe(path);
  });

  it('goes by the path where there is one beside the id', () => {
    expect(whereIs(rules, '4711', 'kv', 'teams/payments/x')).toBe('acme/payments');
  });

  it('goes by length before it goes by fixed parts', () => {
    expect(whereIs(`paths: [{path: a, namespace: acme}, {path: '{x}/{y}', project: 70}]`, 'a/b')).toBe(
      'acme/payments/ledger',
    );
  });

  it('names ids, root and log', () => {
    expect(placesBy(rules).ofSecret({ secret_id: 'ledger', mount: null, secret_path: null })).toEqual({
      scope: { type: 'project', id: '70', path: 'acme/payments/ledger', root_namespace_id: '1' },
      log: '1.0',
      unresolved: false,
    });
    expect(placesBy(rules).ofSecret({ secret_id: 'elsewhere', mount: null, secret_path: null })).toEqual({
      scope: { type: 'instance', id: null, path: null, root_namespace_id: null },
      log: '0.0',
      unresolved: true,
    });
  });

  it('follows a namespace that is renamed, whose old path may belong to another', () => {
    const places = placesBy(`paths: [{path: 'a/{n}', namespace: 'acme/{n}'}]`);
    const at = (name: string) =>
      places.ofSecret({ secret_id: `a/${name}`, mount: null, secret_path: null }).scope.id;
    places.apply('namespace/3', namespace(3, 'acme/payments', 1));
    places.apply('namespace/2', namespace(2, 'acme/money', 1));
    expect([at('payments'), at('money')]).toEqual(['3', '2']);
    places.apply('namespace/2', namespace(2, 'acme/cash', 1));
    expect([at('money'), at('cash')]).toEqual([null, '2']);
    places.apply('namespace/3', null);
    expect(at('payments')).toBeNull();
  });
});

describe('the place of a producer', () => {
  it('goes by its name', () => {
    const places = placesBy(`producers: [{name: vault, namespace: acme}, {name: http/portal, project: 70}]`);
    const at = (id: string) => places.ofProducer(id).scope.id;
    expect([at('vault/6f1f'), at('vault'), at('http/portal'), at('vaults/1')]).toEqual([
      '1',
      '1',
      '70',
      null,
    ]);
  });
});

describe('a file of paths that is not usable', () => {
  it.each([
    ['an empty file', '', 'The file must be a mapping'],
    ['no list', 'paths: 1', 'line 1, column 8: `paths` must be a list.'],
    [
      'a field that there is not',
      'paths:\n  - {mout: kv, namespace: acme}',
      'line 2, column 6: A path has no field mout',
    ],
    ['no target', 'paths: [{mount: kv}]', 'line 1, column 9: It needs either `project` or `namespace`'],
    ['two targets', 'paths: [{mount: kv, project: 1, namespace: 2}]', 'It needs either'],
    ['neither mount nor path', 'paths: [{namespace: a}]', 'A path needs `mount`, `path` or both.'],
    [
      'a name that is not captured',
      'paths: [{path: a, project: "{b}"}]',
      'uses {b}, which `path` does not capture',
    ],
    ['a rest in the middle', 'paths: [{path: "{a*}/b", project: "{a}"}]', '{a*} must be at the end'],
    ['a half template', 'paths: [{path: "a-{b}", project: 1}]', 'a-{b} is no part of a path'],
    ['a path that is no text', 'paths: [{mount: [], project: 1}]', '`mount` must be a text'],
    ['no YAML', 'paths: [', 'line 1, column'],
  ])('is said to have %s', (_, text, sentence) => {
    const read = readPathsFile(text);
    expect(read.valid ? [] : read.faults).toContainEqual(expect.stringContaining(sentence));
  });
});
