import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  compileControl,
  compileControls,
  type Control,
  type ControlFiles,
  type ControlProblem,
  ControlSet,
  ownControls,
  problemText,
  type Vocabulary,
  vocabularyOf,
} from '@auditmesh/controls';
import { readYamlFolder } from '@auditmesh/runtime';
import { CliError, exitCodes } from './cli-error.js';
import { configuredCatalog } from './event-types.js';

/** The folder of the controls that come with the mesh. */
export const OWN_CONTROLS = join(dirname(fileURLToPath(import.meta.url)), '../../../schemas/controls');

/** What controls of a folder may name; ours name nothing but the catalog and themselves. */
export function vocabularyFor(folder: string | null): Vocabulary {
  return vocabularyOf(configuredCatalog(), folder === OWN_CONTROLS ? [] : ownControls());
}

/** The control files of a folder, those that load and what is wrong with the others. @throws CliError if it cannot be read */
export const readControlFolder = (folder: string): ControlFiles =>
  compileControls(
    needed(folder, () => readYamlFolder(folder)),
    vocabularyFor(folder),
  );

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
  if (!control) throw new CliError(problems.map(problemText).join('\n'));
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

/** As `problemText`, with the file to be found from where the command was given. */
export const problemIn = (folder: string, problem: ControlProblem): string =>
  problemText({ ...problem, file: join(folder, problem.file) });

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
