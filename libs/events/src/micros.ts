const rfc3339 = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)$/;

/** Of the newest call: what is written together happened at about the same time, and a date takes long to write. */
let lastMillis = NaN;
let lastText = '';

/** RFC 3339 text in UTC with six fractional digits, of µs since the epoch. */
export function formatMicros(micros: number): string {
  const millis = Math.floor(micros / 1000);
  const rest = micros - millis * 1000;
  if (millis !== lastMillis) {
    lastText = new Date(millis).toISOString().slice(0, -1);
    lastMillis = millis;
  }
  return `${lastText}${String(rest).padStart(3, '0')}Z`;
}

/** µs since the epoch of RFC 3339 text, cut after the sixth fractional digit; undefined if it is none. */
export function parseMicros(text: string): number | undefined {
  const match = rfc3339.exec(text);
  if (!match) return undefined;
  const seconds = Date.parse(`${match[1]}T${match[2]}${match[4]!.toUpperCase()}`);
  if (Number.isNaN(seconds)) return undefined;
  return seconds * 1000 + Number((match[3] ?? '').padEnd(6, '0').slice(0, 6));
}
