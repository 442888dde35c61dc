import type { Command } from 'commander';
import { ruleFolder, readRules } from '../alert-rules.js';
import type { CommandContext } from '../context.js';

export const alertsList = (parent: Command, context: CommandContext): Command =>
  parent
    .command('list')
    .summary('list the alert rules')
    .description('Lists the rules of ALERT_RULES_FOLDER, else those that come with the mesh, by name.')
    .addHelpText('after', '\nExample:\n  auditmesh alerts list')
    .action(() =>
      context.run(async (output) => {
        const folder = ruleFolder();
        const { rules, broken } = await readRules(folder);
        const width = Math.max(0, ...rules.map(({ name }) => name.length));
        for (const { name, severity, description } of rules)
          output.say(`${name.padEnd(width)}  ${severity.padEnd(8)}  ${description}`);
        output.say(`${rules.length} alert rules.`);
        if (broken.length)
          output.say(`${broken.length} files are broken; \`auditmesh alerts check\` says why.`);
        output.result({ folder, rules: rules.map(({ fingerprint: _, ...rule }) => rule), broken });
      }),
    );
