/** Of this form of the text. */
const VERSION = '1';

/** How far a stream has come, as the id of its events: by partition, the offset before which everything is told. */
export const positionText = (offsets: readonly number[]): string =>
  [VERSION, ...offsets.map((offset) => offset.toString(36))].join('.');

/** The offsets of a text that a stream gave; undefined if it is none, or one of a topic with other partitions. */
export function offsetsOf(text: string, partitions: number): number[] | undefined {
  const [version, ...parts] = text.split('.');
  if (version !== VERSION || parts.length !== partitions) return undefined;
  if (!parts.every((part) => /^[0-9a-z]{1,11}$/.test(part))) return undefined;
  const offsets = parts.map((part) => parseInt(part, 36));
  return offsets.every(Number.isSafeInteger) ? offsets : undefined;
}
