import type { Control } from './control.js';
import type { Facts, Snapshot } from './facts.js';

export type Result = 'pass' | 'fail' | 'indeterminate';

/** What a control says of the facts. */
export interface Evaluation {
  readonly control: Control;
  readonly result: Result;
  /** Why there is no answer, in a sentence; null where there is one. */
  readonly reason: string | null;
  /** Every field that the expression names, with its value; null for a pass that was not asked to keep them. */
  readonly values: Snapshot | null;
}

/** Evaluates a control with all that was read. Never throws; what cannot be evaluated is indeterminate, never a pass. */
export function evaluate(control: Control, facts: Facts): Evaluation & { values: Snapshot } {
  const { result, reason } = evaluateLightly(control, facts);
  return { control, result, reason, values: control.program?.snapshot(facts) ?? {} };
}

/** The same without the values of a pass, for many events. */
export function evaluateLightly(control: Control, facts: Facts): Evaluation {
  const { program } = control;
  if (!program) return external(control);
  const answer = program.answer(facts);
  if (answer === true) return control.pass;
  const values = program.snapshot(facts);
  if (answer === false) return { control, result: 'fail', reason: null, values };
  return { control, result: 'indeterminate', reason: answer.reason, values };
}

const external = (control: Control): Evaluation => ({
  control,
  result: 'indeterminate',
  reason: 'Another system answers for this control.',
  values: null,
});

/** Whether an open violation of the control is resolved by what happened; false where that cannot be told. */
export function resolves(control: Control, facts: Facts): boolean {
  return control.resolution?.answer(facts) === true;
}
