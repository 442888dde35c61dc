const unstorable =
  /\u0000|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|\\(?=u(?:0000|005c|d[89a-f][0-9a-f]{2}))/g;

/**
 * Text that UTF-8, JSON and PostgreSQL can hold: NUL and lone surrogates become the visible six characters
 * `\u0000`, `\ud800` and so on. Where the text already has such six characters, their backslash becomes `\u005c`,
 * so two different texts never become equal. All other text stays as it is.
 */
export function escapeText(text: string): string {
  if (isPlain(text)) return text;
  return text.replace(
    unstorable,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Whether nothing in it could be meant by the expression above, which takes longer to say so. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0 || code === 0x5c || (code >= 0xd800 && code <= 0xdfff)) return false;
  }
  return true;
}

/** The value with every text in it escaped, names included. */
export function escapeTexts<T>(value: T): T {
  if (typeof value === 'string') return escapeText(value) as T;
  if (Array.isArray(value)) return value.map(escapeTexts) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [escapeText(name), escapeTexts(part)]),
  ) as T;
}
