const unstorable =
  /\u0000|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|\\(?=u(?:0000|005c|d[89a-f][0-9a-f]{2}))/g;

const QUOTE_LIMIT = 100;
const SENTENCE_LIMIT = 300;

/**
 * Text that UTF-8, JSON and PostgreSQL can hold: NUL and lone surrogates become the visible six characters
 * `\u0000`, `\ud800` and so on. Where the text already has such six characters, their backslash becomes `\u005c`,
 * so two different texts never become equal. All other text stays as it is.
 */
export function escapeText(text: string): string {
  return text.replace(
    unstorable,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The text in double quotes for a message, cut after 100 characters. */
export function quoted(text: string): string {
  return JSON.stringify(escapeText(cut(text, QUOTE_LIMIT)));
}

/** The text as one sentence on one line, cut after 300 characters. */
export function sentence(text: string): string {
  const line = escapeText(cut(text.replaceAll(/\s+/g, ' ').trim(), SENTENCE_LIMIT));
  return /[.…]$/.test(line) ? line : `${line}.`;
}

function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit).replace(/[\ud800-\udbff]$/, '')}…`;
}
