import { eventId, topics, ungathered, type AuditCandidate, type AuditEvent } from '@auditmesh/events';
import { ann, scopeOf, someEvent, someTime, tenants } from './event-shape.ts';
import type { LoadStep, PlannedRecord } from './load-step.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Size } from './sizes.ts';

export const CANDIDATE_SOURCE = 'faults/candidates';
const MOST_MEMBERS = 300;
/** Later than the idle deadline with which the suite runs the consolidator, whatever else takes time. */
const LATE_MS = [5_000, 25_000] as const;

/** How the candidates of a window come. */
const habits = { prompt: 45, 'late-members': 20, 'late-header': 10, incomplete: 15, 'late-twice': 10 };

/** What all candidates of a window share, and the project of its first member. */
interface Window {
  shared: Omit<AuditCandidate, 'ordinal' | 'project_id' | 'event'> & {
    expected: number;
    consolidation_key: string;
  };
  header: AuditEvent;
  firstProject: number;
}

/** Windows of all sizes: whole and not, in any order, with duplicates, with parts that come too late. */
export function windowLoad(random: SeededRandom, size: Size): LoadStep[] {
  return Array.from({ length: size.windows }, (_, n) => {
    const at = random.int(0, Math.round(Math.max(size.loadMs * 0.65, size.loadMs - 3 * LATE_MS[1])));
    const window = someWindow(random, n);
    const parts = partsOf(random, window, size);
    if (parts[0]!.records.length && random.chance(0.1)) parts[0]!.records.push(contradiction(window));
    return parts.map(({ afterMs, records }) => ({ atMs: Math.min(at + afterMs, size.loadMs), records }));
  }).flat();
}

/** Candidates that stand for themselves. */
export function loneLoad(random: SeededRandom, size: Size): LoadStep[] {
  return Array.from({ length: size.lone }, (_, n) => {
    const { log, event } = someEvent(random, CANDIDATE_SOURCE, `lone-${n}`);
    const { type, category, occurred_at, scope, target, cause, source } = event;
    const alone = { ordinal: null, project_id: null, expected: null, consolidation_key: null };
    const value: AuditCandidate = {
      ...ungathered,
      ...alone,
      log,
      type,
      category,
      occurred_at,
      scope,
      target,
      cause,
      source,
      event,
    };
    const record = { id: `lone-${n}`, topic: topics.auditCandidates, key: log, value };
    return { atMs: random.int(0, size.loadMs), records: [record] };
  });
}

function someWindow(random: SeededRandom, n: number): Window {
  const key = `window/${n}`;
  const tenant = random.pick(tenants);
  const occurred_at = someTime(random);
  const expected = random.chance(0.12) ? random.int(0, 1) : random.int(2, MOST_MEMBERS);
  const shared = {
    ...ungathered,
    expected,
    consolidation_key: key,
    log: `${tenant}.0`,
    type: 'project_settings_updated',
    category: 'activity',
    occurred_at,
    scope: scopeOf(tenant, 42),
    target: { type: 'setting', id: key, name: `Setting ${n}` },
    cause: { id: key, topic: null },
    source: CANDIDATE_SOURCE,
  };
  const { type, category, scope, target, cause, source } = shared;
  const { event } = someEvent(random, source, key);
  const id = eventId(occurred_at, source, key);
  const attributes = JSON.stringify({ window: n, details: random.int(0, 1_000_000) });
  const header = {
    ...event,
    id,
    type,
    category,
    occurred_at,
    actor: ann,
    scope,
    target,
    cause,
    source,
    attributes,
  };
  return {
    shared,
    header: { ...header, message: `Header of ${key}`, contents: [] },
    firstProject: random.int(1, 9) * 1_000,
  };
}

function partsOf(
  random: SeededRandom,
  window: Window,
  size: Size,
): { afterMs: number; records: PlannedRecord[] }[] {
  const members = random.shuffled(Array.from({ length: window.shared.expected }, (_, i) => i + 1));
  const cut = random.int(0, members.length);
  const [some, others] = [members.slice(0, cut), members.slice(cut)];
  const late = () => random.int(...LATE_MS);
  const part = (afterMs: number, ordinals: number[]) => ({
    afterMs,
    records: recordsOf(random, window, ordinals),
  });
  const habit = random.weighted(habits);
  if (habit === 'prompt') return [part(0, [0, ...some]), part(random.int(0, 1_500), others)];
  if (habit === 'late-header') return [part(0, members), part(late(), [0])];
  if (habit === 'late-members') return [part(0, [0, ...some]), part(late(), others)];
  if (habit === 'incomplete') return [part(0, random.chance(0.5) ? some : [0, ...some])];
  const [second, third] = [late(), late()];
  const half = others.length >> 1;
  const again = some.slice(0, 5);
  const order = random.shuffled([[0, ...others.slice(0, half)], others.slice(half)]);
  if (size.name === 'short') return [part(0, some), part(second, [...again, ...order.flat()])];
  return [
    part(0, some),
    part(second, [...again, ...order[0]!]),
    part(second + third, [...again, ...order[1]!]),
  ];
}

/** A member that announces another number than those before it, so that it belongs in the dead-letter queue. */
function contradiction({ shared }: Window): PlannedRecord {
  const { consolidation_key: key, expected } = shared;
  const value = {
    ...shared,
    expected: expected + 1,
    ordinal: 1,
    project_id: 1,
    event: null,
  } satisfies AuditCandidate;
  return { id: `${key}/contradiction`, topic: topics.auditCandidates, key, value, poison: 'INVALID_RECORD' };
}

/** The candidates in any order, some more than once. */
function recordsOf(
  random: SeededRandom,
  { shared, header, firstProject }: Window,
  ordinals: number[],
): PlannedRecord[] {
  const doubles = random.chance(0.3) ? ordinals.filter(() => random.chance(0.2)) : [];
  return random.shuffled([...ordinals, ...doubles]).map((ordinal) => ({
    id: `${shared.consolidation_key}/${ordinal}/${random.int(0, 2 ** 31)}`,
    topic: topics.auditCandidates,
    key: shared.consolidation_key,
    value: {
      ...shared,
      ordinal,
      project_id: ordinal === 0 ? null : firstProject + ordinal,
      event: ordinal === 0 ? header : null,
    } satisfies AuditCandidate,
  }));
}
