import { eventTypes } from './generated/event-types.js';

export const categories = [
  'policy_change',
  'enforcement_failure',
  'violation_detection',
  'secret_access',
  'compliance',
  'administration',
  'activity',
] as const;
export type Category = (typeof categories)[number];

/** An event type in the format of ADR 005, with our optional `category`. */
export interface EventType {
  readonly name: string;
  readonly description: string;
  readonly introduced_by_issue?: string;
  readonly introduced_by_mr?: string;
  readonly feature_category?: string;
  readonly milestone?: string;
  readonly category?: Category;
  readonly saved_to_database: boolean;
  readonly streamed: boolean;
  readonly scope: readonly string[];
  readonly compliance_requirement_controls?: readonly string[];
}

/** The vocabulary of event types. */
export class Catalog {
  private readonly types: ReadonlyMap<string, EventType>;

  /** Of types with one name the last counts. */
  constructor(types: Iterable<EventType> = eventTypes) {
    this.types = new Map([...types].map((type) => [type.name, type]));
  }

  /**
   * Our types and others. Where a name is both ours and another's, ours counts; with `override` the other's does, but for
   * a category, which it keeps from ours unless it has one.
   */
  static with(others: Iterable<EventType>, override: boolean): Catalog {
    const own = new Catalog();
    if (!override) return new Catalog([...others, ...own.all()]);
    const categorised = [...others].map((type) => {
      const category = type.category ?? own.get(type.name)?.category;
      return category ? { ...type, category } : type;
    });
    return new Catalog([...own.all(), ...categorised]);
  }

  get(name: string): EventType | undefined {
    return this.types.get(name);
  }

  /** All types, by name. */
  all(): EventType[] {
    return [...this.types.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Category of events of this type; undefined if the catalog has no such type. */
  category(name: string): Category | undefined {
    const type = this.types.get(name);
    return type && (type.category ?? 'activity');
  }

  /** Names of the controls that an event of this type triggers, each once. */
  controls(name: string): readonly string[] {
    return [...new Set(this.types.get(name)?.compliance_requirement_controls)];
  }
}
