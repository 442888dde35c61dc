import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  compileControl,
  type Control,
  type ControlProblem,
  ControlSet,
  ownControls,
  type Vocabulary,
  vocabularyOf,
} from '@auditmesh/controls';
import { CliError, exitCodes } from './cli-error.js';
import { configuredCatalog } from './event-types.js';

/** The folder of the controls that come with the mesh. */
export const OWN_CONTROLS = join(dirname(fileURLToPath(import.meta.url)), '../../../schemas/controls');

/** What a folder of control files holds. */
export interface ControlFolder {
  /** Number of control files. */
  files: number;
  controls: Control[];
  problems: ControlProblem[];
}

/** What controls of a folder may name; ours name nothing but the catalog and themselves. */
export function vocabularyFor(folder: string | null): Vocabulary {
  return vocabularyOf(configuredCatalog(), folder === OWN_CONTROLS ? [] : ownControls());
}

/** Reads the `.yml` and `.yaml` files of a folder, those of folders within it not. */
export function readControlFolder(folder: string): ControlFolder {
  const vocabulary = vocabularyFor(folder);
  const files = needed(folder, () => readdirSync(folder))
    .filter((file) => /\.ya?ml$/.test(file))
    .sort();
  const read = files.map((file) => compileControl(file, readText(join(folder, file)), vocabulary));
  return {
    files: files.length,
    controls: read.flatMap(({ control }) => control ?? []),
    problems: read.flatMap(({ problems }) => problems),
  };
}

/** A control of ours by its name, or one of a file. @throws CliError if there is none, or it is at fault */
export function findControl(nameOrFile: string): Control {
  if (!/\.ya?ml$/.test(nameOrFile)) {
    const control = ownControls().find(({ name }) => name === nameOrFile);
    if (control) return control;
    throw new CliError(
      `There is no control ${nameOrFile}; \`auditmesh controls list\` shows ours, and a file of yours ends with .yml.`,
    );
  }
  const { control, problems } = compileControl(nameOrFile, readText(nameOrFile), vocabularyFor(null));
  if (!control) throw new CliError(problems.map((problem) => problemText('', problem)).join('\n'));
  return control;
}

/** Types of events that trigger the control, by its own file or by theirs. */
export function triggersOf(control: Control): string[] {
  const vocabulary = vocabularyFor(null);
  const set = ControlSet.of([control], [], vocabulary);
  return vocabulary.catalog
    .all()
    .map(({ name }) => name)
    .filter((type) => set.triggeredBy(type).length > 0);
}

/** `file:line:column: what is wrong`, as editors know it. */
export function problemText(folder: string, { file, line, column, message }: ControlProblem): string {
  return `${join(folder, file)}${line === null ? '' : `:${line}:${column}`}: ${message}`;
}

export const readText = (file: string): string => needed(file, () => readFileSync(file, 'utf8'));

function needed<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new CliError(`${path} cannot be read: ${(cause as Error).message}`, exitCodes.unavailable, {
      cause,
    });
  }
}
