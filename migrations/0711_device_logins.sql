-- A command line that wants to be signed in: it shows a short code, a person confirms it in the browser, and the
-- command line collects its token. Nothing here opens anything: the token is made when it is collected.
CREATE TABLE device_logins (
    device_login_id uuid PRIMARY KEY,
    -- What the person types or clicks; ten minutes, one use.
    user_code       text NOT NULL CONSTRAINT device_logins_user_code UNIQUE,
    -- SHA-256 of what the command line collects with.
    secret_hash     bytea NOT NULL CONSTRAINT device_logins_secret_hash UNIQUE CHECK (length(secret_hash) = 32),
    -- What it says of itself.
    tool            text NOT NULL,
    host_name       text NOT NULL,
    asked_scopes    text[] NOT NULL,
    asked_project   text,
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    -- The decision: who, in which session, and what for.
    decision        text CHECK (decision IN ('approved', 'refused')),
    user_id         uuid REFERENCES users ON DELETE CASCADE,
    session_id      uuid,
    project_id      uuid,
    scopes          text[],
    name            text,
    token_expires_at timestamptz,
    CHECK (decision IS DISTINCT FROM 'approved'
        OR (user_id IS NOT NULL AND session_id IS NOT NULL AND project_id IS NOT NULL AND scopes IS NOT NULL
            AND name IS NOT NULL AND token_expires_at IS NOT NULL))
);
CREATE INDEX device_logins_by_end ON device_logins (expires_at);
