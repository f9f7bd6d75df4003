-- The sealed log as a Merkle tree (RFC 6962), and its signed heads.
--
-- Leaves are `log.leaf_hash`; `log_tree` holds the hash of every complete subtree above them, so that a head and any
-- proof cost a handful of rows however long the log is. Both tables only grow: a head that was signed once is a promise
-- that the log will always begin like this.
CREATE TABLE log_tree (
    level smallint NOT NULL CHECK (level > 0),
    n     bigint NOT NULL CHECK (n >= 0),
    hash  bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, n)
);

CREATE TABLE log_heads (
    size      bigint PRIMARY KEY CHECK (size >= 0),
    root_hash bytea NOT NULL CHECK (length(root_hash) = 32),
    -- The C2SP checkpoint with its signature, byte for byte as it is given out.
    note      text NOT NULL,
    signed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The signing key of an installation whose database is a server of its own and that was given no key file: replicas
-- share it here. Whoever has the database then has the key too; a key file keeps them apart.
CREATE TABLE audit_key (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    signer   text NOT NULL,
    verifier text NOT NULL
);

CREATE TRIGGER log_tree_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON log_tree
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_heads_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON log_heads
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE ON log_tree, log_heads, audit_key FROM konductro_app;

-- Which text was erased by which event: few, and asked for by every export.
CREATE INDEX events_text_erased ON events ((payload ->> 'erased')) WHERE event_type = 'TextErased';

-- A text is a fact like the event that names it: the application can't change or remove one. It can have one erased
-- after the log says so, and only then, through this function, which runs with the owner's rights.
REVOKE UPDATE, DELETE ON texts FROM konductro_app;
CREATE FUNCTION erase_text(p_hash bytea) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM events e JOIN log l USING (aggregate_type, aggregate_id, sequence)
                    WHERE e.event_type = 'TextErased' AND e.payload ->> 'erased' = encode(p_hash, 'hex')
                      AND e.aggregate_type = 'workspace') THEN
        RAISE EXCEPTION 'the log does not say that text % was erased', encode(p_hash, 'hex') USING ERRCODE = 'KO004';
    END IF;
    UPDATE texts SET body = NULL, salt = NULL, erased_at = clock_timestamp() WHERE hash = p_hash AND body IS NOT NULL;
    RETURN FOUND;
END
$$;
REVOKE ALL ON FUNCTION erase_text(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_text(bytea) TO konductro_app;
