import { nearest, quoted } from '@auditmesh/policies';
import { celOf, type Comparison, pathOf } from './comparison.js';
import {
  type ControlDefinition,
  type ControlProblem,
  readControlFile,
  type ReadFile,
  type Severity,
} from './control-file.js';
import { compileExpression, type Program } from './program.js';
import { mayTrigger, rootsOf, type Vocabulary, withSettings } from './vocabulary.js';

/** A control that was checked and can be evaluated. */
export interface Control {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly evaluated: ControlDefinition['evaluated'];
  readonly severity: Severity;
  /** Types of events that it names itself. */
  readonly triggers: readonly string[];
  /** In CEL; null for an external control. */
  readonly expression: string | null;
  /** In CEL; `passes` for the expression itself, null if its violations are resolved by people only. */
  readonly resolvesWhen: string | null;
  readonly program: Program | null;
  readonly resolution: Program | null;
  /** What it was read from. */
  readonly definition: ControlDefinition;
  /** What is said of it when it passes, which is nearly always: one value for all. */
  readonly pass: Pass;
}

/** The evaluation of a control that passes, without the values. */
export interface Pass {
  readonly control: Control;
  readonly result: 'pass';
  readonly reason: null;
  readonly values: null;
}

/**
 * Reads, checks and compiles a control file. Nothing that it holds is ever run as JavaScript.
 *
 * @param file its name, with or without folders before it; empty for a text that is in none
 */
export function compileControl(
  file: string,
  text: string,
  vocabulary: Vocabulary,
): { control: Control; problems: readonly [] } | { control: null; problems: ControlProblem[] } {
  const read = readControlFile(file, text);
  if (Array.isArray(read)) return { control: null, problems: read };
  const { definition } = read;
  const known = withSettings(vocabulary, definition);
  const problems = [...settingProblems(read, vocabulary), ...triggerProblems(read, vocabulary)];
  if (problems.length) return { control: null, problems };
  const program = compiled(read, 'expression', known);
  const resolution = definition.resolves_when === 'passes' ? program : compiled(read, 'resolves_when', known);
  const faults = [program, resolution].flatMap((each) => (Array.isArray(each) ? each : []));
  if (Array.isArray(program) || Array.isArray(resolution))
    return { control: null, problems: [...new Set(faults)] };
  return { control: controlOf(definition, program, resolution), problems: [] };
}

/** What a folder of control files comes to. */
export interface ControlFiles {
  /** Number of files. */
  files: number;
  /** Those that load, in the order of their files. */
  controls: Control[];
  /** Why the others do not. */
  problems: ControlProblem[];
}

/** Compiles control files, each by itself. */
export function compileControls(
  files: readonly { file: string; text: string }[],
  vocabulary: Vocabulary,
): ControlFiles {
  const read = files.map(({ file, text }) => compileControl(file, text, vocabulary));
  return {
    files: files.length,
    controls: read.flatMap(({ control }) => control ?? []),
    problems: read.flatMap(({ problems }) => problems),
  };
}

/** `file:line:column: what is wrong`, as editors know it. */
export const problemText = ({ file, line, column, message }: ControlProblem): string =>
  `${file}${line === null ? '' : `:${line}:${column}`}: ${message}`;

function controlOf(
  definition: ControlDefinition,
  program: Program | null,
  resolution: Program | null,
): Control {
  const {
    name,
    title,
    description,
    evaluated,
    severity,
    triggers = [],
    expression,
    resolves_when,
  } = definition;
  const control = {
    ...{ name, title, description, evaluated, severity, triggers, definition, program, resolution },
    expression: expression === undefined ? null : inCel(expression),
    resolvesWhen: resolves_when === undefined ? null : inCel(resolves_when),
  };
  const pass = { control: control as Control, result: 'pass', reason: null, values: null } as const;
  return Object.freeze(Object.assign(control, { pass: Object.freeze(pass) }));
}

const inCel = (expression: string | Comparison): string =>
  typeof expression === 'string' ? expression : celOf(expression);

/** Compiles one of the two expressions; null where the control has none. */
function compiled(
  { definition, problemAt }: ReadFile,
  field: 'expression' | 'resolves_when',
  vocabulary: Vocabulary,
): Program | null | ControlProblem[] {
  const expression = definition[field];
  if (expression === undefined) return null;
  const types = definition.evaluated === 'settings' ? [null] : (definition.triggers ?? []);
  const roots = types.map((type) => ({ of: type ?? '', shape: rootsOf(vocabulary, type) }));
  const program = compileExpression(inCel(expression), roots);
  const fieldFits = (each: Comparison) =>
    !Array.isArray(compileExpression(`has(${pathOf(each.field)})`, roots));
  if (!Array.isArray(program)) return program;
  if (typeof expression === 'string')
    return program.map(({ message, offset }) => problemAt(field, message, offset));
  const place = [field, fieldFits(expression) ? 'value' : 'field'];
  return program.map(({ message }) => problemAt(place, message));
}

function settingProblems({ definition, problemAt }: ReadFile, { settings }: Vocabulary): ControlProblem[] {
  return Object.entries(definition.settings ?? {})
    .filter(([name, type]) => Object.hasOwn(settings, name) && settings[name] !== type)
    .map(([name]) =>
      problemAt(['settings', name], `The setting ${quoted(name)} is known already, as ${settings[name]}.`),
    );
}

function triggerProblems({ definition, problemAt }: ReadFile, { catalog }: Vocabulary): ControlProblem[] {
  return (definition.triggers ?? []).flatMap((type, at) => {
    const fault = (message: string) => [problemAt(['triggers', at], message)];
    const category = catalog.category(type);
    if (category === undefined) {
      const meant = nearest(
        type,
        catalog.all().map(({ name }) => name),
      );
      return fault(
        `The catalog has no type ${quoted(type)}${meant === undefined ? '' : `; "${meant}" may be meant`}.`,
      );
    }
    if (!mayTrigger(category))
      return fault(`Events of the category ${category}, as ${quoted(type)}, trigger no controls.`);
    return [];
  });
}
