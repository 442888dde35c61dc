import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { placesOf, quoted } from '@auditmesh/policies';
import { type Document, isNode, isScalar, parseDocument } from 'yaml';
import type { Comparison } from './comparison.js';
import { controlSchema } from './generated/control-schema.js';
import { placeWithin } from './scalar-place.js';
import { type Finding, placeIn, sentenceOf } from './schema-sentence.js';

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

/** Reads a control file. @param file its name, with or without folders before it; empty for a text that is in none */
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
  if (file !== '' && definition.name !== name)
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

/** Compiled on first use, since it takes longer than starting a program that may not need it. */
function compile(): ValidateFunction {
  const ajv = new Ajv2020({ allErrors: true, verbose: true, ownProperties: true, strict: false });
  ajv.addVocabulary(['x-expected']);
  return ajv.compile(controlSchema);
}

function findings(errors: Finding[]): Finding[] {
  return errors.filter(({ keyword }) => keyword !== 'if' && keyword !== 'propertyNames');
}
