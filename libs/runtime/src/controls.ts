export { ControlsConfig } from './controls/controls-config.js';
export { loadControlSets } from './controls/control-sets.js';
