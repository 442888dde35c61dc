import type { Json, Target } from '@auditmesh/events';
import type { FieldChanges } from './field-changes.js';

/** Something that happened in one change, of which an audit event tells. */
export interface Fact extends FieldChanges {
  /** Of the event. */
  type: string;
  /** Tells the facts of one change apart, with its type. */
  what: string;
  /** A sentence; it may name the place where it happened. */
  message: string | ((scope: { path: string | null }) => string);
  target: Target;
  /** Besides the changes. */
  details: Record<string, Json>;
  /** Where it happened, unless in the root namespace. */
  scope?: { kind: 'group' | 'project'; id: number };
  /** Several projects that it concerns together, by ascending id. */
  projects?: readonly number[];
}
