import type { ErrorObject } from 'ajv/dist/2020.js';
import { nearest, quoted } from '@auditmesh/policies';

/** What the schema finds odd about a file. */
export type Finding = ErrorObject<string, Record<string, unknown>>;

/** Steps to what a finding is about. */
export function placeIn({ instancePath, params, keyword, propertyName }: Finding): (string | number)[] {
  const steps = instancePath.split('/').slice(1);
  if (keyword === 'additionalProperties') steps.push(String(params['additionalProperty']));
  if (propertyName !== undefined) steps.push(propertyName);
  return steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

/** One sentence, for people who know no schema, on what is odd there. */
export function sentenceOf(finding: Finding): string {
  const { keyword, params, parentSchema, schema, data } = finding;
  const steps = placeIn(finding);
  const what =
    steps.length === 0
      ? 'The file'
      : steps
          .map((step) => quoted(String(step)))
          .reverse()
          .join(' of ');
  switch (keyword) {
    case 'required':
      return `${quoted(String(params['missingProperty']))} is missing${steps.length ? ` in ${what}` : ''}.`;
    case 'additionalProperties': {
      const meant = nearest(
        String(steps.at(-1)),
        Object.keys((parentSchema?.['properties'] ?? {}) as object),
      );
      return `${what} is unknown${meant === undefined ? '' : `; "${meant}" may be meant`}.`;
    }
    case 'false schema':
      return `${what} makes no sense in an external control: another system answers.`;
    case 'enum':
      return `${what} should be one of ${(schema as unknown[]).join(', ')}; it is ${shown(data)}.`;
    case 'type':
      return `${what} should be ${String(parentSchema?.['x-expected'] ?? [schema].flat().map(typeWord).join(' or '))}; it is ${shown(data)}.`;
    case 'pattern':
      return `${what} should be ${String(parentSchema?.['x-expected'] ?? 'a name of small letters, digits and underscores')}; it is ${shown(data)}.`;
  }
  const limit = String(schema);
  const bounds: Record<string, string> = {
    minLength: `have at least ${limit} characters`,
    maxLength: `have at most ${limit} characters`,
    minItems: `have at least ${limit} entry`,
    maxItems: `have at most ${limit} entries`,
    maxProperties: `have at most ${limit} entries`,
    uniqueItems: 'have each entry once',
  };
  return `${what} should ${bounds[keyword] ?? `be otherwise (${keyword})`}.`;
}

const typeWord = (type: unknown): string =>
  ({ string: 'text', number: 'a number', boolean: 'true or false', array: 'a list', object: 'a mapping' })[
    String(type)
  ] ?? String(type);

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'a mapping';
  return quoted(String(value));
}
