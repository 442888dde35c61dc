import { type AuditEvent, type Catalog, type Category } from '@auditmesh/events';
import type { Control } from './control.js';
import { evaluateLightly, type Evaluation } from './evaluate.js';
import { eventFacts, type Facts, type ProjectFacts } from './facts.js';
import { compileExpression } from './program.js';
import { mayTrigger, rootsOf, type Vocabulary, withSettings } from './vocabulary.js';

/** Controls of one origin that share a name, or a type that names a control in vain. */
export interface SetProblem {
  /** Name of the control. */
  control: string;
  message: string;
}

/** Controls by the type that triggers them, and then by their name. */
type Triggers = Map<string, Map<string, Control>>;

/** Names of controls, such as a set or a map by name; it must not change. */
export interface RequiredNames {
  keys(): Iterable<string>;
}

/** Controls by the type of event that triggers them. It never changes: new controls make a new set. */
export class ControlSet {
  private readonly wanted = new WeakMap<RequiredNames, Map<string, readonly Control[]>>();

  private constructor(
    private readonly byName: ReadonlyMap<string, Control>,
    private readonly byType: ReadonlyMap<string, ReadonlyMap<string, Control>>,
    /** What was left out, and why; the rest works. */
    readonly problems: readonly SetProblem[],
  ) {}

  /**
   * Our controls and others. Where a name is both ours and another's, ours counts, and the other is reported; with
   * `override` the other's does. A control is triggered by the types that it names and by those that name it.
   *
   * @param others in the order of their files; of two with one name the first counts
   */
  static of(
    own: readonly Control[],
    others: readonly Control[],
    vocabulary: Vocabulary,
    override = false,
  ): ControlSet {
    const problems: SetProblem[] = [];
    const byName = new Map<string, Control>();
    const ours = new Set(own.map(({ name }) => name));
    for (const control of override ? [...others, ...own] : [...own, ...others]) {
      const { name } = control;
      if (!byName.has(name)) byName.set(name, control);
      else if (!own.includes(control))
        problems.push({
          control: name,
          message:
            ours.has(name) && !override
              ? 'The name is ours; ours counts unless overriding is switched on.'
              : 'Another file before it has this name.',
        });
    }
    const byType: Triggers = new Map();
    for (const control of byName.values()) for (const type of control.triggers) add(byType, type, control);
    problems.push(...addNamedByTypes(byType, byName, vocabulary));
    return new ControlSet(byName, byType, problems);
  }

  get(name: string): Control | undefined {
    return this.byName.get(name);
  }

  /** All controls, by name. */
  all(): Control[] {
    return [...this.byName.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** Names that no control has, each once. */
  unknown(names: Iterable<string>): string[] {
    return [...new Set(names)].filter((name) => !this.byName.has(name));
  }

  triggeredBy(type: string): readonly Control[] {
    return [...(this.byType.get(type)?.values() ?? [])];
  }

  /**
   * What the controls required of a project say of an event, each control once, in the order in which they are required.
   *
   * @param required names of controls that frameworks of the project ask for
   */
  evaluate(event: AuditEvent, project: ProjectFacts | null, required: RequiredNames): Evaluation[] {
    const wanted = this.wantedBy(required, event);
    return wanted.length ? evaluationsOf(wanted, { event: eventFacts(event), project }) : [];
  }

  /** What a type triggers of what is required; remembered, since many projects require the same. */
  private wantedBy(required: RequiredNames, { type, category }: EventKind): readonly Control[] {
    if (!mayTrigger(category as Category)) return [];
    let byType = this.wanted.get(required);
    if (!byType) this.wanted.set(required, (byType = new Map()));
    const known = byType.get(type);
    if (known) return known;
    const triggered = this.byType.get(type);
    const wanted = triggered ? [...required.keys()].flatMap((name) => triggered.get(name) ?? []) : [];
    byType.set(type, wanted);
    return wanted;
  }
}

type EventKind = Pick<AuditEvent, 'type' | 'category'>;

function evaluationsOf(controls: readonly Control[], facts: Facts): Evaluation[] {
  const evaluations = new Array<Evaluation>(controls.length);
  for (let at = 0; at < controls.length; at++) evaluations[at] = evaluateLightly(controls[at]!, facts);
  return evaluations;
}

function add(triggers: Triggers, type: string, control: Control): void {
  const controls = triggers.get(type);
  if (controls) controls.set(control.name, control);
  else triggers.set(type, new Map([[control.name, control]]));
}

/** Adds the controls that types name in their own files. A control that reads what events of the type lack is left out. */
function addNamedByTypes(
  byType: Triggers,
  byName: ReadonlyMap<string, Control>,
  vocabulary: Vocabulary,
): SetProblem[] {
  const { catalog } = vocabulary;
  const problems: SetProblem[] = [];
  for (const { name: type } of catalog.all()) {
    for (const name of catalog.controls(type)) {
      const message = faultOf(byName.get(name), type, vocabulary);
      if (message === undefined) add(byType, type, byName.get(name)!);
      else problems.push({ control: name, message });
    }
  }
  return problems;
}

function faultOf(control: Control | undefined, type: string, vocabulary: Vocabulary): string | undefined {
  const names = `The event type ${type} names it`;
  if (!control) return `${names}, and there is no such control.`;
  if (!mayTrigger(vocabulary.catalog.category(type)))
    return `${names}, but events of its category trigger no controls.`;
  if (!control.expression) return `${names}, but another system answers for it.`;
  if (control.evaluated === 'settings' || control.triggers.includes(type)) return undefined;
  const shape = rootsOf(withSettings(vocabulary, control.definition), type);
  const program = compileExpression(control.expression, [{ of: type, shape }]);
  return Array.isArray(program) ? `${names}, but it does not fit: ${program[0]!.message}` : undefined;
}

/** Settings of projects that the controls name. */
export function settingsOf(controls: readonly Control[]): Vocabulary['settings'] {
  return Object.assign(
    {},
    ...controls.map(({ definition }) => definition.settings ?? {}),
  ) as Vocabulary['settings'];
}

/** A vocabulary that has what these controls name. */
export const vocabularyOf = (catalog: Catalog, controls: readonly Control[]): Vocabulary => ({
  catalog,
  settings: settingsOf(controls),
});
