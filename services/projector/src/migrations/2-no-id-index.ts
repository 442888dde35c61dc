import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An id names the millisecond of its event, so the primary key finds it; an index for it alone cost every row. */
export class NoIdIndex1795305600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX audit_events_id_idx');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX audit_events_id_idx ON audit_events (id)');
  }
}
