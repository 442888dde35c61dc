/** Classes of errors, by what their texts contain; the first one that fits. The texts themselves may quote values. */
const classes: [RegExp, string][] = [
  [/permission denied|not authorized|unauthorized/i, 'permission_denied'],
  [/missing client token|no client token/i, 'missing_token'],
  [/invalid token|bad token|token (?:is )?(?:expired|not found)/i, 'invalid_token'],
  [/rate limit|quota/i, 'rate_limited'],
  [/unsupported (?:path|operation)|no handler for route/i, 'unsupported'],
  [/not found|no such|does not exist|unknown role/i, 'not_found'],
  [/invalid request|missing|must be|cannot be|failed to parse/i, 'invalid_request'],
  [/sealed|standby|not initialized/i, 'unavailable'],
  [/deadline exceeded|canceled|timed? ?out/i, 'timeout'],
  [/audit/i, 'not_audited'],
  [/internal error/i, 'internal_error'],
];

const denials = new Set<string>(['permission_denied', 'missing_token', 'invalid_token']);

/** Class of an error by its text: one word of a closed list, never a part of the text. */
export const errorClass = (text: string): string =>
  classes.find(([pattern]) => pattern.test(text))?.[1] ?? 'other_error';

/** Whether the class says that somebody was not let in. */
export const isDenial = (code: string | null): boolean => code !== null && denials.has(code);
