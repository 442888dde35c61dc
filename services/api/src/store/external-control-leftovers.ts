import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ApiConfig } from '../config.js';

/** Beyond twice the window, for clocks that differ among the instances. */
const MARGIN_S = 600;

/** What external controls leave behind. */
@Injectable()
export class ExternalControlLeftovers {
  constructor(
    private readonly source: DataSource,
    private readonly config: ApiConfig,
  ) {}

  /** Forgets nonces that are too old to come again, secrets that have had their time, and questions of a week ago. */
  async forgetOld(): Promise<void> {
    await this.source.query(
      `DELETE FROM ops.external_control_nonces WHERE seen_at < now() - make_interval(secs => $1)`,
      [2 * this.config.EXTERNAL_CONTROLS_CALLBACK_WINDOW_S + MARGIN_S],
    );
    await this.source.query('DELETE FROM ops.external_control_secrets WHERE expires_at < now()');
    await this.source.query(
      `DELETE FROM ops.external_control_requests WHERE closed_at < now() - interval '7 days'`,
    );
  }
}
