import type { FileError } from '@auditmesh/events';
import type { PolicyPreview, Preview, ProjectsPreview } from './policy-preview.js';

const MAX_VALUE = 200;

/** How the parts of a preview look. */
interface Style {
  title(text: string): string[];
  item(text: string): string;
  detail(text: string): string;
  code(text: string): string;
}

const plain: Style = {
  title: (text) => ['', text],
  item: (text) => `  ${text}`,
  detail: (text) => `    ${text}`,
  code: (text) => text,
};

const markdown: Style = {
  title: (text) => ['', `### ${text}`, ''],
  item: (text) => `- ${text}`,
  detail: (text) => `  - ${text}`,
  code: codeSpan,
};

/** What is compared, in words. */
export interface Compared {
  file: string;
  base: string;
  head: string;
}

/** The preview for a terminal. */
export function previewText(preview: Preview, compared: Compared): string {
  return [`${compared.file}: ${compared.base} → ${compared.head}`, ...body(preview, plain)].join('\n');
}

/** The preview for a comment on a merge request. */
export function previewMarkdown(preview: Preview, compared: Compared): string {
  const { code } = markdown;
  return [
    '## Security policies',
    '',
    `${code(compared.file)}: ${code(compared.base)} → ${code(compared.head)}`,
    ...body(preview, markdown),
  ].join('\n');
}

function body({ valid, errors, changes, warnings }: Preview, style: Style): string[] {
  if (!valid)
    return [
      ...style.title('The file is invalid: no policy would change, the last valid ones stay in force'),
      ...errors.map((error) => style.item(located(error, style))),
    ];
  const fresh = warnings.filter((warning) => warning.new).length;
  return [
    ...style.title(summaryOf(changes)),
    ...changes.flatMap((change) => changeLines(change, style)),
    ...(warnings.length ? style.title(`${counted(warnings.length, 'warning')}, ${fresh} of them new`) : []),
    ...warnings.map((warning) => style.item(`${located(warning, style)}${warning.new ? ' (new)' : ''}`)),
  ];
}

/** How many policies would change, and how. */
export function summaryOf(changes: PolicyPreview[]): string {
  if (changes.length === 0) return 'No policy changes';
  const count = (kind: PolicyPreview['kind']) => changes.filter((change) => change.kind === kind).length;
  const parts = (['created', 'updated', 'renamed', 'deleted'] as const)
    .filter((kind) => count(kind) > 0)
    .map((kind) => `${count(kind)} ${kind}`);
  return `${counted(changes.length, 'policy', 'policies')}: ${parts.join(', ')}`;
}

function changeLines(change: PolicyPreview, style: Style): string[] {
  const { kind, type, name, renamed_from, line, diff, rules, projects } = change;
  const former = renamed_from === null ? '' : ` (was ${style.code(JSON.stringify(renamed_from))})`;
  const head = `${kind} ${style.code(type)} ${style.code(JSON.stringify(name))}${former}${line === null ? '' : `, line ${line}`}`;
  const fields = kind === 'updated' ? diff.map((field) => style.detail(fieldLine(field, style))) : [];
  const ruleParts = [
    positions('created', 'rule', rules.created),
    positions('updated', 'rule', rules.updated),
    positions('deleted', 'former rule', rules.deleted),
  ].filter((part) => part !== '');
  return [
    style.item(head),
    ...fields,
    ...(kind === 'updated' && ruleParts.length ? [style.detail(`rules: ${ruleParts.join(', ')}`)] : []),
    style.detail(projects ? projectsLine(projects, style) : 'projects: unknown (no directory)'),
    ...(projects?.warnings ?? []).map((warning) => style.detail(style.code(warning))),
  ];
}

function fieldLine({ path, before, after }: PolicyPreview['diff'][number], { code }: Style): string {
  const value = (json: unknown) => code(cut(JSON.stringify(json)));
  const name = code(oneLine(path));
  if (before === undefined) return `${name}: added ${value(after)}`;
  if (after === undefined) return `${name}: removed ${value(before)}`;
  return `${name}: ${value(before)} → ${value(after)}`;
}

function positions(verb: string, what: string, list: number[]): string {
  return list.length ? `${verb} ${list.map((at) => `${what} ${at + 1}`).join(', ')}` : '';
}

function projectsLine({ count, gained, lost, sample }: ProjectsPreview, { code }: Style): string {
  const more = count > sample.length ? ` and ${count - sample.length} more` : '';
  const moved = [gained ? `${gained} gained` : '', lost ? `${lost} lost` : ''].filter(Boolean).join(', ');
  const names = sample.length ? `: ${sample.map((path) => code(oneLine(path))).join(', ')}${more}` : '';
  return `${counted(count, 'project')}${moved ? ` (${moved})` : ''}${names}`;
}

function located({ line, column, message }: FileError, { code }: Style): string {
  return code(line === null ? message : `${line}:${column} ${message}`);
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function oneLine(text: string): string {
  return cut(JSON.stringify(text).slice(1, -1));
}

function cut(text: string): string {
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE).toWellFormed()}…` : text;
}

/** The text as Markdown code, whatever it has in it. */
function codeSpan(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = longest > 0 ? ' ' : '';
  return `${fence}${pad}${text}${pad}${fence}`;
}
