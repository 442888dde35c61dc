import { evaluate, type Control, type EventFacts, type ProjectFacts, type Result } from '@auditmesh/controls';
import { parseMicros, type Project } from '@auditmesh/events';

/** Violations that are kept to be shown; beyond, they are only counted. */
export const MOST_SHOWN = 10_000;
/** Reasons for having no answer that are told apart. */
const MOST_REASONS = 100;

/** The directory as it stood at some time, µs since the epoch. */
export interface PastDirectory {
  project(id: number, at: number): Project | undefined;
  projectsUnder(namespaceId: number, at: number): number[];
}

/** What would have been a violation. */
export interface WouldBe {
  event: { id: string; type: string; occurred_at: string; actor: string | null };
  project: { id: number; path: string };
  /** Every field that the expression names. */
  values: object;
}

/** What a control would have said of the past. */
export interface Backtest {
  /** Events that were looked at. */
  events: number;
  /** Of those, how many concerned no project that was asked for. */
  without_project: number;
  /** Evaluations with the project as it is now, since the directory did not know it then. */
  as_now: number;
  pass: number;
  fail: number;
  indeterminate: number;
  /** Why there was no answer, and how often. */
  reasons: Record<string, number>;
  /** The first that came, up to 10,000. */
  violations: WouldBe[];
}

/** Tries a control on events of the past, each with its projects as they stood then. */
export class ControlBacktest {
  readonly result: Backtest = {
    ...{ events: 0, without_project: 0, as_now: 0, pass: 0, fail: 0, indeterminate: 0 },
    ...{ reasons: {}, violations: [] },
  };

  /**
   * @param now µs since the epoch
   * @param isMeant whether the project is among those that were asked for
   */
  constructor(
    private readonly control: Control,
    private readonly directory: PastDirectory,
    private readonly now: number,
    private readonly isMeant: (projectId: number) => boolean,
  ) {}

  take(event: EventFacts): void {
    const { result } = this;
    result.events++;
    const at = parseMicros(String(event.occurred_at)) ?? this.now;
    const projects = this.projectsOf(event, at).filter((id) => this.isMeant(id));
    if (projects.length === 0) result.without_project++;
    for (const id of projects) this.evaluate(event, id, at);
  }

  private projectsOf({ scope }: EventFacts, at: number): number[] {
    const id = Number(scope?.id ?? NaN);
    if (!Number.isSafeInteger(id)) return [];
    if (scope.type === 'group') return this.directory.projectsUnder(id, at);
    return scope.type === 'project' ? [id] : [];
  }

  private evaluate(event: EventFacts, id: number, at: number): void {
    const { result, control } = this;
    const then = this.directory.project(id, at);
    const project = then ?? this.directory.project(id, this.now);
    if (!then && project) result.as_now++;
    const facts = { event, project: project ? factsOf(project) : null };
    const { result: answer, reason, values } = evaluate(control, facts);
    this.count(answer, reason);
    if (answer !== 'fail' || result.violations.length >= MOST_SHOWN) return;
    const { id: eventId, type, actor } = event;
    result.violations.push({
      event: {
        id: eventId,
        type,
        occurred_at: String(event.occurred_at),
        actor: actor?.name ?? actor?.id ?? null,
      },
      project: { id, path: project?.path ?? event.scope.path ?? String(id) },
      values,
    });
  }

  private count(answer: Result, reason: string | null): void {
    const { result } = this;
    result[answer]++;
    if (reason === null) return;
    const known = Object.hasOwn(result.reasons, reason);
    const named = known || Object.keys(result.reasons).length < MOST_REASONS ? reason : 'Other reasons.';
    result.reasons[named] = (result.reasons[named] ?? 0) + 1;
  }
}

function factsOf({ settings, ...project }: Project): ProjectFacts {
  return { ...project, settings: JSON.parse(settings) as ProjectFacts['settings'] };
}
