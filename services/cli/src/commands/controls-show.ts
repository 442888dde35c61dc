import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { findControl, triggersOf } from '../control-files.js';

export const controlsShow = (parent: Command, context: CommandContext): Command =>
  parent
    .command('show')
    .summary('show a control')
    .description('Shows what a control asks for, when it is evaluated, and which fields it reads.')
    .argument('<control>', 'name of one of ours, or a file')
    .addHelpText('after', '\nExample:\n  auditmesh controls show minimum_approvals_required_2')
    .action((name: string) => context.run(async (output) => show(name, output)));

function show(name: string, output: CommandContext['output']): void {
  const control = findControl(name);
  const triggers = triggersOf(control);
  const reads = [...new Set(control.program?.reads.map(({ path }) => path))];
  output.say(`${control.name}: ${control.title}. ${control.description}`);
  output.say(`  evaluated     ${wayOf(control.evaluated)}`);
  output.say(`  severity      ${control.severity}`);
  output.say(`  triggered by  ${triggers.join(', ') || 'nothing'}`);
  if (control.expression !== null) output.say(`  expression    ${control.expression}`);
  if (control.resolvesWhen !== null) output.say(`  resolves when ${control.resolvesWhen}`);
  if (reads.length) output.say(`  reads         ${reads.join(', ')}`);
  const { definition, expression, resolvesWhen } = control;
  output.result({ control: definition, expression, resolves_when: resolvesWhen, triggers, reads });
}

const wayOf = (evaluated: string): string =>
  ({ events: 'from events', settings: 'from settings of the project', external: 'by another system' })[
    evaluated
  ]!;
