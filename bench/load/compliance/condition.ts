/** What a control asks for, in no language: the same condition is written in CEL for us and in Rego for others. */
export type Condition =
  | { readonly is: 'compared'; readonly field: string; readonly op: Operator; readonly to: Scalar }
  | { readonly is: 'field_compared'; readonly field: string; readonly op: Operator; readonly other: string }
  | { readonly is: 'size'; readonly field: string; readonly op: Operator; readonly to: number }
  | { readonly is: 'text'; readonly field: string; readonly test: TextTest; readonly of: string }
  | { readonly is: 'one_of'; readonly field: string; readonly values: readonly string[] }
  | { readonly is: 'contained'; readonly value: string; readonly field: string }
  /** Whether some or all entries of a list hold it; within, fields are of the entry, '' for the entry itself. */
  | { readonly is: 'entries'; readonly field: string; readonly are: 'some' | 'all'; readonly hold: Condition }
  | { readonly is: 'not'; readonly of: Condition }
  | { readonly is: 'all'; readonly of: readonly Condition[] }
  | { readonly is: 'any'; readonly of: readonly Condition[] };

export type Scalar = string | number | boolean;
export type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type TextTest = 'starts' | 'ends' | 'contains' | 'matches';

export const compared = (field: string, op: Operator, to: Scalar): Condition => ({
  is: 'compared',
  field,
  op,
  to,
});
export const fieldCompared = (field: string, op: Operator, other: string): Condition => ({
  is: 'field_compared',
  field,
  op,
  other,
});
export const size = (field: string, op: Operator, to: number): Condition => ({ is: 'size', field, op, to });
export const text = (field: string, test: TextTest, of: string): Condition => ({
  is: 'text',
  field,
  test,
  of,
});
export const oneOf = (field: string, ...values: string[]): Condition => ({ is: 'one_of', field, values });
export const contained = (value: string, field: string): Condition => ({ is: 'contained', value, field });
export const some = (field: string, hold: Condition): Condition => ({
  is: 'entries',
  field,
  are: 'some',
  hold,
});
export const every = (field: string, hold: Condition): Condition => ({
  is: 'entries',
  field,
  are: 'all',
  hold,
});
export const not = (of: Condition): Condition => ({ is: 'not', of });
export const all = (...of: Condition[]): Condition => ({ is: 'all', of });
export const any = (...of: Condition[]): Condition => ({ is: 'any', of });
