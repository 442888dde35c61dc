/** What JSON text looks like that may hold NUL or a lone surrogate. */
const suspicious = /\\u(?:0000|d[89a-f])/i;

/**
 * Whether every text in it is one that PostgreSQL can hold: without NUL and lone surrogates.
 *
 * @param json the value as JSON text, where the caller has it
 */
export function isStorable(value: unknown, json = JSON.stringify(value)): boolean {
  return !suspicious.test(json) || everyText(value);
}

/** What is wrong with a text that must be JSON, in a sentence. */
export function faultOfJson(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return suspicious.test(text) && !everyText(value)
      ? 'A JSON text contains NUL or a lone surrogate.'
      : undefined;
  } catch {
    return 'A text that must be JSON is none.';
  }
}

export const quote = (text: string): string => JSON.stringify(text.slice(0, 100));

function everyText(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed();
  if (Array.isArray(value)) return value.every(everyText);
  if (value === null || typeof value !== 'object') return true;
  return Object.entries(value).every(([name, part]) => everyText(name) && everyText(part));
}
