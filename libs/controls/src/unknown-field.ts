import { nearest, quoted } from '@auditmesh/policies';
import { described, isRecord, type Shape } from './shape.js';

/** Names that the sentence lists. */
const SHOWN = 12;

/** A sentence on a name that is none of the fields of a shape. @param above the steps to the shape; none for the variables */
export function unknownField(above: readonly string[], name: string, shape: Shape): string {
  const of = above.join('.');
  if (!isRecord(shape)) return `There is no field ${quoted(name)} in ${of}, which is ${described(shape)}.`;
  const names = Object.keys(shape.fields);
  const meant = nearest(name, names);
  const instead = meant === undefined ? known(names) : `${quoted(meant)} may be meant`;
  return of === ''
    ? `The name ${quoted(name)} is unknown; ${instead}.`
    : `There is no field ${quoted(name)} in ${of}; ${instead}.`;
}

function known(names: string[]): string {
  const shown = names.slice(0, SHOWN).join(', ');
  if (names.length === 0) return 'it has none';
  return `there ${names.length === 1 ? 'is' : 'are'} ${shown}${names.length > SHOWN ? ' and others' : ''}`;
}
