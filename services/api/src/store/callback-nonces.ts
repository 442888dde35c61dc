import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Nonces of callbacks that were taken. */
@Injectable()
export class CallbackNonces {
  constructor(private readonly source: DataSource) {}

  /** Whether the nonce is used for the first time; from now on it is used, for all instances. */
  async use(controlId: number, nonce: string): Promise<boolean> {
    const inserted: unknown[] = await this.source.query(
      'INSERT INTO ops.external_control_nonces (control_id, nonce) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING nonce',
      [controlId, nonce],
    );
    return inserted.length > 0;
  }
}
