import fc from 'fast-check';
import type { Facts } from '../src/facts.js';

/** Fields of a merge that the expressions made here read, with values that they may have. */
const fields = {
  'event.details.approval_count': fc.integer({ min: 0, max: 4 }),
  'event.details.approving_author': fc.boolean(),
  'event.details.target_branch': fc.constantFrom('main', 'release-1', ''),
  'event.details.approvers': fc.array(fc.constantFrom('ann', 'ben', 'cy'), { maxLength: 3 }),
  'event.details.title': fc.constantFrom('', 'Draft: x', 'a\u{1F600}b', '\ud83d'),
  'event.details.approving_committers': fc.array(
    fc.constantFrom<unknown>('ann', 1, true, 'x'.repeat(3), ['ann'], {}),
    { maxLength: 3 },
  ),
  'event.outcome': fc.constantFrom('success', 'denied'),
  'project.archived': fc.boolean(),
  'project.settings.scanner_sast_running': fc.boolean(),
};
/** Every field that {@link fittingExpressions} may read. */
export const fieldPaths: readonly string[] = Object.keys(fields);

const { whole } = fc.letrec<{ atom: string; whole: string }>((tie) => ({
  atom: fc.oneof(
    fc
      .tuple(
        fc.constantFrom('event.details.approval_count', 'size(event.details.approvers)'),
        fc.constantFrom('==', '!=', '<', '<=', '>', '>='),
        fc.constantFrom('0', '1', '2', '1 + 1'),
      )
      .map((parts) => parts.join(' ')),
    fc.constantFrom(
      'event.details.approving_author',
      'project.archived',
      'project.settings.scanner_sast_running',
      'event.details["approving_author"]',
      'event.details.target_branch == "main"',
      'event.details.target_branch.startsWith("rel")',
      'event.details.target_branch.matches("^re.*[0-9]$")',
      'event.outcome in ["success", "failure"]',
      '"ben" in event.details.approvers',
      'event.details.approvers.exists(a, a != event.details.target_branch)',
      'event.details.approvers.all(a, a.startsWith("a"))',
      'event.details.approvers.filter(a, a == "ann").size() == 1',
      '2 / event.details.approval_count == 1',
      'size(event.details.title) < 3',
      'event.details.title.size() == size(event.details.target_branch)',
      'event.details.title.contains("aft")',
      'event.details.title.matches("^[xD]")',
      '!event.details.title.endsWith("x")',
      'event.details.title in ["", "Draft: x"]',
      'event.details.title < "b"',
      'event.details.approvers.exists(a, size(a) > 2 || a == event.details.title)',
      '!event.details.approvers.all(a, a in ["ann", "cy"])',
      'size(event.details.approving_committers) == 0',
      'has(event.details.title)',
      'has(event.details.approvers)',
    ),
  ),
  whole: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    tie('atom'),
    fc
      .tuple(tie('whole'), fc.constantFrom('&&', '||', '=='), tie('whole'))
      .map(([a, op, b]) => `(${a}) ${op} (${b})`),
    tie('whole').map((each) => `!(${each})`),
    fc.tuple(tie('whole'), tie('whole'), tie('whole')).map(([a, b, c]) => `(${a}) ? (${b}) : (${c})`),
  ),
}));

/** Expressions whose fields and types fit events of the type `merge_request_merged`. */
export const fittingExpressions = whole;

/** Facts of a merge with every field that {@link fittingExpressions} read. */
export const completeFacts: fc.Arbitrary<Facts> = fc
  .tuple(...Object.values(fields))
  .map((values) => factsWith(Object.fromEntries(fieldPaths.map((path, at) => [path, values[at]]))));

/** Facts of which any field may be missing, null, or of another type. */
export const brokenFacts: fc.Arbitrary<Facts> = fc
  .tuple(
    ...Object.values(fields).map((value) =>
      fc.oneof(
        { arbitrary: value as fc.Arbitrary<unknown>, weight: 8 },
        fc.constantFrom<unknown>(
          undefined,
          null,
          'x',
          'x'.repeat(1_001),
          3,
          1.5,
          true,
          [],
          [null],
          [1],
          {},
          '2026-01-01T00:00:00Z',
        ),
      ),
    ),
  )
  .map((values) => factsWith(Object.fromEntries(fieldPaths.map((path, at) => [path, values[at]]))));

/** Facts that have these values, by path, and nothing else. */
export function factsWith(values: Readonly<Record<string, unknown>>): Facts {
  const facts: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const steps = path.split('.');
    let at = facts;
    for (const step of steps.slice(0, -1)) at = (at[step] ??= {}) as Record<string, unknown>;
    at[steps.at(-1)!] = value;
  }
  return facts as unknown as Facts;
}
