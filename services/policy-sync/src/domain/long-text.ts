/**
 * Names a text within the value that has more characters than an event can take, in a sentence; undefined if none has.
 *
 * @param path of the value, for the sentence
 */
export function tooLong(value: unknown, limit: number, path = ''): string | undefined {
  if (typeof value === 'string')
    return value.length > limit ? `The field ${path} has more than ${limit} characters.` : undefined;
  if (value === null || typeof value !== 'object') return undefined;
  for (const [name, part] of Object.entries(value)) {
    const fault = tooLong(part, limit, path ? `${path}.${name}` : name);
    if (fault) return fault;
  }
  return undefined;
}
