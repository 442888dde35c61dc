import type { Outcome } from './suite.ts';
import { whatWasMade } from './verify/judge.ts';

const SHOWN = 20;

/** The closing JSON line. */
export function resultLine(seed: number, { faults, records, findings }: Outcome): string {
  const [lost, doubled, wrong] = [findings.count('lost'), findings.count('doubled'), findings.count('wrong')];
  return JSON.stringify({ seed, faults, records, expected: findings.expected, lost, doubled, wrong });
}

/** The first differences, one paragraph each. */
export function findingsText({ findings }: Outcome): string {
  const shown = findings.all.slice(0, SHOWN).map(({ kind, where, what }) => `${kind}: ${where}: ${what}`);
  const more = findings.all.length - shown.length;
  return [...shown, ...(more > 0 ? [`… and ${more} more.`] : [])].join('\n');
}

/** What a run has shown, for people. */
export function summaryText(seed: number, minutes: number, outcome: Outcome): string {
  const { faults, records, evidence, findings } = outcome;
  const verdict = findings.all.length
    ? `${findings.count('lost')} lost, ${findings.count('doubled')} doubled, ${findings.count('wrong')} wrong.`
    : 'Nothing was lost, doubled or wrong.';
  return `${faults} faults and ${records} records in ${minutes.toFixed(1)} minutes; ${findings.expected} things had to come out of them.
The mesh made of it ${whatWasMade(evidence)}.
${verdict} Repeat this plan with --seed ${seed}.`;
}
