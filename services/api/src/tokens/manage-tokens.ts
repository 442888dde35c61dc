import { Injectable } from '@nestjs/common';
import { actorOf } from '../access/actor.js';
import { rfc3339 } from '../audit-events/audit-event.json.js';
import { eventOfToken } from '../domain/token-event.js';
import type { Looker } from '../domain/trail-read.js';
import { ApiTokens, type ApiTokenRow, type WantedToken } from '../store/api-tokens.js';
import { OwnEvents } from '../store/own-events.js';

/** Makes and revokes tokens; neither happens without its event. */
@Injectable()
export class ManageTokens {
  constructor(
    private readonly tokens: ApiTokens,
    private readonly events: OwnEvents,
  ) {}

  make(wanted: WantedToken, looker: Looker): Promise<ApiTokenRow & { token: string }> {
    return this.events.recordWith(async (rows) => {
      const made = await this.tokens.create(rows, wanted, looker.principal.id);
      return { done: made, told: told(made, 'created', looker) };
    });
  }

  /** @returns whether there is such a token; one that was revoked before stays as it is */
  revoke(id: string, looker: Looker): Promise<boolean> {
    return this.events.recordWith(async (rows) => {
      const found = await this.tokens.revoke(rows, id);
      return {
        done: found !== undefined,
        told: found?.isNew ? told(found.row, 'revoked', looker) : undefined,
      };
    });
  }
}

function told(row: ApiTokenRow, became: 'created' | 'revoked', looker: Looker) {
  const { id, name, permissions, namespaces, expires_at } = row;
  const expiresAt = expires_at && rfc3339(expires_at);
  return eventOfToken(
    { id, name, permissions, namespaces, expiresAt },
    { became, actor: actorOf(looker), at: Date.now() * 1_000 },
  );
}
