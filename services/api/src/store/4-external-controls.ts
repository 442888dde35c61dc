import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What external controls are asked with, when they were, and which of their callbacks were taken. */
export class ExternalControls1795478400004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE ops.external_control_secrets (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        control_id bigint NOT NULL,
        sealed bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        expires_at timestamptz,
        created_by text NOT NULL
      );
      CREATE INDEX ON ops.external_control_secrets (control_id, created_at);
      COMMENT ON COLUMN ops.external_control_secrets.sealed IS 'AES-256-GCM with SECRETS_KEY, bound to the control.';
      COMMENT ON COLUMN ops.external_control_secrets.expires_at IS 'Of one that has been replaced: until when it is still taken.';

      CREATE TABLE ops.external_control_rounds (
        project_id bigint NOT NULL,
        control_id bigint NOT NULL,
        asked_at timestamptz NOT NULL,
        basis text NOT NULL,
        PRIMARY KEY (project_id, control_id)
      );
      COMMENT ON TABLE ops.external_control_rounds IS 'Which external controls were asked about which projects; one that is not required any more has no row.';
      COMMENT ON COLUMN ops.external_control_rounds.basis IS 'Hash of what the verdict rests on: settings of the project and address of the control.';

      CREATE TABLE ops.external_control_requests (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        project_id bigint NOT NULL,
        control_id bigint NOT NULL,
        renews boolean NOT NULL,
        asked_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        begun_at timestamptz,
        told_at timestamptz,
        attempts int NOT NULL DEFAULT 0,
        next_at timestamptz NOT NULL DEFAULT now(),
        status int,
        error text,
        outcome text,
        closed_at timestamptz
      );
      CREATE UNIQUE INDEX ON ops.external_control_requests (project_id, control_id) WHERE closed_at IS NULL;
      CREATE INDEX ON ops.external_control_requests (next_at) WHERE closed_at IS NULL;
      CREATE INDEX ON ops.external_control_requests (project_id, control_id, created_at);
      COMMENT ON TABLE ops.external_control_requests IS 'Questions to external controls; of one project and control at most one is open.';
      COMMENT ON COLUMN ops.external_control_requests.told_at IS 'When the engine was told that a verdict is awaited.';
      COMMENT ON COLUMN ops.external_control_requests.next_at IS 'When it is tried next; whoever tries it moves this on first.';
      COMMENT ON COLUMN ops.external_control_requests.outcome IS 'answered | failed | dropped: the control was no longer required, or had no secret.';

      CREATE TABLE ops.external_control_nonces (
        control_id bigint NOT NULL,
        nonce text NOT NULL,
        seen_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (control_id, nonce)
      );
      CREATE INDEX ON ops.external_control_nonces (seen_at);
      COMMENT ON TABLE ops.external_control_nonces IS 'Nonces of callbacks that were signed as they must be; each counts once.';

      GRANT SELECT, INSERT, UPDATE, DELETE ON ops.external_control_secrets, ops.external_control_rounds,
        ops.external_control_requests, ops.external_control_nonces TO auditmesh_api;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Operational data is not taken back.');
  }
}
