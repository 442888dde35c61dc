import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Operational data of the api, which is never rebuilt. */
export class Ops1795219200001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DO $$ BEGIN CREATE ROLE auditmesh_api NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
    );
    await runner.query('GRANT auditmesh_api TO CURRENT_USER');
    await runner.query(`
      CREATE TABLE ops.idempotency_keys (
        caller text NOT NULL,
        key text NOT NULL,
        body_sha256 text NOT NULL,
        event_id uuid NOT NULL,
        occurred_at text NOT NULL,
        written jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (caller, key)
      );
      CREATE INDEX ON ops.idempotency_keys (created_at);
      COMMENT ON TABLE ops.idempotency_keys IS 'What POST /api/v1/audit-events has answered, so that a repetition gets the same answer.';
      COMMENT ON COLUMN ops.idempotency_keys.written IS 'Where the event was written; null until it is.';
      GRANT USAGE ON SCHEMA ops TO auditmesh_api;
      GRANT SELECT, INSERT, UPDATE, DELETE ON ops.idempotency_keys TO auditmesh_api;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Operational data is not taken back.');
  }
}
