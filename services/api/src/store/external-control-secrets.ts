import { LOG, type Logger } from '@auditmesh/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { SECRET_BOX, type SecretBox } from '../external-controls/secret-box.js';

/** Of one control, how many secrets are in force at a time. */
const IN_FORCE = 2;

/** Secrets that external controls share with the mesh. They are sealed here, and nowhere else. */
@Injectable()
export class ExternalControlSecrets {
  constructor(
    private readonly source: DataSource,
    @Inject(SECRET_BOX) private readonly box: SecretBox | undefined,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /** Whether there is a key to seal them with. */
  get isOn(): boolean {
    return this.box !== undefined;
  }

  /**
   * Gives the control a new secret. The one before it is taken for a while longer, all others not any more.
   *
   * @param keepS how long, s
   * @returns id of the new one, which says nothing of it
   * @throws Error without a key
   */
  async put(controlId: number, secret: string, keepS: number, by: string): Promise<string> {
    const sealed = this.box!.seal(secret, contextOf(controlId));
    return this.source.transaction(async (client) => {
      await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [contextOf(controlId)]);
      await client.query(
        `DELETE FROM ops.external_control_secrets
         WHERE control_id = $1 AND (expires_at IS NOT NULL OR $2 = 0)`,
        [controlId, keepS],
      );
      await client.query(
        `UPDATE ops.external_control_secrets SET expires_at = now() + make_interval(secs => $2) WHERE control_id = $1`,
        [controlId, keepS],
      );
      const [row] = await client.query<{ id: string }[]>(
        'INSERT INTO ops.external_control_secrets (control_id, sealed, created_by) VALUES ($1, $2, $3) RETURNING id',
        [controlId, sealed, by],
      );
      return row!.id;
    });
  }

  /** The secrets in force, the newest first; none if there are none, or nobody can open them. */
  async inForce(controlId: number): Promise<string[]> {
    const rows = await this.source.query<{ sealed: Buffer }[]>(
      `SELECT sealed FROM ops.external_control_secrets
       WHERE control_id = $1 AND (expires_at IS NULL OR expires_at > now()) ORDER BY created_at DESC LIMIT ${IN_FORCE}`,
      [controlId],
    );
    const opened = rows.map(({ sealed }) => this.box?.open(sealed, contextOf(controlId)));
    if (opened.includes(undefined))
      this.log.error(
        { controlId },
        'a secret of an external control cannot be opened; is it SECRETS_KEY of then?',
      );
    return opened.filter((secret) => secret !== undefined);
  }
}

const contextOf = (controlId: number): string => `external-control/${controlId}`;
