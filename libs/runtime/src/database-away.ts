const away = /^(08|53|57P0|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)|terminated|timeout/i;

/** Whether PostgreSQL, or the way to it, is to blame for an error, and not what it was asked. */
export function isDatabaseAway(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return away.test(code ?? '') || away.test(message ?? '');
}
