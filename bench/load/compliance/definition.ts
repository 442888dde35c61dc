import { inCel } from './in-cel.ts';
import type { Rule } from './rules.ts';

/** The control file of a rule, as its author would write it. */
export function definitionOf({ name, trigger, settings, condition }: Rule): string {
  return JSON.stringify({
    name,
    title: `Rule ${name}`,
    description: 'A rule of the bench, which most events keep.',
    evaluated: 'events',
    triggers: [trigger],
    ...(Object.keys(settings).length && { settings }),
    expression: inCel(condition),
    severity: 'medium',
  });
}
