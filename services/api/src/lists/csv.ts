/** What a spreadsheet would take for a formula: `=HYPERLINK(…)` in a title must not run where somebody opens the file. */
const FORMULA = /^[=+\-@\t\r]/;

/**
 * A line of CSV (RFC 4180), with its end. Null is an empty field. Text that a spreadsheet would take for a formula gets
 * an apostrophe before it, which spreadsheets do not show; numbers stay as they are.
 */
export const csvLine = (values: readonly (string | number | null)[]): string =>
  `${values.map(field).join(',')}\r\n`;

function field(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
