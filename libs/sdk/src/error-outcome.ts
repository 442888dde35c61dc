import type { Ending } from './access.js';

const denials = /^(EACCES|EPERM|.*(DENIED|Denied|FORBIDDEN|Forbidden|UNAUTHORIZED|Unauthorized).*|40[13])$/;
const code = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$|^\d{3}$/;

/** How an access that threw this ended. The error's message is never taken: it may quote the value. */
export function endingOf(error: unknown, isDenied?: (error: unknown) => boolean): Ending {
  const known = codesOf(error);
  const denied = isDenied ? isDenied(error) : known.some((c) => denials.test(c));
  return { outcome: denied ? 'denied' : 'failure', errorCode: known[0] };
}

/** Codes by which the error may be known, the most specific first. */
function codesOf(error: unknown): string[] {
  if (typeof error !== 'object' || error === null) return [];
  const { code: own, status, statusCode, name } = error as Record<string, unknown>;
  return [own, status, statusCode, name]
    .filter((c) => typeof c === 'string' || typeof c === 'number')
    .map(String)
    .filter((c) => code.test(c));
}
