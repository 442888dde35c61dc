import type { Command } from 'commander';
import { CliError, exitCodes } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { ApiClient } from '../mesh/api-client.js';
import { repeated } from './options.js';

interface Options {
  name: string;
  permission: string[];
  namespace: string[];
  expires?: string;
}

/** A token as the api gives it, and itself where it was just made. */
export interface ApiToken {
  id: string;
  name: string;
  permissions: string[];
  namespaces: { id: string; path: string | null }[];
  expires_at: string | null;
  revoked_at: string | null;
  token?: string;
}

export const tokensCreate = (parent: Command, context: CommandContext): Command =>
  parent
    .command('create')
    .summary('make a token and show it, this once')
    .description(
      'Makes a token with which the api may be called. It is shown this once; only its hash is kept.',
    )
    .requiredOption('--name <name>', 'who or what will use it')
    .requiredOption(
      '--permission <permission>',
      'audit_events:read | audit_events:write | secret_audit:read | directory:write | compliance:read | compliance:write | flags:read; may be repeated',
      repeated,
    )
    .option(
      '--namespace <group>',
      'id or path of a group; the token reaches it and all below; may be repeated; default: everything',
      repeated,
      [],
    )
    .option('--expires <time>', 'when it ends, such as 2027-11-20T10:00:00Z; default: never')
    .addHelpText(
      'after',
      '\nExample:\n  auditmesh tokens create --name auditors --permission secret_audit:read --namespace acme/payments',
    )
    .action(({ name, permission, namespace, expires }: Options) =>
      context.run(async (output) => {
        if (namespace.includes('')) throw new CliError('A group has no empty name.', exitCodes.usage);
        const made = await new ApiClient(context.mesh()).call<ApiToken>('POST', '/api/v1/tokens', {
          name,
          permissions: permission,
          ...(namespace.length ? { namespaces: namespace } : {}),
          ...(expires === undefined ? {} : { expires_at: expires }),
        });
        output.say(`The token, which is not shown again:\n  ${made.token}\nIts id, to revoke it: ${made.id}`);
        output.result(made);
      }),
    );
