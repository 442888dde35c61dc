import { RE2JS } from 're2js';

/** Characters of a text that a pattern may be matched against; it takes a time in proportion to them. */
export const MAX_MATCHED = 1_000;
const MAX_PATTERN = 200;
/** Instructions of a compiled pattern; a character takes a time in proportion to them. */
const MAX_PROGRAM = 200;
/** Instructions that take as long for one character as a step of an expression. */
const INSTRUCTIONS_PER_STEP = 10;
/** Compiled patterns that are kept. */
const MAX_PATTERNS = 2_000;
const compiled = new Map<string, RE2JS>();

/** What keeps a pattern from being used; undefined if nothing does. It is in the syntax of RE2, which never backtracks. */
export function patternFault(pattern: string): string | undefined {
  if (pattern.length > MAX_PATTERN) return `A pattern has at most ${MAX_PATTERN} characters.`;
  if (
    [...pattern.matchAll(/\{(\d*),?(\d*)\}/g)].some(([, ...counts]) =>
      counts.some((count) => Number(count) > 99),
    )
  )
    return 'A pattern repeats nothing more than 99 times.';
  try {
    return compile(pattern).programSize() > MAX_PROGRAM
      ? 'The pattern is too large: it has too many parts or repetitions.'
      : undefined;
  } catch (error) {
    return `The pattern is not one that RE2 knows: ${(error as Error).message.replace(/\.$/, '')}.`;
  }
}

/** Steps that it takes at most to look for the pattern, one without a fault. */
export function patternSteps(pattern: string): number {
  return MAX_MATCHED * Math.ceil(compile(pattern).programSize() / INSTRUCTIONS_PER_STEP);
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
