import { scalar, type Span, type YamlValue } from './yaml-value.js';

/** Levels of lists and mappings that a file may have; GitLab's own limit. */
export const MAX_DEPTH = 100;

/** Characters that aliases and keys that are no text may stand for in one file. */
const MAX_EXPANSION = 2_000_000;

/** Something to say about a place in a file. */
export interface Remark {
  /** One sentence. */
  message: string;
  /** UTF-16 units from the start of the text; null for the file as a whole. */
  offset: number | null;
}

/** What reading the nodes of one document gathers. */
export interface Reading {
  errors: Remark[];
  warnings: Remark[];
  /** Values by anchor; null while the value is being read. */
  anchors: Map<string, YamlValue | null>;
  /** Characters that aliases stood for so far. */
  expansion: number;
}

export function newReading(): Reading {
  return { errors: [], warnings: [], anchors: new Map(), expansion: 0 };
}

/**
 * Counts characters that the file does not have itself, so that a small file cannot stand for a huge one. False, and
 * one error for the file, once there are too many.
 */
export function mayExpand(reading: Reading, size: number, at: Span): boolean {
  const before = reading.expansion;
  reading.expansion += size;
  if (reading.expansion <= MAX_EXPANSION) return true;
  if (before <= MAX_EXPANSION)
    reading.errors.push({
      message: `The aliases stand for more than ${MAX_EXPANSION} characters.`,
      offset: at.start,
    });
  return false;
}

/** The value, or null and an error where aliases made it deeper than {@link MAX_DEPTH}. */
export function withinDepth(reading: Reading, value: YamlValue): YamlValue {
  if (value.height <= MAX_DEPTH) return value;
  reading.errors.push(tooDeep(value.span.start));
  return scalar(value.span, null);
}

/** The error of a file that is nested too deep. */
export function tooDeep(offset: number): Remark {
  return { message: `The file is nested more than ${MAX_DEPTH} levels deep.`, offset };
}
