-- One command, as the least that the database has to do, statement by statement as the server gives them: the session
-- with the receipt (identity/sessions.rs), the fences with the stream's head (event_store/fences.rs), the authors of
-- this text (projections/src/event_log.rs), the append (event_store/statement.rs), in one more statement what sealer,
-- read models and the kept answer write for the event, and last the writer's draft goes (personal/drafts.rs). A blank
-- stands after each colon of a text: pgbench would take what follows for a variable.
\set seq :seq + 1

SELECT s.session_id, s.last_seen_at, u.user_id, u.name, u.administrator, u.demo_role IS NOT NULL, r.fingerprint, r.answer
  FROM sessions s JOIN users u USING (user_id)
  LEFT JOIN receipts r ON r.scope = u.user_id || ' POST pgbench' AND r.key = 'r' || :run::int || 'c' || :client_id::int || '-' || :seq::int
 WHERE s.token_hash = sha256('pgbench') AND s.expires_at > now() AND s.last_seen_at > now() - interval '14 days'
   AND NOT u.disabled;

SELECT opened.project, member.epoch, member.value, policy.epoch, policy.value, stage.epoch, head.sequence, head.leaf_hash
  FROM (SELECT 'pgbench' AS project) AS opened
 CROSS JOIN (SELECT sequence, leaf_hash FROM events
              WHERE aggregate_type = 'phase' AND aggregate_id = 'r' || :run::int || 'c' || :client_id::int
              ORDER BY sequence DESC LIMIT 1) AS head
  LEFT JOIN fences member ON member.scope = 'member ' || opened.project
  LEFT JOIN fences policy ON policy.scope = 'policy ' || opened.project
  LEFT JOIN fences stage ON stage.scope = 'stage r' || :run::int || 'c' || :client_id::int;

SELECT json_array_elements_text(e.payload->'authors')::uuid AS author
  FROM events e
 WHERE e.aggregate_type = 'phase' AND e.event_type = 'ArtefactVersionAdded'
   AND e.payload->'content'->>'hash' = encode(sha256(('r' || :run::int || 'c' || :client_id::int || 's' || :seq::int)::bytea), 'hex')
   AND e.metadata->>'project' = '0195a0b2-7e3c-7b1a-8c5d-5a1f0e2d3c4b'
 UNION
SELECT (reply.payload->>'asked_by')::uuid
  FROM events aside
  JOIN events reply ON reply.aggregate_type = 'conversation'
   AND reply.aggregate_id = aside.aggregate_id || ':' || (aside.payload->>'stage')
   AND reply.payload->>'turn_id' = aside.payload->>'turn_id' AND reply.payload->>'asked_by' IS NOT NULL
 WHERE aside.aggregate_type = 'phase' AND aside.event_type = 'DocumentSetAside'
   AND aside.payload->'content'->>'hash' = encode(sha256(('r' || :run::int || 'c' || :client_id::int || 's' || :seq::int)::bytea), 'hex')
   AND aside.metadata->>'project' = '0195a0b2-7e3c-7b1a-8c5d-5a1f0e2d3c4b'
 ORDER BY 1;

