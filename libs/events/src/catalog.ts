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
  readonly category?: Category;
  readonly saved_to_database: boolean;
  readonly streamed: boolean;
  readonly scope: readonly string[];
  readonly compliance_requirement_controls?: readonly string[];
}

/** The vocabulary of event types. */
export class Catalog {
  private readonly types: ReadonlyMap<string, EventType>;

  constructor(types: Iterable<EventType> = eventTypes) {
    this.types = new Map([...types].map((type) => [type.name, type]));
  }

  get(name: string): EventType | undefined {
    return this.types.get(name);
  }

  names(): string[] {
    return [...this.types.keys()];
  }

  /** Category of events of this type; undefined if the catalog has no such type. */
  category(name: string): Category | undefined {
    const type = this.types.get(name);
    return type && (type.category ?? 'activity');
  }
}
