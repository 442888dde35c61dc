import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, Scalar, type YAMLMap } from 'yaml';
import { canonicalText } from './json.js';
import { escapeText } from '@auditmesh/events';
import { quoted } from './text.js';
import { mayExpand, type Reading, withinDepth } from './yaml-reading.js';
import { readPlainScalar } from './yaml-scalar.js';
import {
  list,
  map,
  scalar,
  toJson,
  type Span,
  type YamlField,
  type YamlMap,
  type YamlValue,
} from './yaml-value.js';

const knownTags = new Set(['!', '!!str', '!!null', '!!bool', '!!int', '!!float', '!!map', '!!seq']);
const typedByContent = new Set(['!!null', '!!bool', '!!int', '!!float']);

/**
 * Value of a node that was composed with the failsafe schema, where every scalar is text. Of a key given twice the
 * last value counts, and a merge key replaces what is before it, both as in Ruby. Problems go to `reading`, with
 * null in place of what could not be read.
 *
 * @param around where a node without a place of its own belongs
 */
export function readNode(reading: Reading, node: unknown, around: Span): YamlValue {
  const span = spanOf(node, around);
  if (isAlias(node)) return readAlias(reading, node.source, span);
  if (!isScalar(node) && !isSeq(node) && !isMap(node)) return scalar(span, null);
  const tag = node.tag?.replace('tag:yaml.org,2002:', '!!');
  if (tag !== undefined && !knownTags.has(tag))
    reading.warnings.push({ message: `The tag ${quoted(tag)} is ignored.`, offset: span.start });
  if (node.anchor !== undefined) reading.anchors.set(node.anchor, null);
  const value = withinDepth(reading, readContent(reading, node, tag, span));
  if (node.anchor !== undefined) reading.anchors.set(node.anchor, value);
  return value;
}

function readContent(reading: Reading, node: Node, tag: string | undefined, span: Span): YamlValue {
  if (isMap(node)) return readMap(reading, node, span);
  if (isSeq(node))
    return list(
      span,
      node.items.map((item) => readNode(reading, item, span)),
    );
  const { value, type } = node as Scalar;
  const plain = tag === undefined ? type === Scalar.PLAIN : typedByContent.has(tag);
  const read = plain ? readPlainScalar(String(value)) : String(value);
  return scalar(span, typeof read === 'string' ? escapeText(read) : read);
}

function readAlias(reading: Reading, anchor: string, span: Span): YamlValue {
  const value = reading.anchors.get(anchor);
  if (value) return mayExpand(reading, value.size, span) ? { ...value, span } : scalar(span, null);
  const problem = value === null ? 'stands for what it is part of' : 'has no anchor before it';
  reading.errors.push({ message: `The alias ${quoted(anchor)} ${problem}.`, offset: span.start });
  return scalar(span, null);
}

function readMap(reading: Reading, node: YAMLMap, span: Span): YamlMap {
  const fields = new Map<string, YamlField>();
  const given = new Set<string>();
  for (const pair of node.items) {
    const at = spanOf(pair.key, span);
    const key = readKey(reading, pair.key, at);
    const value = readNode(reading, pair.value, at);
    if (isMergeKey(pair) && merge(reading, fields, given, { key: at, value })) continue;
    if (given.has(key)) warn(reading, at, `The key ${quoted(key)} is given twice; the last one counts.`);
    given.add(key);
    fields.set(key, { key: at, value });
  }
  return map(span, fields);
}

function readKey(reading: Reading, node: unknown, span: Span): string {
  const key = readNode(reading, node, span);
  if (key.kind === 'scalar') return typeof key.value === 'string' ? key.value : JSON.stringify(key.value);
  const text = canonicalText(toJson(key));
  return mayExpand(reading, text.length, span) ? text : '';
}

function isMergeKey({ key }: Pair): boolean {
  return isScalar(key) && key.value === '<<' && key.type === Scalar.PLAIN && key.tag === undefined;
}

function merge(
  reading: Reading,
  fields: Map<string, YamlField>,
  given: Set<string>,
  source: YamlField,
): boolean {
  const maps = source.value.kind === 'list' ? source.value.items : [source.value];
  if (!maps.every((item) => item.kind === 'map')) {
    warn(reading, source.key, 'What the key "<<" merges is no mapping, so it is a key like any other.');
    return false;
  }
  for (const { fields: merged } of maps.reverse()) {
    for (const [key, { value }] of merged) {
      if (given.has(key))
        warn(reading, source.key, `What is merged replaces the key ${quoted(key)} before it.`);
      fields.set(key, { key: source.key, value });
    }
  }
  return true;
}

function warn(reading: Reading, at: Span, message: string): void {
  reading.warnings.push({ message, offset: at.start });
}

function spanOf(node: unknown, around: Span): Span {
  const range = (node as Node | null)?.range;
  return range ? { start: range[0], end: range[1] } : { start: around.start, end: around.start };
}
