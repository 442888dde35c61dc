import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { ApiClient } from '../mesh/api-client.js';
import type { ApiToken } from './tokens-create.js';

export const tokensList = (parent: Command, context: CommandContext): Command =>
  parent
    .command('list')
    .summary('list the tokens')
    .description(
      'Lists the tokens that were made, the newest first, and what each may do; not what they are.',
    )
    .addHelpText('after', '\nExample:\n  auditmesh tokens list')
    .action(() =>
      context.run(async (output) => {
        const tokens = await allTokens(new ApiClient(context.mesh()));
        for (const token of tokens) output.say(lineOf(token));
        output.say(`${tokens.length} tokens.`);
        output.result({ tokens });
      }),
    );

async function allTokens(api: ApiClient): Promise<ApiToken[]> {
  const all: ApiToken[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const path: string = `/api/v1/tokens?limit=1000${cursor && `&cursor=${cursor}`}`;
    const page: { items: ApiToken[]; next: string | null } = await api.call('GET', path);
    all.push(...page.items);
    cursor = page.next;
  }
  return all;
}

function lineOf({ id, name, permissions, namespaces, expires_at, revoked_at }: ApiToken): string {
  const where = namespaces.length
    ? namespaces.map((group) => group.path ?? group.id).join(', ')
    : 'everything';
  const ends = revoked_at ? `revoked ${revoked_at}` : expires_at ? `until ${expires_at}` : 'for ever';
  return `${id}  ${name}: ${permissions.join(', ')} on ${where}, ${ends}`;
}
