/** An expression in the form of ADR 005. */
export interface Comparison {
  /** A path such as `event.details.approval_count`, or the bare name of a setting of the project. */
  readonly field: string;
  readonly operator: '=' | '!=' | '>' | '<' | '>=' | '<=';
  readonly value: string | number | boolean;
}

/** The same in CEL. */
export function celOf({ field, operator, value }: Comparison): string {
  return `${pathOf(field)} ${operator === '=' ? '==' : operator} ${literal(value)}`;
}

/** The field that a comparison is about, in CEL. */
export function pathOf(field: string): string {
  return field.includes('.') ? field : `project.settings.${field}`;
}

/** JSON's escapes are CEL's too. */
function literal(value: Comparison['value']): string {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return JSON.stringify(value);
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
