-- Browser sessions. The token is only in its cookie: what is stored is its SHA-256, which opens nothing.
CREATE TABLE sessions (
    session_id   uuid PRIMARY KEY,
    token_hash   bytea NOT NULL CONSTRAINT sessions_token_hash UNIQUE CHECK (length(token_hash) = 32),
    user_id      uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at   timestamptz NOT NULL,
    -- Moved on at most every few minutes; a session that is not used for two weeks ends.
    last_seen_at timestamptz NOT NULL,
    -- Thirty days after sign-in, whatever happens.
    expires_at   timestamptz NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);
