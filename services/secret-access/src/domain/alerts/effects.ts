import type { AlertState, AlertSubject } from '@auditmesh/events';
import type { AlertEvent } from './alert-event.js';

/** What was left out, since there is too much of it. */
export interface Dropped {
  rule: string;
  what: 'subject' | 'ip' | 'late_use';
}

/** A value of the changelog by its key; null is forgotten. */
export interface StateChange {
  key: string;
  value: AlertState | null;
}

/** What evaluating did, to be written and counted together. */
export interface Effects {
  events: AlertEvent[];
  states: StateChange[];
  dropped: Dropped[];
}

/** Gathers effects until they are written. */
export class EffectList {
  readonly events: AlertEvent[] = [];
  readonly dropped: Dropped[] = [];
  private readonly subjects = new Map<string, AlertSubject | null>();

  keep(subject: AlertSubject): void {
    this.subjects.set(subjectKey(subject), subject);
  }

  forget(subject: AlertSubject): void {
    this.subjects.set(subjectKey(subject), null);
  }

  get subjectStates(): StateChange[] {
    return [...this.subjects].map(([key, subject]) => ({ key, value: subject && { subject, seen: null } }));
  }
}

/** Key of what a rule remembers of a subject. */
export const subjectKey = ({ tenant, rule, subject }: AlertSubject): string =>
  `subject/${tenant}/${rule}/${subject}`;
