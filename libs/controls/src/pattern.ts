import { RE2JS } from 're2js';

/** Characters of a text that a pattern may be matched against; it takes a time in proportion to them. */
export const MAX_MATCHED = 1_000;
const MAX_PATTERN = 200;
const compiled = new Map<string, RE2JS>();

/** What keeps a pattern from being used; undefined if nothing does. It is in the syntax of RE2, which never backtracks. */
export function patternFault(pattern: string): string | undefined {
  if (pattern.length > MAX_PATTERN) return `A pattern has at most ${MAX_PATTERN} characters.`;
  try {
    compile(pattern);
    return undefined;
  } catch (error) {
    return `The pattern is not one that RE2 knows: ${(error as Error).message.replace(/\.$/, '')}.`;
  }
}

/**
 * Whether the pattern is found in the text.
 *
 * @param pattern one without a fault
 * @throws Error if the text is too long
 */
export function matchesLinear(text: string, pattern: string): boolean {
  if (text.length > MAX_MATCHED)
    throw new Error(`a text of more than ${MAX_MATCHED} characters is not matched against a pattern`);
  return compile(pattern).matcher(text).find();
}

/** Patterns stand in expressions as they are, so there are no more of them than were compiled for controls. */
function compile(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known) return known;
  const made = RE2JS.compile(pattern);
  if (compiled.size >= MAX_PATTERNS) compiled.clear();
  compiled.set(pattern, made);
  return made;
}
const MAX_PATTERNS = 2_000;
