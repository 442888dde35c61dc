import {
  complianceTimelines,
  controlTimeline,
  isOpen,
  requiredOverTime,
  runAt,
  type ComplianceFacts,
  type ComplianceStatus,
  type ControlFacts,
  type DirectoryOverTime,
  type RequirementOfProject,
  type Run,
  type Timeline,
  type ViolationFacts,
} from '@auditmesh/compliance';
import { formatMicros } from '@auditmesh/events';

export interface ControlCompliance {
  name: string;
  status: ComplianceStatus;
  /** RFC 3339. */
  since: string;
  open_violations: number;
}

export interface RequirementCompliance {
  id: number;
  name: string;
  status: ComplianceStatus;
  since: string;
  open_violations: number;
  controls: ControlCompliance[];
}

export interface FrameworkCompliance {
  id: number;
  name: string;
  requirements: RequirementCompliance[];
}

/** A status of a requirement of a project, from one time until before another. */
export interface ComplianceRun {
  framework_id: number;
  framework_name: string;
  requirement_id: number;
  requirement_name: string;
  status: ComplianceStatus;
  /** µs since the epoch. */
  from: number;
  until: number;
}

export type FactsByControl = ReadonlyMap<string, ControlFacts>;

/** How the project stood at a time, requirement by requirement. @param at µs since the epoch */
export function complianceAt(
  directory: DirectoryOverTime,
  projectId: number,
  controls: FactsByControl,
  at: number,
): FrameworkCompliance[] {
  const required = requiredOverTime(directory, projectId);
  const { requirements: timelines } = complianceTimelines({ required, controls });
  const now = required.findLast((each) => each.at <= at)?.requirements ?? [];
  const requirementOf = (each: RequirementOfProject): RequirementCompliance => {
    const { status, from } = runAt(timelines.get(each.requirement_id)!, at)!;
    return {
      id: each.requirement_id,
      name: each.requirement_name,
      status: status!,
      since: formatMicros(from),
      open_violations: sum(each.controls.map((name) => openAt(controls.get(name), at))),
      controls: each.controls.map((name) => ({
        name,
        ...controlAt(controls.get(name), at, requiredSince(required, each.requirement_id, name, at)),
      })),
    };
  };
  return [...Map.groupBy(now, ({ framework_id }) => framework_id)].map(([id, asked]) => ({
    id,
    name: asked[0]!.framework_name,
    requirements: asked.map(requirementOf),
  }));
}

/** Every run of a status of a requirement that touches the time, cut to it; µs since the epoch. */
export function complianceRuns(
  directory: DirectoryOverTime,
  projectId: number,
  controls: FactsByControl,
  from: number,
  to: number,
): ComplianceRun[] {
  const required = requiredOverTime(directory, projectId);
  const { requirements } = complianceTimelines({ required, controls });
  // The newest name that it had within the time.
  const asked = new Map(
    required
      .filter((each, i) => each.at < to && (required[i + 1]?.at ?? Infinity) > from)
      .flatMap((each) => each.requirements.map((one) => [one.requirement_id, one] as const)),
  );
  return [...asked.values()].flatMap(({ controls: _, ...ref }) =>
    runsWithin(requirements.get(ref.requirement_id)!, from, to).map((run) => ({ ...ref, ...run })),
  );
}

function* overlapping<S>(
  timeline: Timeline<S>,
  from: number,
  to: number,
): Generator<Run<S> & { until: number }> {
  for (const [i, run] of timeline.entries()) {
    const until = timeline[i + 1]?.from ?? Infinity;
    if (run.from < to && until > from)
      yield { status: run.status, from: Math.max(run.from, from), until: Math.min(until, to) };
  }
}

const runsWithin = (timeline: Timeline<ComplianceStatus | null>, from: number, to: number) =>
  [...overlapping(timeline, from, to)].flatMap(({ status, ...run }) =>
    status === null ? [] : { ...run, status },
  );

/** @param required since when it is required, where no run began before */
function controlAt(
  facts: ControlFacts = nothing,
  at: number,
  required: number,
): Omit<ControlCompliance, 'name'> {
  const { status, from } = runAt(controlTimeline(facts), at)!;
  return { status, since: formatMicros(Math.max(from, required)), open_violations: openAt(facts, at) };
}

const nothing: ControlFacts = { states: [], violations: [] };

/** Since when, without a break, the requirement asks for the control. */
function requiredSince(
  required: ComplianceFacts['required'],
  requirementId: number,
  control: string,
  at: number,
): number {
  let since = at;
  for (const each of required.toReversed()) {
    if (each.at > at) continue;
    const asks = each.requirements.some(
      ({ requirement_id, controls }) => requirement_id === requirementId && controls.includes(control),
    );
    if (!asks) break;
    since = each.at;
  }
  return since;
}

const openAt = (facts: ControlFacts | undefined, at: number): number =>
  facts ? facts.violations.filter((violation) => isOpenAt(violation, at)).length : 0;

function isOpenAt({ at: detected, transitions }: ViolationFacts, at: number): boolean {
  if (detected > at) return false;
  const last = transitions.findLast((each) => each.at <= at);
  return !last || isOpen(last.to);
}

const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);