SELECT append_events('phase', 'r' || :run::int || 'c' || :client_id::int, :seq::int, clock_timestamp(),
    '{"actor": "person","correlation": "0195a0b2-7e3c-7b1a-8c5d-5a1f0e2d3c4b","credential": "session 0195a0b2-7e3c-7b1a-8c5d-5a1f0e2d3c4b","phase": "0195a0b2-7e3c-7b1a-8c5d-5a1f0e2d3c4b","project": "0195a0b2-7e3c-7b1a-8c5d-5a1f0e2d3c4b","request": "0195a0b2-7e3c-7b1a-8c5d-5a1f0e2d3c4b","role": "sdm","user_id": "0195a0b2-7e3c-7b1a-8c5d-5a1f0e2d3c4b"}',
    ARRAY[gen_random_uuid()], ARRAY['ArtefactVersionAdded'], ARRAY['1'],
    ARRAY['{"approval_policy": {"stages": [],"version": 1},"authors": ["0195a0b2-7e3c-7b1a-8c5d-5a1f0e2d3c4b"],"based_on": [],"completeness": "complete","content": {"bytes": 500,"hash": "' || encode(sha256(('r' || :run::int || 'c' || :client_id::int || 's' || :seq::int)::bytea), 'hex') || '"},"cycle": 1,"generated_by": null,"ordinal": null,"origin": "person","source": null,"stage": "requirements","title": "Requirements","turn_id": null,"type": "ArtefactVersionAdded","upstream_hash": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","version": ' || :seq::int || '}'],
    ARRAY[sha256('before')], ARRAY[sha256(('r' || :run::int || 'c' || :client_id::int || 's' || :seq::int)::bytea)],
    ARRAY[sha256(('r' || :run::int || 'c' || :client_id::int || 't' || :seq::int)::bytea)],
    ARRAY[repeat('Sellers have their money the next working day. ', 11)], ARRAY[NULL::bytea],
    ARRAY['member pgbench', 'policy pgbench', 'stage r' || :run::int || 'c' || :client_id::int],
    ARRAY[0, 0, 0]::bigint[], ARRAY[false, false, false], ARRAY[NULL, NULL, NULL]::text[],
    '{}', '{}', '{}', '{}', '{}', '{}',
    '00000000-0000-0000-0000-000000000001 POST pgbench', 'r' || :run::int || 'c' || :client_id::int || '-' || :seq::int,
    sha256('body'), '{}')
 WHERE :seq::int = 1
    OR EXISTS (SELECT FROM events WHERE aggregate_type = 'phase' AND aggregate_id = 'r' || :run::int || 'c' || :client_id::int
                                    AND sequence = :seq::int - 1
                                    AND leaf_hash = sha256(('r' || :run::int || 'c' || :client_id::int || 's' || (:seq::int - 1))::bytea));

WITH quick AS (SELECT set_config('synchronous_commit', 'off', true)),
event AS (
    SELECT e.*, md5(e.aggregate_id)::uuid AS phase_id, nextval('measured_position') AS position
      FROM events e, quick
     WHERE aggregate_type = 'phase' AND aggregate_id = 'r' || :run::int || 'c' || :client_id::int AND sequence = :seq::int
), taken AS (
    DELETE FROM unsealed WHERE place = (SELECT currval('unsealed_place_seq'))
), sealed AS (
    INSERT INTO log (position, aggregate_type, aggregate_id, sequence, leaf_hash)
    SELECT position, aggregate_type, aggregate_id, sequence, leaf_hash FROM event
), version AS (
    INSERT INTO artefact_versions (phase_id, stage, version, title, content_hash, bytes, upstream_hash, cycle, origin,
                                   completeness, authors, based_on, created_at)
    SELECT phase_id, 'requirements', sequence, 'Requirements', encode(leaf_hash, 'hex'), 500, encode(prev_hash, 'hex'), 1,
           'person', 'complete', ARRAY[phase_id], '[]', recorded_at FROM event
), remembered AS (
    INSERT INTO history (position, phase_id, event_id, event_type, at, actor, aggregate_type, aggregate_id, sequence, payload)
    SELECT position, phase_id, event_id, event_type, recorded_at, '{"kind": "person"}', aggregate_type, aggregate_id,
           sequence, payload::jsonb FROM event
), answered AS (
    UPDATE receipts SET answer = '{"status": 201,"body": "{}"}'
     WHERE scope = '00000000-0000-0000-0000-000000000001 POST pgbench'
       AND key = 'r' || :run::int || 'c' || :client_id::int || '-' || :seq::int
), phase AS (
    INSERT INTO phases (phase_id, project_id, number, kind, title, brief_hash, status, created_at, updated_at, version,
                        waiting_roles, waiting_except, memory)
    SELECT phase_id, phase_id, 1, 'full', 'Phase', '', 'planning', recorded_at, recorded_at, sequence, '{}', '{}',
           payload::jsonb FROM event
    ON CONFLICT (phase_id) DO UPDATE SET updated_at = excluded.updated_at, version = excluded.version,
                                         memory = excluded.memory
)
INSERT INTO phase_stages (phase_id, stage, ordinal, state, since, cycle, latest_version, open_change_requests, evidence)
SELECT phase_id, stage, ordinal, 'in_review', recorded_at, 1, sequence, 0, '{"approvals": [], "change_requests": []}'
  FROM event, unnest(ARRAY['requirements']) WITH ORDINALITY AS part(stage, ordinal)
ON CONFLICT (phase_id, stage) DO UPDATE SET state = excluded.state, latest_version = excluded.latest_version,
                                            evidence = excluded.evidence;

DELETE FROM artefact_drafts
 WHERE user_id = '00000000-0000-0000-0000-000000000001' AND phase_id = md5('r' || :run::int || 'c' || :client_id::int)::uuid
   AND stage = 'requirements';
