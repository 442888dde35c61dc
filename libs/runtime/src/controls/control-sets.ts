import { hash } from 'node:crypto';
import { ControlSets } from '@auditmesh/compliance';
import { ownControls, type SetProblem } from '@auditmesh/controls';
import type { Catalog } from '@auditmesh/events';
import { gauge } from '../metrics.js';
import { configuredControls } from './control-folder.js';
import type { ControlsConfig } from './controls-config.js';

const info = gauge(
  'auditmesh_controls_info',
  'Always 1; the digest of the controls that all tenants have. Services with different digests do not agree on them.',
  ['digest'],
);

/**
 * The controls of every tenant: ours, those of the configured folder, and its own.
 *
 * @param leftOut told of a tenant's own control that is left out
 * @throws ConfigError if the folder cannot be read, has no control file, or one of them is at fault
 */
export function loadControlSets(
  { CONTROLS_FOLDER: folder, CONTROLS_OVERRIDE: override }: Readonly<Partial<ControlsConfig>>,
  catalog: Catalog,
  leftOut: (problem: SetProblem) => void = () => undefined,
): ControlSets {
  const others = configuredControls(folder, catalog);
  const sets = new ControlSets(catalog, ownControls(), others, override === 'true', leftOut);
  const definitions = sets.common.all().map(({ definition }) => definition);
  info.set({ digest: hash('sha256', JSON.stringify(definitions), 'hex').slice(0, 16) }, 1);
  return sets;
}
