import { compileControls, type Control, ownControls, problemText, vocabularyOf } from '@auditmesh/controls';
import type { Catalog } from '@auditmesh/events';
import { ConfigError } from '../config.js';
import { readYamlFolder, type NamedText } from '../yaml-folder.js';

/**
 * The controls of the configured folder, in the order of their files; none without a folder.
 *
 * @throws ConfigError if the folder cannot be read, has no control file, or one of them is at fault
 */
export function configuredControls(folder: string | undefined, catalog: Catalog): Control[] {
  if (folder === undefined) return [];
  const { files, controls, problems } = compileControls(
    textsOf(folder),
    vocabularyOf(catalog, ownControls()),
  );
  if (!files)
    throw ConfigError.about([
      `CONTROLS_FOLDER: ${folder} has no .yml file; name the folder with the controls.`,
    ]);
  if (problems.length)
    throw ConfigError.about([
      `CONTROLS_FOLDER: ${folder}: ${problems.map(problemText).join('\n  ')}\n  \`auditmesh controls check\` finds this beforehand.`,
    ]);
  return controls;
}

function textsOf(folder: string): NamedText[] {
  try {
    return readYamlFolder(folder);
  } catch (cause) {
    throw ConfigError.about([`CONTROLS_FOLDER: ${folder} cannot be read: ${(cause as Error).message}`]);
  }
}
