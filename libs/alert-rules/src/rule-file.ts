import { hash } from 'node:crypto';
import { isMap, LineCounter, parseDocument, type Document } from 'yaml';
import { milliseconds } from './duration.js';
import { faultsOf, type Fault } from './rule-check.js';
import { minutesOfDay, type AlertRule, type RuleFilter, type Severity, type Weekday } from './rule.js';

/** What keeps a file from being a rule, and what to do. */
export interface RuleProblem {
  file: string;
  /** From 1; null where the fault has no place. */
  line: number | null;
  column: number | null;
  problem: string;
}

/** A file as read: its rule, or why there is none. */
export type RuleFile =
  { rule: AlertRule; problems: readonly [] } | { rule: null; problems: readonly RuleProblem[] };

/** A rule as its file has it, once checked. */
interface RuleFields {
  name: string;
  description: string;
  severity: Severity;
  kind: AlertRule['kind'];
  by?: AlertRule['by'];
  threshold: number;
  window: string;
  remember: string;
  learning: string;
  time_zone: string;
  weekdays: Weekday[];
  hours: string;
  clear_after: string;
  filter?: RuleFilter;
}

/**
 * Reads the file of one alert rule.
 *
 * @param file name of the file, with or without folders before it; the rule has to bear it
 */
export function readRuleFile(file: string, text: string): RuleFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number | undefined, problem: string): RuleProblem => {
    const place = offset === undefined ? undefined : lines.linePos(offset);
    return { file, line: place?.line ?? null, column: place?.col ?? null, problem };
  };
  const [error] = document.errors;
  if (error) return { rule: null, problems: [at(error.pos[0], `It is no YAML: ${error.message}.`)] };
  if (!isMap(document.contents))
    return { rule: null, problems: [at(0, 'It is no mapping; write `name: …`, `kind: …` and so on.')] };
  const fields = plain(document);
  if (!fields) return { rule: null, problems: [at(0, 'Its aliases stand for too much; write it out.')] };
  const faults = faultsOf(fields, nameOf(file));
  return faults.length
    ? { rule: null, problems: faults.map((fault) => at(offsetOf(document, fault), fault.problem)) }
    : { rule: ruleOf(fields as unknown as RuleFields), problems: [] };
}

const nameOf = (file: string): string => file.replace(/^.*[\\/]/, '').replace(/\.ya?ml$/, '');

function plain(document: Document): Record<string, unknown> | undefined {
  try {
    return document.toJS() as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** Where the value stands, or what should have it. */
function offsetOf(document: Document, { path }: Fault): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const node = length ? document.getIn(path.slice(0, length), true) : document.contents;
    const range = (node as { range?: readonly number[] } | null | undefined)?.range;
    if (range) return range[0];
  }
  return undefined;
}

function ruleOf(fields: RuleFields): AlertRule {
  const { name, description, severity, kind, by = 'identity', filter = {} } = fields;
  const head = { name, description, severity, by, clearAfterMs: milliseconds(fields.clear_after) };
  const { name: _, description: __, severity: ___, ...deciding } = fields;
  const fingerprint = hash('sha256', canonical(deciding), 'hex').slice(0, 16);
  switch (kind) {
    case 'first_seen_ip': {
      const [rememberMs, learningMs] = [milliseconds(fields.remember), milliseconds(fields.learning)];
      return { ...head, kind, by: 'identity', rememberMs, learningMs, filter, fingerprint };
    }
    case 'off_hours': {
      const [from, to] = fields.hours.split('-').map(minutesOfDay) as [number, number];
      const { time_zone: timeZone, weekdays } = fields;
      return { ...head, kind, timeZone, weekdays, hours: [from, to], filter, fingerprint };
    }
    case 'count':
    case 'denied_burst': {
      const { threshold } = fields;
      const windowMs = milliseconds(fields.window);
      const only = kind === 'denied_burst' ? { ...filter, outcomes: ['denied'] } : filter;
      return { ...head, kind, threshold, windowMs, filter: only, fingerprint };
    }
  }
}

/** JSON text that does not depend on the order in which things were written. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
