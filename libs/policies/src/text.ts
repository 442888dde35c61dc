import { escapeText } from '@auditmesh/events';

const QUOTE_LIMIT = 100;
const SENTENCE_LIMIT = 300;

/** The text in double quotes for a message, cut after 100 characters. */
export function quoted(text: string): string {
  return JSON.stringify(escapeText(cut(text, QUOTE_LIMIT)));
}

/** The text as one sentence on one line, cut after 300 characters. */
export function sentence(text: string): string {
  const line = escapeText(cut(text.replaceAll(/\s+/g, ' ').trim(), SENTENCE_LIMIT));
  return /[.…]$/.test(line) ? line : `${line}.`;
}

/** The text, cut after `limit` characters. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit).replace(/[\ud800-\udbff]$/, '')}…`;
}
