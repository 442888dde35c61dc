import { hash } from 'node:crypto';
import type { Content } from './generated/records.js';

/** Bytes of a value beyond which an event only refers to it. */
export const LONG_VALUE = 4_000;
const EXCERPT = 200;

/**
 * A JSON text short enough for an event: itself, or the JSON text of {sha256, size, excerpt} with the value as content.
 *
 * @returns size in bytes of UTF-8
 */
export function referToLong(text: string): { text: string; content: Content | null } {
  const size = new TextEncoder().encode(text).length;
  if (size <= LONG_VALUE) return { text, content: null };
  const content = contentOf(text);
  const excerpt = text.slice(0, EXCERPT).toWellFormed();
  return { text: JSON.stringify({ sha256: content.sha256, size, excerpt }), content };
}

/** A JSON text to be kept beside the event that names its hash. */
export const contentOf = (text: string): Content => ({ sha256: hash('sha256', text, 'hex'), text });
