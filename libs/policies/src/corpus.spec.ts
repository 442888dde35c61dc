import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { corpus } from '../corpus/corpus.js';
import { policySchemas } from './generated/schemas.js';
import { isObject, type Json } from './json.js';
import { readPolicyFile } from './policy-file.js';
import { readYaml } from './yaml-file.js';
import { toJson } from './yaml-value.js';

const each = (kind: Parameters<typeof corpus>[0]) =>
  corpus(kind).map(({ name, content, expected }) => [name, content, expected] as const);
const lines = (found: { line: number | null; column: number | null; message: string }[]) =>
  found.map(({ line, column, message }) => `${line ?? '-'}:${column ?? '-'} ${message}`);

describe('a policy file of the corpus', () => {
  it.each(each('valid'))('gives no warning: %s', (_, content) => {
    const file = readPolicyFile(content);
    expect(file.valid ? file.warnings : file.errors).toEqual([]);
  });

  it.each(each('odd'))('is valid and gives the warnings that it names: %s', (_, content, expected) => {
    const file = readPolicyFile(content);
    expect(file.valid && lines(file.warnings)).toEqual(expected);
    expect(expected.length).toBeGreaterThan(0);
  });

  it.each(each('invalid'))('is invalid for the reasons that it names: %s', (_, content, expected) => {
    const file = readPolicyFile(content);
    expect(!file.valid && lines(file.errors)).toEqual(expected);
    expect(expected.length).toBeGreaterThan(0);
  });
});

/** Calls `visit` for every schema within, with its place. */
function walk(schema: Json, place: string, visit: (schema: Json, place: string) => void): void {
  visit(schema, place);
  if (Array.isArray(schema)) schema.forEach((inner, at) => walk(inner, `${place}/${at}`, visit));
  else if (isObject(schema))
    for (const [key, inner] of Object.entries(schema)) walk(inner, `${place}/${key}`, visit);
}

describe('the schemas', () => {
  const schemas = structuredClone(policySchemas) as Record<string, Json>;
  const named: string[] = [];
  const met = new Set<string>();
  for (const [file, schema] of Object.entries(schemas))
    walk(schema, file, (part, place) => {
      const marked = isObject(part) && (/\/properties\/[^/]+$/.test(place) || Array.isArray(part['enum']));
      if (!marked) return;
      if (/\/properties\/[^/]+$/.test(place)) named.push(place);
      if (Array.isArray(part['enum']))
        named.push(...part['enum'].map((value) => `${place} ${String(value)}`));
      part['x-place'] = place;
    });

  it('know no field and no value that the corpus does not use', () => {
    const ajv = new Ajv2020({
      allErrors: true,
      discriminator: true,
      strictTypes: false,
      strictRequired: false,
    });
    ajv.addVocabulary(['x-instead', 'x-expected', 'x-deprecated-values']);
    ajv.addKeyword({
      keyword: 'x-place',
      validate: (place: string, value: unknown) => Boolean(met.add(place).add(`${place} ${String(value)}`)),
    });
    for (const [file, schema] of Object.entries(schemas)) ajv.addSchema(schema as object, file);
    const check = ajv.getSchema('policy-file.schema.json')!;
    for (const { content } of [...corpus('valid'), ...corpus('odd')]) check(toJson(readYaml(content).root!));
    expect(named.length).toBeGreaterThan(250);
    expect(named.filter((place) => !met.has(place))).toEqual([]);
  });

  it('describe every field in words', () => {
    const bare: string[] = [];
    for (const [file, schema] of Object.entries(schemas))
      walk(schema, file, (part, place) => {
        if (!/\/(?:properties|\$defs)\/[^/]+$/.test(place) || !isObject(part)) return;
        if (!('description' in part) && !('$ref' in part)) bare.push(place);
      });
    expect(bare).toEqual([]);
  });

  it('name each alternative like the value of the field that tells it', () => {
    for (const schema of Object.values(policySchemas)) {
      const parts = ((schema as { $defs?: Record<string, Json> }).$defs ?? {}) as Record<string, Json>;
      for (const [name, part] of Object.entries(parts)) {
        const type = isObject(part) && isObject(part['properties']) ? part['properties']['type'] : undefined;
        if (isObject(type) && 'const' in type) expect(type['const']).toBe(name);
      }
    }
  });
});
