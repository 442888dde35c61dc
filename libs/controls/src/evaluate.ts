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
  const { program } = control;
  if (!program)
    return {
      control,
      result: 'indeterminate',
      reason: 'Another system answers for this control.',
      values: {},
    };
  return { ...verdict(control, facts), values: program.snapshot(facts) };
}

/** The same without the values of a pass, for many events. */
export function evaluateLightly(control: Control, facts: Facts): Evaluation {
  const evaluation = verdict(control, facts);
  if (evaluation.result === 'pass' || !control.program) return evaluation;
  return { ...evaluation, values: control.program.snapshot(facts) };
}

function verdict(control: Control, facts: Facts): Evaluation {
  const answer = control.program?.answer(facts) ?? { reason: 'Another system answers for this control.' };
  if (answer === true) return control.pass;
  const failed = answer === false;
  return {
    control,
    result: failed ? 'fail' : 'indeterminate',
    reason: failed ? null : answer.reason,
    values: null,
  };
}

/** Whether an open violation of the control is resolved by what happened; false where that cannot be told. */
export function resolves(control: Control, facts: Facts): boolean {
  return control.resolution?.answer(facts) === true;
}
