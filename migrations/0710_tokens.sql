-- Personal API tokens: each acts for its owner, in one project, for what its scopes say. The secret is shown once:
-- what is stored is its SHA-256, which opens nothing. A revoked token's row is gone; that there was one is in the log.
CREATE TABLE tokens (
    token_id     uuid PRIMARY KEY,
    token_hash   bytea NOT NULL CONSTRAINT tokens_token_hash UNIQUE CHECK (length(token_hash) = 32),
    user_id      uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    -- The only project that it opens.
    project_id   uuid NOT NULL,
    -- What its owner calls it.
    name         text NOT NULL,
    scopes       text[] NOT NULL CHECK (cardinality(scopes) > 0),
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    -- Moved on at most once a minute.
    last_used_at timestamptz
);
CREATE INDEX tokens_of_user ON tokens (user_id, created_at);
CREATE INDEX tokens_of_project ON tokens (project_id, created_at);
CREATE INDEX tokens_by_end ON tokens (expires_at);
