import { Catalog } from '@auditmesh/events';
import { compileControl, type Control } from './control.js';
import { ownControlFiles } from './generated/own-controls.js';

let compiled: readonly Control[] | undefined;

/**
 * The controls that come with the mesh, by name.
 *
 * @throws Error if a file of them is at fault, which the check of the schemas finds before
 */
export function ownControls(): readonly Control[] {
  compiled ??= ownControlFiles.map(([name, text]) => {
    const { control, problems } = compileControl(`${name}.yml`, text, {
      catalog: new Catalog(),
      settings: {},
    });
    if (!control) throw new Error(`schemas/controls/${name}.yml: ${problems[0]!.message}`);
    return control;
  });
  return compiled;
}
