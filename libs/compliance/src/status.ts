import { isOpen, type ViolationStatus } from './lifecycle.js';
import type { RequirementRef } from './required-controls.js';
import { extend, runAt, type Run, type Timeline } from './timeline.js';

/** What a control of a project, or a requirement, is in; the tables have the position in this list. */
export const complianceStatuses = ['pass', 'fail', 'pending'] as const;
export type ComplianceStatus = (typeof complianceStatuses)[number];

export type StateOfControl = ComplianceStatus | 'indeterminate';

/** What is known of one control of one project. Times are µs since the epoch. */
export interface ControlFacts {
  /** In the order in which they were recorded: of several from one time on the last holds. */
  readonly states: readonly { readonly at: number; readonly state: StateOfControl }[];
  readonly violations: readonly ViolationFacts[];
}

export interface ViolationFacts {
  /** When it was detected. */
  readonly at: number;
  /** In the order of their numbers; none is before the one before it, nor before the detection. */
  readonly transitions: readonly { readonly at: number; readonly to: ViolationStatus }[];
}

/** A requirement of a framework that is assigned to a project, with the controls that must all pass. */
export interface RequirementOfProject extends RequirementRef {
  readonly controls: readonly string[];
}

/** All that decides how one project stands. */
export interface ComplianceFacts {
  /** What is required of the project from each time on, in the order of the times; nothing is before the first. */
  readonly required: readonly {
    readonly at: number;
    readonly requirements: readonly RequirementOfProject[];
  }[];
  readonly controls: ReadonlyMap<string, ControlFacts>;
}

/** How one project stood at every time, in any order in which the facts became known. */
export interface ComplianceTimelines {
  /** By name, of controls that are or were required. A control is in some status at any time. */
  readonly controls: ReadonlyMap<string, Timeline<ComplianceStatus>>;
  /** By id, of requirements that are or were required; null is the status of one that is no longer. */
  readonly requirements: ReadonlyMap<number, Timeline<ComplianceStatus | null>>;
}

const UNKNOWN: Timeline<ComplianceStatus> = [{ from: -Infinity, status: 'pending' }];

/**
 * A control fails while a violation of it is open or its state is fail; it is pending while it has no state, or one
 * without an answer; it passes otherwise.
 */
export function controlTimeline({ states, violations }: ControlFacts): Timeline<ComplianceStatus> {
  const steps: { at: number; opened: number; state?: StateOfControl }[] = violations.flatMap(openings);
  for (const { at, state } of states) steps.push({ at, opened: 0, state });
  steps.sort((a, b) => a.at - b.at);
  const timeline: Run<ComplianceStatus>[] = [...UNKNOWN];
  let open = 0;
  let state: StateOfControl = 'pending';
  for (const step of steps) {
    open += step.opened;
    state = step.state ?? state;
    extend(timeline, step.at, open > 0 ? 'fail' : state === 'indeterminate' ? 'pending' : state);
  }
  return timeline;
}

/** A requirement fails if any of its controls does, else it is pending if any of them is or it has none, else it passes. */
export function complianceTimelines({ required, controls }: ComplianceFacts): ComplianceTimelines {
  const ofControls = new Map<string, Timeline<ComplianceStatus>>();
  const ofRequirements = new Map<number, Run<ComplianceStatus | null>[]>();
  const controlNamed = (name: string): Timeline<ComplianceStatus> => {
    const facts = controls.get(name);
    const timeline = ofControls.get(name) ?? (facts ? controlTimeline(facts) : UNKNOWN);
    ofControls.set(name, timeline);
    return timeline;
  };
  for (const { id, controls: names, from, until } of stretches(required)) {
    const timeline = ofRequirements.get(id) ?? [];
    ofRequirements.set(id, timeline);
    for (const run of together(names.map(controlNamed), from, until)) extend(timeline, run.from, run.status);
    if (until < Infinity) extend(timeline, until, null);
  }
  return { controls: ofControls, requirements: ofRequirements };
}

/** +1 and -1 at the times at which a violation becomes open and closed. */
function openings({ at, transitions }: ViolationFacts): { at: number; opened: number }[] {
  const steps = [{ at, opened: 1 }];
  let open = true;
  for (const { at: time, to } of transitions) {
    if (isOpen(to) === open) continue;
    open = !open;
    steps.push({ at: time, opened: open ? 1 : -1 });
  }
  return steps;
}

/** Requirements, each for as long as it asks for the same controls without a break; of one id in their order. */
function* stretches(
  required: ComplianceFacts['required'],
): Generator<{ id: number; controls: readonly string[]; from: number; until: number }> {
  const current = new Map<number, { controls: readonly string[]; from: number }>();
  for (const { at, requirements } of required) {
    const next = new Map(requirements.map(({ requirement_id, controls }) => [requirement_id, controls]));
    for (const [id, { controls, from }] of current) {
      if (next.get(id) === controls) continue;
      if (from < at) yield { id, controls, from, until: at };
      current.delete(id);
    }
    for (const [id, controls] of next) if (!current.has(id)) current.set(id, { controls, from: at });
  }
  for (const [id, { controls, from }] of current) yield { id, controls, from, until: Infinity };
}

/** What controls come to together, from one time until before another. */
function together(
  timelines: readonly Timeline<ComplianceStatus>[],
  from: number,
  until: number,
): Timeline<ComplianceStatus> {
  const inside = timelines
    .flatMap((runs) => runs.map((run) => run.from))
    .filter((t) => t > from && t < until);
  const result: Run<ComplianceStatus>[] = [];
  for (const at of [from, ...inside.sort((a, b) => a - b)]) {
    const statuses = timelines.map((timeline) => runAt(timeline, at)!.status);
    extend(result, at, worst(statuses));
  }
  return result;
}

function worst(statuses: readonly ComplianceStatus[]): ComplianceStatus {
  if (statuses.includes('fail')) return 'fail';
  return statuses.includes('pending') || !statuses.length ? 'pending' : 'pass';
}
