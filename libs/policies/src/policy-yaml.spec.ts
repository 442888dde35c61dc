import { describe, expect, it } from '@jest/globals';
import { canonicalText, without } from './json.js';
import { readPolicyFile } from './policy-file.js';

/** Reads the flow mapping as the fields of one policy. */
function read(fields: string, before = '') {
  const file = readPolicyFile(
    `${before}\napproval_policy:\n- {name: A, enabled: true, rules: [], ${fields}}`,
  );
  if (!file.valid) return { errors: file.errors.map(({ message }) => message), fields: '', warnings: [] };
  const rest = ['name', 'enabled', 'rules'].reduce(without, file.policies[0]!.content);
  const warnings = file.warnings.filter(({ message }) => !/is unknown/.test(message));
  return {
    errors: [],
    fields: JSON.stringify(rest),
    warnings: warnings.map(({ message }) => message),
  };
}

describe('the YAML of a policy', () => {
  it('has the scalars of YAML 1.1 as Ruby reads them, but no dates', () => {
    expect(read('a: yes, b: "yes", c: 010, d: y, e: 2026-11-20, f: ~, g: , h: 10:30').fields).toBe(
      '{"a":true,"b":"yes","c":8,"d":"y","e":"2026-11-20","f":null,"g":null,"h":"10:30"}',
    );
  });

  it('is read the same whatever version it declares', () => {
    const file = readPolicyFile('%YAML 1.2\n---\napproval_policy: [{name: A, x: yes, y: !!binary aGk=}]');
    expect(file).toMatchObject({ valid: true, policies: [{ content: { x: true, y: 'aGk=' } }] });
  });

  it('has text in place of numbers that JSON cannot hold', () => {
    expect(read('a: .inf, b: -.inf, c: .nan, d: 123456789012345678901, e: -1e999').fields).toBe(
      '{"a":".inf","b":"-.inf","c":".nan","d":"123456789012345678901","e":"-.inf"}',
    );
  });

  it('keeps keys that objects inherit as ordinary keys', () => {
    const { fields } = read('__proto__: {polluted: true}, constructor: 1, toString: 2, hasOwnProperty: 3');
    expect(fields).toBe('{"__proto__":{"polluted":true},"constructor":1,"toString":2,"hasOwnProperty":3}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('may have such keys at the top and in merges', () => {
    const file = readPolicyFile(
      '__proto__: &p {__proto__: 1}\napproval_policy: [{name: A, <<: *p}]\nconstructor: []',
    );
    expect(file).toMatchObject({ valid: true, policies: [{ name: 'A' }] });
    if (file.valid) expect(canonicalText(file.policies[0]!.content)).toBe('{"__proto__":1,"name":"A"}');
    expect(readPolicyFile('constructor: []\n__proto__: []').valid).toBe(false);
  });

  it('has text in place of keys that are none', () => {
    expect(read('on: 1, ~: 2, ? [a, {c: 1, b: 2}] : 3, .5: 4').fields).toBe(
      '{"true":1,"null":2,"[\\"a\\",{\\"b\\":2,\\"c\\":1}]":3,"0.5":4}',
    );
  });

  it('has the last value of a key given twice, with a warning', () => {
    expect(read('1: a, x: b, "1": c')).toEqual({
      errors: [],
      fields: '{"1":"c","x":"b"}',
      warnings: ['The key "1" is given twice; the last one counts.'],
    });
  });

  it('warns about a key given twice in the policy it is in', () => {
    const file = readPolicyFile('approval_policy:\n- {name: A}\n- name: B\n  x:\n    y: 1\n    y: 2\n');
    expect(file.valid && file.warnings).toContainEqual({
      message: 'The key "y" is given twice; the last one counts.',
      line: 6,
      column: 5,
      policy: { type: 'approval_policy', name: 'B' },
    });
  });

  it('merges mappings, of several the first before the others, and lets later keys win', () => {
    const anchors = 'x: [&a {p: 1, q: 1}, &b {q: 2, r: 2}]';
    expect(read('<<: [*a, *b], r: 3', anchors)).toEqual({
      errors: [],
      fields: '{"q":1,"r":3,"p":1}',
      warnings: [],
    });
    expect(read('<<: *b, << : *a', anchors).fields).toBe('{"q":1,"r":2,"p":1}');
  });

  it('lets a merge replace the keys before it, as Ruby does, with a warning', () => {
    expect(read('q: 0, <<: &a {p: 1, q: 1}')).toEqual({
      errors: [],
      fields: '{"q":1,"p":1}',
      warnings: ['What is merged replaces the key "q" before it.'],
    });
  });

  it('takes a merge key that is quoted, or names no mapping, for a key', () => {
    expect(read('"<<": {p: 1}')).toEqual({ errors: [], fields: '{"<<":{"p":1}}', warnings: [] });
    expect(read('<<: 1')).toEqual({
      errors: [],
      fields: '{"<<":1}',
      warnings: ['What the key "<<" merges is no mapping, so it is a key like any other.'],
    });
  });

  it('may take policies, lists and names from aliases', () => {
    const file = readPolicyFile(
      'approval_policy: &l\n- &p {name: &n A, enabled: true, rules: []}\nscan_execution_policy: *l\n' +
        'pipeline_execution_policy:\n- *p\n- {name: *n}\nvulnerability_management_policy:\n- <<: *p\n  name: B\n',
    );
    expect(file.valid && file.policies.map(({ type, name, line }) => [type, name, line])).toEqual([
      ['approval_policy', 'A', 2],
      ['scan_execution_policy', 'A', 2],
      ['pipeline_execution_policy', 'A', 5],
      ['vulnerability_management_policy', 'B', 8],
    ]);
  });

  it('heeds the tags of scalars and ignores all others with a warning', () => {
    expect(
      read('a: !!str 1, b: !!int "1", c: ! 1, d: !ruby/object:Foo x, e: !!set {f}, g: !<constructor> h'),
    ).toEqual({
      errors: [],
      fields: '{"a":"1","b":1,"c":"1","d":"x","e":{"f":null},"g":"h"}',
      warnings: ['"!ruby/object:Foo"', '"!!set"', '"constructor"'].map((tag) => `The tag ${tag} is ignored.`),
    });
  });

  it('keeps emoji and shows NUL and lone surrogates as escapes', () => {
    expect(read(String.raw`a: 😀, b: "\0", c: "\ud83d", d: '\u0000', "\0": e`).fields).toBe(
      String.raw`{"a":"😀","b":"\\u0000","c":"\\ud83d","d":"\\u005cu0000","\\u0000":"e"}`,
    );
  });

  it('may have line ends of Windows and a byte order mark', () => {
    const unix = 'approval_policy:\n- name: A\n  description: |\n    one\n    two\n  x: "a\n    b"\n';
    expect(readPolicyFile(`\ufeff${unix.replaceAll('\n', '\r\n')}`)).toEqual(readPolicyFile(unix));
  });

  it('may have tabs between, but not before, its tokens', () => {
    expect(readPolicyFile('approval_policy:\t[\t{name:\tA}\t]\t# x\n').valid).toBe(true);
  });
});

describe('a policy file beyond measure', () => {
  const messages = (content: string) => {
    const file = readPolicyFile(content);
    return file.valid ? [] : file.errors.map(({ message }) => message);
  };
  const tooDeep = ['The file is nested more than 100 levels deep.'];
  const tooMany = ['The aliases stand for more than 2000000 characters.'];

  it('may be nested 100 levels deep, but not 101', () => {
    const nested = (depth: number) =>
      `approval_policy: [{name: A, x: ${'['.repeat(depth)}${']'.repeat(depth)}}]`;
    expect(messages(nested(97))).toEqual([]);
    expect(messages(nested(98))).toEqual(tooDeep);
  });

  it.each([
    ['lists on one line', '['.repeat(200_000)],
    ['mappings on one line', '{a: '.repeat(200_000)],
    ['lists in a block', '- '.repeat(100_000)],
    ['mappings as keys', '? '.repeat(100_000)],
    ['mappings in a block', Array.from({ length: 1000 }, (_, n) => `${' '.repeat(n)}a:`).join('\n')],
    ['pairs in lists', `${'[a: '.repeat(90)}${']'.repeat(90)}`],
  ])('is invalid with %s nested too deep', (_, content) => expect(messages(content)).toEqual(tooDeep));

  it('is invalid when aliases make it too deep', () => {
    const chain = Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [[[[*a${n}]]]]`);
    expect(messages(['a0: &a0 x', ...chain, 'approval_policy: []'].join('\n'))[0]).toBe(tooDeep[0]);
  });

  it('is invalid when its aliases stand for too much', () => {
    const bomb = Array.from({ length: 40 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]`);
    expect(messages(['a0: &a0 lol', ...bomb, 'approval_policy: []'].join('\n'))).toEqual(tooMany);
  });

  it('is invalid when its merges stand for too much', () => {
    const keys = Array.from({ length: 5000 }, (_, n) => `k${n}: 1`).join(', ');
    const merges = '- {<<: *a}\n'.repeat(5000);
    expect(messages(`x: &a {${keys}}\ny:\n${merges}approval_policy: []`)).toEqual(tooMany);
  });

  it('is invalid when its keys grow with every level', () => {
    const key = Array.from({ length: 40 }).reduce((inner: string) => `{? ${inner} : "\\""}`, '"\\""');
    expect(messages(`approval_policy: []\n? ${key}\n: 1`)).toEqual(tooMany);
  });
});
