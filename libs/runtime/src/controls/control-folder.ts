import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  compileControl,
  type Control,
  type ControlProblem,
  ownControls,
  vocabularyOf,
} from '@auditmesh/controls';
import type { Catalog } from '@auditmesh/events';
import { ConfigError } from '../config.js';

/**
 * The controls of the configured folder, in the order of their files; none without a folder.
 *
 * @throws ConfigError if the folder cannot be read, has no control file, or one of them is at fault
 */
export function readControlFolder(folder: string | undefined, catalog: Catalog): Control[] {
  if (folder === undefined) return [];
  const texts = filesOf(folder);
  if (!texts.length)
    throw ConfigError.about([
      `CONTROLS_FOLDER: ${folder} has no .yml file; name the folder with the controls.`,
    ]);
  const vocabulary = vocabularyOf(catalog, ownControls());
  const read = texts.map(({ file, text }) => compileControl(file, text, vocabulary));
  const problems = read.flatMap((each) => each.problems);
  if (problems.length)
    throw ConfigError.about([
      `CONTROLS_FOLDER: ${folder}: ${problems.map(placed).join('\n  ')}\n  \`auditmesh controls check\` finds this beforehand.`,
    ]);
  return read.flatMap(({ control }) => control ?? []);
}

function filesOf(folder: string): { file: string; text: string }[] {
  try {
    return readdirSync(folder)
      .filter((file) => /\.ya?ml$/.test(file))
      .sort()
      .map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));
  } catch (cause) {
    throw ConfigError.about([`CONTROLS_FOLDER: ${folder} cannot be read: ${(cause as Error).message}`]);
  }
}

const placed = ({ file, line, column, message }: ControlProblem) =>
  `${file}${line === null ? '' : `:${line}:${column}`}: ${message}`;
