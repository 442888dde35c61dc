/** The vault's tables; running it again changes nothing. */
export const schema = `
  CREATE TABLE IF NOT EXISTS users (
    id text PRIMARY KEY,
    name text NOT NULL,
    token_sha256 bytea NOT NULL UNIQUE,
    may_read text[] NOT NULL DEFAULT '{}',
    may_write text[] NOT NULL DEFAULT '{}'
  );
  CREATE TABLE IF NOT EXISTS secrets (
    path text NOT NULL,
    version integer NOT NULL,
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (path, version)
  );
`;
