-- What is written in the same statement as events, and what keeps count of reading them.

-- The answer to a command that was given with an idempotency key. It commits with the command's
-- events (also when there are none), so a repeat finds it exactly when the first call took effect.
CREATE TABLE receipts (
    scope          text NOT NULL,
    key            text NOT NULL,
    -- SHA-256 of the request's body: the same key with another body is refused.
    fingerprint    bytea NOT NULL CHECK (length(fingerprint) = 32),
    -- What a repeat needs that events do not say, such as new ids.
    result         json NOT NULL,
    -- Which events the first call appended: a stretch of one stream, or nothing.
    aggregate_type text,
    aggregate_id   text,
    first_sequence bigint,
    last_sequence  bigint,
    -- The whole first answer over HTTP, where there was one; never one that holds a secret.
    answer         json,
    created_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT receipts_key PRIMARY KEY (scope, key)
);
CREATE INDEX receipts_by_age ON receipts (created_at);

-- Rules that span streams. A command names the epochs it relied on and the append checks that they
-- still hold; events that change the facts behind a fence raise its epoch in their own append.
CREATE TABLE fences (
    scope text PRIMARY KEY,
    epoch bigint NOT NULL,
    value json
) WITH (fillfactor = 70);

-- Names that are unique over streams (a project's key, a phase's number in its project), taken in the
-- append of the event that uses them.
CREATE TABLE claims (
    scope text NOT NULL,
    key   text NOT NULL,
    CONSTRAINT claims_key PRIMARY KEY (scope, key)
);

-- Work that must happen after an event although the process may die: claimed with a lease, so that
-- somebody else takes it over. Inserted in the append of the event that asks for it.
CREATE TABLE jobs (
    id          uuid PRIMARY KEY,
    kind        text NOT NULL,
    key         text NOT NULL,
    payload     json NOT NULL,
    state       text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed')),
    attempt     integer NOT NULL DEFAULT 0,
    lease_owner uuid,
    lease_until timestamptz,
    created_at  timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    CONSTRAINT jobs_key UNIQUE (key)
);
CREATE INDEX jobs_to_do ON jobs (kind, created_at) WHERE state IN ('queued', 'running');

-- How far each subscription has come in the log.
CREATE TABLE checkpoints (
    name       text PRIMARY KEY,
    position   bigint NOT NULL CHECK (position >= 0),
    updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);
