-- One command, one statement, one round trip, one commit.
--
-- Locks are always taken in the same order: fences by scope, receipt, claims, texts by hash, jobs by
-- key, events. So two appends can wait for each other but never both ways round.
CREATE FUNCTION append_events(
    p_aggregate_type text,
    p_aggregate_id   text,
    p_first_sequence bigint,
    p_recorded_at    timestamptz,
    p_metadata       text,
    -- one element for each event
    p_event_ids      uuid[],
    p_event_types    text[],
    p_event_versions text[],
    p_payloads       text[],
    p_prev_hashes    bytea[],
    p_leaf_hashes    bytea[],
    -- texts that the events name
    p_text_hashes    bytea[],
    p_text_bodies    text[],
    p_text_salts     bytea[],
    -- fences: sorted by scope; an epoch to check, or null; whether to raise it, and to which value
    p_fence_scopes   text[],
    p_fence_epochs   bigint[],
    p_fence_raised   boolean[],
    p_fence_values   text[],
    p_claim_scopes   text[],
    p_claim_keys     text[],
    p_job_ids        uuid[],
    p_job_kinds      text[],
    p_job_keys       text[],
    p_job_payloads   text[],
    -- a receipt, or null
    p_receipt_scope  text,
    p_receipt_key    text,
    p_receipt_print  bytea,
    p_receipt_result text
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_count integer := cardinality(p_event_ids);
    v_epoch bigint;
BEGIN
    FOR i IN 1 .. cardinality(p_fence_scopes) LOOP
        IF p_fence_raised[i] THEN
            SELECT epoch INTO v_epoch FROM fences WHERE scope = p_fence_scopes[i] FOR NO KEY UPDATE;
        ELSE
            SELECT epoch INTO v_epoch FROM fences WHERE scope = p_fence_scopes[i] FOR SHARE;
        END IF;
        IF v_epoch IS NULL THEN
            -- Nobody can lock a row that is not there: make it, so that epoch 0 can be held too.
            INSERT INTO fences (scope, epoch) VALUES (p_fence_scopes[i], 0) ON CONFLICT DO NOTHING;
            SELECT epoch INTO v_epoch FROM fences WHERE scope = p_fence_scopes[i] FOR NO KEY UPDATE;
        END IF;
        IF p_fence_epochs[i] IS NOT NULL AND p_fence_epochs[i] <> v_epoch THEN
            RAISE EXCEPTION 'fence % is at epoch %, not %', p_fence_scopes[i], v_epoch, p_fence_epochs[i]
                USING ERRCODE = 'KO001', CONSTRAINT = p_fence_scopes[i], TABLE = 'fences';
        END IF;
        IF p_fence_raised[i] THEN
            UPDATE fences SET epoch = v_epoch + 1, value = coalesce(p_fence_values[i]::json, value)
             WHERE scope = p_fence_scopes[i];
        END IF;
    END LOOP;

    IF p_receipt_key IS NOT NULL THEN
        INSERT INTO receipts (scope, key, fingerprint, result, aggregate_type, aggregate_id, first_sequence, last_sequence)
        VALUES (p_receipt_scope, p_receipt_key, p_receipt_print, p_receipt_result::json, p_aggregate_type, p_aggregate_id,
                CASE WHEN v_count > 0 THEN p_first_sequence END,
                CASE WHEN v_count > 0 THEN p_first_sequence + v_count - 1 END);
    END IF;

    IF cardinality(p_claim_keys) > 0 THEN
        INSERT INTO claims (scope, key)
        SELECT * FROM unnest(p_claim_scopes, p_claim_keys) AS claim(scope, key) ORDER BY 1, 2;
    END IF;

    IF cardinality(p_text_hashes) > 0 THEN
        INSERT INTO texts (hash, body, salt, bytes)
        SELECT hash, body, salt, octet_length(body)
          FROM unnest(p_text_hashes, p_text_bodies, p_text_salts) AS given(hash, body, salt)
         ORDER BY hash
        ON CONFLICT (hash) DO NOTHING;
    END IF;

    IF cardinality(p_job_ids) > 0 THEN
        INSERT INTO jobs (id, kind, key, payload)
        SELECT id, kind, key, payload::json
          FROM unnest(p_job_ids, p_job_kinds, p_job_keys, p_job_payloads) AS job(id, kind, key, payload)
         ORDER BY key
        ON CONFLICT (key) DO NOTHING;
    END IF;

    IF v_count > 0 THEN
        INSERT INTO events (aggregate_type, aggregate_id, sequence, event_id, event_type, event_version,
                            payload, metadata, recorded_at, prev_hash, leaf_hash)
        SELECT p_aggregate_type, p_aggregate_id, p_first_sequence + n - 1, event_id, event_type, event_version,
               payload::json, p_metadata::json, p_recorded_at, prev_hash, leaf_hash
          FROM unnest(p_event_ids, p_event_types, p_event_versions, p_payloads, p_prev_hashes, p_leaf_hashes)
               WITH ORDINALITY AS event(event_id, event_type, event_version, payload, prev_hash, leaf_hash, n);

        INSERT INTO unsealed (aggregate_type, aggregate_id, sequence, event_id, leaf_hash)
        SELECT p_aggregate_type, p_aggregate_id, p_first_sequence + n - 1, event_id, leaf_hash
          FROM unnest(p_event_ids, p_leaf_hashes) WITH ORDINALITY AS event(event_id, leaf_hash, n)
         ORDER BY n;
    END IF;
END
$$;

-- Gives what stands in `unsealed` the next positions; returns how many, and the log's head.
--
-- Only the holder of the sealer's advisory lock calls this. What commits later is sealed later: absence
-- decides, no horizon. Within a stream the order must be the stream's own; where it is not, the whole
-- batch is refused, because a wrong order in the log could never be mended.
--
-- The settings keep the plan to index probes however the tables' statistics stand: a batch is small, the
-- log is not.
CREATE FUNCTION seal_events(p_limit integer, OUT sealed bigint, OUT head bigint) LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
AS $$
DECLARE
    v_head  bigint := coalesce((SELECT max(position) FROM log), 0);
    v_wrong record;
BEGIN
    WITH batch AS MATERIALIZED (
        SELECT place, aggregate_type, aggregate_id, sequence, leaf_hash
          FROM unsealed
         ORDER BY place
         LIMIT p_limit
    ), taken AS (
        DELETE FROM unsealed u USING batch b WHERE u.place = b.place
    )
    INSERT INTO log (position, aggregate_type, aggregate_id, sequence, leaf_hash)
    SELECT v_head + row_number() OVER (ORDER BY place),
           aggregate_type, aggregate_id, sequence, leaf_hash
      FROM batch;
    GET DIAGNOSTICS sealed = ROW_COUNT;
    head := v_head + sealed;
    IF sealed = 0 THEN
        RETURN;
    END IF;

    SELECT l.position, l.aggregate_type, l.aggregate_id, l.sequence INTO v_wrong
      FROM log l
     WHERE l.position > v_head
       AND l.sequence > 1
       AND NOT EXISTS (SELECT FROM log earlier
                        WHERE earlier.aggregate_type = l.aggregate_type AND earlier.aggregate_id = l.aggregate_id
                          AND earlier.sequence = l.sequence - 1 AND earlier.position < l.position)
     ORDER BY l.position LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'event % of stream % % would be sealed before the one it follows',
            v_wrong.sequence, v_wrong.aggregate_type, v_wrong.aggregate_id
            USING ERRCODE = 'KO002';
    END IF;

    PERFORM pg_notify('konductro_sealed', head::text);
END
$$;
