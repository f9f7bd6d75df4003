-- The log: every fact of the product, for ever.
--
-- `events` is where commands append; it carries no global number, because a number handed out before
-- the commit is no order (a transaction with a lower one may commit later, and a reader loses it).
-- `unsealed` is what was appended and has no place in the log yet; the sealer takes it from there and
-- gives each event the next position in `log`. Subscriptions read `log` only.

CREATE TABLE events (
    aggregate_type text NOT NULL,
    aggregate_id   text NOT NULL,
    sequence       bigint NOT NULL CHECK (sequence > 0),
    -- UUIDv7 and time come from the application: both are in the leaf that is hashed.
    event_id       uuid NOT NULL,
    event_type     text NOT NULL,
    event_version  text NOT NULL,
    -- json, not jsonb: the exact text is what was hashed.
    payload        json NOT NULL,
    metadata       json NOT NULL,
    recorded_at    timestamptz NOT NULL,
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    -- prev_hash chains the stream: the leaf hash of the event before, or 32 zero bytes.
    prev_hash      bytea NOT NULL CHECK (length(prev_hash) = 32),
    leaf_hash      bytea NOT NULL CHECK (length(leaf_hash) = 32),
    -- The optimistic lock: two commands that saw the same head can't both append.
    CONSTRAINT events_stream PRIMARY KEY (aggregate_type, aggregate_id, sequence),
    CONSTRAINT events_event_id UNIQUE (event_id)
);

CREATE TABLE unsealed (
    -- The order in which the sealer takes them. It is drawn when the append holds its fences: what waited for
    -- another append comes after it. A transaction's own number would not do; it may be older than the wait.
    place          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    aggregate_type text NOT NULL,
    aggregate_id   text NOT NULL,
    sequence       bigint NOT NULL,
    event_id       uuid NOT NULL,
    leaf_hash      bytea NOT NULL
);
-- The table is nearly always empty and always churning: vacuum it by count, not by share.
ALTER TABLE unsealed SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

CREATE TABLE log (
    position       bigint PRIMARY KEY CHECK (position > 0),
    aggregate_type text NOT NULL,
    aggregate_id   text NOT NULL,
    sequence       bigint NOT NULL,
    leaf_hash      bytea NOT NULL CHECK (length(leaf_hash) = 32),
    sealed_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Nothing is sealed twice, and an event's position is found by its place in its stream.
    CONSTRAINT log_stream UNIQUE (aggregate_type, aggregate_id, sequence)
);

-- Facts are never changed, not even by the owner by mistake.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the % table is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'KO003', HINT = 'correct a fact by a new event';
END
$$;

CREATE TRIGGER events_are_facts BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Messages, replies, artefacts, reasons: an event names them by hash and length, so that streams stay
-- small and a text can be erased (body and salt null) while the chain stays whole.
CREATE TABLE texts (
    hash       bytea PRIMARY KEY CHECK (length(hash) = 32),
    body       text,
    salt       bytea,
    bytes      integer NOT NULL,
    erased_at  timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Aggregates as they were after some event: only a shortcut, always equal to the fold. Columns as
-- postgres-es reads them; `format` makes every snapshot of another build's fold invisible.
CREATE TABLE snapshots (
    aggregate_type   text NOT NULL,
    aggregate_id     text NOT NULL,
    last_sequence    bigint NOT NULL,
    current_snapshot bigint NOT NULL,
    format           integer NOT NULL,
    payload          json NOT NULL,
    PRIMARY KEY (aggregate_type, aggregate_id)
);
