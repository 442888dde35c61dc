import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { nearest, placesOf, quoted } from '@auditmesh/policies';
import { type Document, isNode, isScalar, parseDocument } from 'yaml';
import type { Comparison } from './comparison.js';
import { controlSchema } from './generated/control-schema.js';
import { placeWithin } from './scalar-place.js';

export type Severity = 'low' | 'medium' | 'high' | 'critical';
export type SettingType = 'bool' | 'int' | 'double' | 'string' | 'strings';

/** A control file as it was written, with the form that its schema asks for. */
export interface ControlDefinition {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly evaluated: 'events' | 'settings' | 'external';
  readonly triggers?: readonly string[];
  readonly settings?: Readonly<Record<string, SettingType>>;
  readonly expression?: string | Comparison;
  readonly resolves_when?: string | Comparison;
  readonly severity: Severity;
}

/** What keeps a control from being used. */
export interface ControlProblem {
  file: string;
  /** From 1; null for the file as a whole. */
  line: number | null;
  /** In characters, from 1; null for the file as a whole. */
  column: number | null;
  /** A sentence that says what is wrong and what would be right. */
  message: string;
}

/** A file that could be read, and where things stand in it. */
export interface ReadFile {
  definition: ControlDefinition;
  /** The problem at the value of a field, or `offset` characters into it. */
  problemAt: (
    field: string | readonly (string | number)[],
    message: string,
    offset?: number,
  ) => ControlProblem;
}

const MAX_SIZE = 65_536;
let validate: ValidateFunction | undefined;

/** Reads a control file. @param file its name, with or without folders before it */
export function readControlFile(file: string, text: string): ReadFile | ControlProblem[] {
  if (text.length > MAX_SIZE)
    return [{ file, line: null, column: null, message: `The file has more than ${MAX_SIZE} characters.` }];
  const placeOf = placesOf(text);
  const problem = (offset: number, message: string): ControlProblem => ({
    file,
    ...placeOf(offset),
    message,
  });
  const parsed = parsedYaml(text);
  if ('message' in parsed) return [problem(parsed.offset, parsed.message)];
  const { document, value } = parsed;
  const problemAt: ReadFile['problemAt'] = (field, message, offset = 0) =>
    problem(offsetOf(document, text, [field].flat(), offset), message);
  validate ??= compile();
  if (!validate(value))
    return findings(validate.errors as Finding[]).map((finding) =>
      problemAt(placeIn(finding), sentenceOf(finding)),
    );
  const definition = value as ControlDefinition;
  const name = file.replace(/^.*[\\/]/, '').replace(/\.ya?ml$/, '');
  if (definition.name !== name)
    return [
      problemAt(
        'name',
        `Its name is ${quoted(definition.name)}, not the file's; write "name: ${name}", or rename the file.`,
      ),
    ];
  return { definition, problemAt };
}

function parsedYaml(
  text: string,
): { document: Document; value: unknown } | { message: string; offset: number } {
  try {
    const document = parseDocument(text, { prettyErrors: false });
    const [error] = document.errors;
    if (error)
      return {
        message: `It is no YAML: ${error.message.split('\n')[0]!.replace(/\.$/, '')}.`,
        offset: error.pos[0],
      };
    return { document, value: document.toJS({ maxAliasCount: 10 }) as unknown };
  } catch (error) {
    return { message: `It cannot be read as YAML: ${(error as Error).message}.`, offset: 0 };
  }
}

/** Place of the value at the path, else of what would hold it, and within an expression of the character in it. */
function offsetOf(
  document: Document,
  text: string,
  path: readonly (string | number)[],
  within: number,
): number {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (!isNode(node) || !node.range) continue;
    return length === path.length && isScalar(node) ? placeWithin(text, node, within) : node.range[0];
  }
  return 0;
}

type Finding = ErrorObject<string, Record<string, unknown>>;

/** Compiled on first use, since it takes longer than starting a program that may not need it. */
function compile(): ValidateFunction {
  const ajv = new Ajv2020({ allErrors: true, verbose: true, ownProperties: true, strict: false });
  ajv.addVocabulary(['x-expected']);
  return ajv.compile(controlSchema);
}

function findings(errors: Finding[]): Finding[] {
  return errors.filter(({ keyword }) => keyword !== 'if' && keyword !== 'propertyNames');
}

/** Steps to what a finding is about. */
function placeIn({ instancePath, params, keyword, propertyName }: Finding): (string | number)[] {
  const steps = instancePath.split('/').slice(1);
  if (keyword === 'additionalProperties') steps.push(String(params['additionalProperty']));
  if (propertyName !== undefined) steps.push(propertyName);
  return steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

function sentenceOf(finding: Finding): string {
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
