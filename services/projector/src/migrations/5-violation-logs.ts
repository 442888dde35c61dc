import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where a violation is told, so that commands about it find it, whatever becomes of its project and its tenant. */
export class ViolationLogs1795564800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE project_compliance_violations ADD log text');
    await runner.query(LOGS);
    await runner.query('ALTER TABLE project_compliance_violations ALTER log SET NOT NULL');
    await runner.query(
      `COMMENT ON COLUMN project_compliance_violations.log IS 'Key of its records, {tenant}.{shard}.'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE project_compliance_violations DROP log');
  }
}

/** As `logKey` has it. */
export const LOGS = `
  UPDATE project_compliance_violations v
  SET log = v.tenant || '.' || coalesce(
    (SELECT ('x' || left(encode(sha256(v.project_id::text::bytea), 'hex'), 8))::bit(32)::bigint % n.log_shards
     FROM namespaces n WHERE n.id::text = v.tenant AND n.log_shards > 1), 0)`;
