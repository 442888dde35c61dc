import type { Catalog, Category } from '@auditmesh/events';
import type { ControlDefinition, SettingType } from './control-file.js';
import { eventShape } from './event-shape.js';
import type { RecordShape, Shape } from './shape.js';

/** What controls may name: the types of events, and the settings of projects. */
export interface Vocabulary {
  readonly catalog: Catalog;
  readonly settings: Readonly<Record<string, SettingType>>;
}

/** Events of these categories come from the mesh itself; if they triggered controls, one violation could lead to another. */
const silent: ReadonlySet<Category | undefined> = new Set<Category | undefined>([
  'violation_detection',
  'compliance',
  'administration',
]);
const settingShapes: Record<SettingType, Shape> = {
  bool: 'bool',
  int: 'int',
  double: 'double',
  string: 'string',
  strings: { list: 'string' },
};

/** Whether events of this category may trigger controls. */
export const mayTrigger = (category: Category | undefined): boolean => !silent.has(category);

/** The vocabulary with the settings that a control names itself. */
export function withSettings(vocabulary: Vocabulary, { settings }: ControlDefinition): Vocabulary {
  return settings ? { ...vocabulary, settings: { ...vocabulary.settings, ...settings } } : vocabulary;
}

/** What expressions may read when an event of the type occurs; without a type, of the project alone. */
export function rootsOf({ settings }: Vocabulary, type: string | null): RecordShape {
  const fields = Object.fromEntries(
    Object.entries(settings).map(([name, each]) => [name, settingShapes[each]]),
  );
  const project: Shape = {
    fields: {
      id: 'int',
      path: 'string',
      namespace_id: 'int',
      archived: 'bool',
      personal: 'bool',
      settings: { fields },
    },
  };
  return { fields: type === null ? { project } : { event: eventShape(type), project } };
}
