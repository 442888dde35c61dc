import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Ids of frameworks, requirements and external controls made here; those of an import keep theirs, which are lower. */
export class ComplianceIds1795478400003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE SEQUENCE ops.compliance_ids START 1000000000;
      COMMENT ON SEQUENCE ops.compliance_ids IS 'Ids of frameworks, requirements and external controls that were made through the api.';
      GRANT USAGE ON SEQUENCE ops.compliance_ids TO auditmesh_api;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Operational data is not taken back.');
  }
}
