import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { categories, type Category, type EventType } from './catalog.js';

/** What keeps a type file from being used, and what to do. */
export interface TypeFileProblem {
  file: string;
  /** Line, from 1; null where the fault has no place. */
  line: number | null;
  problem: string;
  remedy: string;
}

/** A type file as read: its type, or why there is none. */
export type TypeFile =
  { type: EventType; problems: readonly [] } | { type: null; problems: TypeFileProblem[] };

const scopes = ['Instance', 'Group', 'Project', 'User'];
/** `key: -`, which stands in files where nobody knew the value; strictly it is no YAML. */
const dashes = /^([a-z_]+:[ \t]+)-[ \t]*(?=#|\r?$)/gm;

/**
 * Reads a type file of ours or of GitLab's. It is lenient: at fault are only a file that is no YAML mapping, a name that
 * is not the file's, a boolean that is none, both booleans false, and an unknown scope. Everything else that makes no
 * sense counts as not there. The controls may stand under either of their names, and more than once.
 *
 * @param file name of the file, with or without folders before it
 */
export function readTypeFile(file: string, text: string): TypeFile {
  const lines = new LineCounter();
  // Ruby reads these files as YAML 1.1, where yes and no are booleans.
  const document = parseDocument(text.replace(dashes, '$1~'), {
    lineCounter: lines,
    version: '1.1',
    uniqueKeys: false,
  });
  const [error] = document.errors;
  if (error) {
    const [what] = error.message.split(/ at line |:?\n/);
    const problem = `It is no YAML: ${what}.`;
    return fault({ file, line: error.linePos?.[0].line ?? null, problem, remedy: 'Mend the file there.' });
  }
  const fields = fieldsOf(document);
  if (!fields)
    return fault({
      file,
      line: 1,
      problem: 'It is no mapping of names to values.',
      remedy: 'Write it as `name: …`, `description: …` and so on, one per line.',
    });
  const problems = problemsOf(fields, nameOf(file)).map(({ field, ...rest }) => ({
    file,
    line: lineOf(document, field, lines),
    ...rest,
  }));
  return problems.length ? { type: null, problems } : { type: typeOf(fields), problems: [] };
}

type Fields = Record<string, unknown>;
interface FieldProblem {
  field: string;
  problem: string;
  remedy: string;
}

const fault = (problem: TypeFileProblem): TypeFile => ({ type: null, problems: [problem] });
const nameOf = (file: string): string => file.replace(/^.*[\\/]/, '').replace(/\.ya?ml$/, '');

function problemsOf(fields: Fields, name: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (fields.name !== name) {
    const problem =
      fields.name === undefined ? 'It has no name.' : `Its name is ${show(fields.name)}, not the file's.`;
    problems.push({ field: 'name', problem, remedy: `Write \`name: ${name}\`, or rename the file.` });
  }
  const booleans = ['saved_to_database', 'streamed'] as const;
  for (const field of booleans) {
    if (typeof fields[field] === 'boolean') continue;
    const problem =
      fields[field] === undefined ? `It has no ${field}.` : `${field} is ${show(fields[field])}, no boolean.`;
    problems.push({ field, problem, remedy: `Write \`${field}: true\` or \`${field}: false\`.` });
  }
  if (booleans.every((field) => fields[field] === false))
    problems.push({
      field: 'streamed',
      problem: 'Its events would be neither saved nor streamed.',
      remedy: 'Set saved_to_database or streamed to true.',
    });
  const remedy = `Write a list of ${scopes.join(', ')}, such as \`scope: [Project]\`.`;
  if (!Array.isArray(fields.scope) || !fields.scope.length)
    problems.push({ field: 'scope', problem: `Its scope is ${show(fields.scope)}, no list.`, remedy });
  else
    for (const scope of fields.scope.filter((each) => !scopes.includes(each as string)))
      problems.push({ field: 'scope', problem: `The scope ${show(scope)} is unknown.`, remedy });
  return problems;
}

function typeOf(fields: Fields): EventType {
  const controls = [fields.compliance_requirement_controls, fields.compliance_controls]
    .flat()
    .filter((control) => typeof control === 'string');
  return {
    name: fields.name as string,
    description: textOf(fields.description) ?? '',
    ...optional('introduced_by_issue', textOf(fields.introduced_by_issue)),
    ...optional('introduced_by_mr', textOf(fields.introduced_by_mr)),
    ...optional('feature_category', textOf(fields.feature_category)),
    ...optional('milestone', textOf(fields.milestone)),
    saved_to_database: fields.saved_to_database as boolean,
    streamed: fields.streamed as boolean,
    scope: fields.scope as string[],
    ...optional(
      'category',
      categories.find((category): category is Category => category === fields.category),
    ),
    ...(controls.length ? { compliance_requirement_controls: [...new Set(controls)] } : {}),
  };
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value).trim() : undefined;
const optional = <K extends string, V>(name: K, value: V | undefined): Partial<Record<K, V>> =>
  value === undefined ? {} : ({ [name]: value } as Record<K, V>);

/** Undefined if the document is no mapping, or cannot be resolved. */
function fieldsOf(document: Document): Fields | undefined {
  if (!isMap(document.contents)) return undefined;
  try {
    return document.toJS() as Fields;
  } catch {
    return undefined;
  }
}

/** Line of the field's value, or of the beginning where there is no such field. */
function lineOf({ contents }: Document, field: string, lines: LineCounter): number | null {
  const pair = isMap(contents)
    ? contents.items.findLast(({ key }) => isScalar(key) && key.value === field)
    : undefined;
  const node = (pair?.key ?? contents) as { range?: readonly number[] | null } | null;
  return node?.range ? lines.linePos(node.range[0]!).line : null;
}

const show = (value: unknown): string =>
  value === undefined || value === null ? 'empty' : JSON.stringify(value).slice(0, 100);
