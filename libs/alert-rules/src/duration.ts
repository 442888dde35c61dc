const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const names: [number, string][] = [
  [units.d, 'day'],
  [units.h, 'hour'],
  [units.m, 'minute'],
  [units.s, 'second'],
];

/** Milliseconds of a text such as `10m`; the schema of rules knows its form. */
export const milliseconds = (text: string): number =>
  Number(text.slice(0, -1)) * units[text.at(-1) as keyof typeof units];

/** The time in words, in the largest unit that it is a multiple of: `90 seconds`, `1 hour`. */
export function durationText(ms: number): string {
  const [unit, name] = names.find(([each]) => ms >= each && ms % each === 0) ?? [1, 'millisecond'];
  const count = ms / unit;
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
