import type { Json } from './json.js';

/** Part of the text that a value was read from, in UTF-16 units. */
export interface Span {
  start: number;
  end: number;
}

interface Extent {
  span: Span;
  /** Characters and values, with aliases written out. */
  size: number;
  /** Levels of lists and mappings; 0 for a scalar. */
  height: number;
}

export interface YamlScalar extends Extent {
  kind: 'scalar';
  value: null | boolean | number | string;
}

export interface YamlList extends Extent {
  kind: 'list';
  items: YamlValue[];
}

/** A mapping; keys are text, in the order of the file. */
export interface YamlMap extends Extent {
  kind: 'map';
  fields: Map<string, YamlField>;
}

export interface YamlField {
  /** Where the key is. */
  key: Span;
  value: YamlValue;
}

/** A value with its place. Aliases share what they stand for. */
export type YamlValue = YamlScalar | YamlList | YamlMap;

export function scalar(span: Span, value: YamlScalar['value']): YamlScalar {
  return { kind: 'scalar', span, value, height: 0, size: typeof value === 'string' ? 1 + value.length : 1 };
}

export function list(span: Span, items: YamlValue[]): YamlList {
  const size = items.reduce((sum, item) => sum + item.size, 1);
  return { kind: 'list', span, items, size, height: 1 + tallest(items) };
}

export function map(span: Span, fields: Map<string, YamlField>): YamlMap {
  let size = 1;
  for (const [key, { value }] of fields) size += key.length + value.size;
  return { kind: 'map', span, fields, size, height: 1 + tallest([...fields.values()].map((f) => f.value)) };
}

function tallest(values: YamlValue[]): number {
  return values.reduce((height, value) => Math.max(height, value.height), 0);
}

/** The value as JSON, with aliases written out. */
export function toJson(value: YamlValue): Json {
  if (value.kind === 'scalar') return value.value;
  if (value.kind === 'list') return value.items.map(toJson);
  return Object.fromEntries([...value.fields].map(([key, field]) => [key, toJson(field.value)]));
}
