import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { ApiClient } from '../mesh/api-client.js';

export const tokensRevoke = (parent: Command, context: CommandContext): Command =>
  parent
    .command('revoke')
    .summary('let a token be of no use any more')
    .description('Revokes a token: the next call with it is refused. It stays in the list.')
    .argument('<id>', 'id of the token, as `tokens list` shows it')
    .addHelpText('after', '\nExample:\n  auditmesh tokens revoke 0d5bd3f2-9d24-4b0e-9d4f-7a1f1f1f3c55')
    .action((id: string) =>
      context.run(async (output) => {
        await new ApiClient(context.mesh()).call('DELETE', `/api/v1/tokens/${encodeURIComponent(id)}`);
        output.say(`The token ${id} is revoked.`);
        output.result({ revoked: id });
      }),
    );
