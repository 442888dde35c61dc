import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * For filters of `GET /api/audit-logs` that no index serves yet. Both are partial, so that other events do not pay for
 * them: few events are no success, and only those about secrets are looked for by address.
 */
export class SecretAccessIndexes1795392000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX ON audit_events (outcome, occurred_at, id) WHERE outcome <> 'success';
      CREATE INDEX ON audit_events (actor_ip, occurred_at, id) WHERE category = 'secret_access' AND actor_ip IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP INDEX audit_events_outcome_occurred_at_id_idx, audit_events_actor_ip_occurred_at_id_idx',
    );
  }
}
