/** What is known of a value that expressions may read. */
export type Shape = Scalar | ListShape | RecordShape;
export type Scalar = 'bool' | 'int' | 'double' | 'string' | 'time' | 'any';
export interface ListShape {
  readonly list: Shape;
}
/** Fields by name; each may be missing in an event. */
export interface RecordShape {
  readonly fields: Readonly<Record<string, Shape>>;
}

const words: Record<Scalar, string> = {
  bool: 'true or false',
  int: 'a whole number',
  double: 'a number',
  string: 'text',
  time: 'a time',
  any: 'any value',
};

export const isRecord = (shape: Shape): shape is RecordShape =>
  typeof shape === 'object' && 'fields' in shape;
export const isList = (shape: Shape): shape is ListShape => typeof shape === 'object' && 'list' in shape;

/** The field of the shape; undefined where it has none of this name. */
export function fieldOf(shape: Shape, name: string): Shape | undefined {
  if (shape === 'any') return 'any';
  return isRecord(shape) && Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
}

/** What an entry is of what is gone through: of a list, of the keys of a mapping, or unknown. */
export const entryOf = (shape: Shape): Shape => (isList(shape) ? shape.list : 'any');

/** The shape in words, such as `a list of text`. */
export function described(shape: Shape): string {
  if (isRecord(shape)) return 'a mapping';
  if (!isList(shape)) return words[shape];
  return isRecord(shape.list) || shape.list === 'any' ? 'a list' : `a list of ${described(shape.list)}`;
}
