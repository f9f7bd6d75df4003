//! A phase with a great many events, put straight into the log's tables: only reading them is tried.

use sqlx::{Executor as _, PgConnection};

const PROJECT: &str = "018f0000-0000-7000-8000-000000000004";
const PHASE: &str = "018f0000-0000-7000-8000-000000000008";
const TURN: &str = "018f0000-0000-7000-8000-000000000006";
const PERSON: &str = "018f0000-0000-7000-8000-000000000001";

/// Adds so many turns of three events each to the requirements' conversation of a phase that has none; their words were
/// erased. The last position.
pub async fn add_turns(owner: &mut PgConnection, project: &str, phase: &str, person: &str, turns: usize) -> i64 {
    let catalogue = include_str!("../../domain/tests/event_catalogue.jsonl");
    let payload = |name: &str| {
        let marked = format!("conversation 1 {{\"type\":\"{name}\"");
        let line = catalogue.lines().find(|line| line.starts_with(&marked)).expect("the catalogue has it");
        line["conversation 1 ".len()..].replace(PROJECT, project).replace(PHASE, phase).replace(PERSON, person)
    };
    let [posted, started, completed] = ["MessagePosted", "ReplyStarted", "ReplyCompleted"].map(payload);
    let statement = format!(
        "CREATE TEMPORARY TABLE long AS
         SELECT n, (SELECT coalesce(max(position), 0) FROM log) + n AS position, gen_random_uuid() AS event_id,
                (ARRAY['MessagePosted', 'ReplyStarted', 'ReplyCompleted'])[1 + (n - 1) % 3] AS event_type,
                replace((ARRAY['{posted}', '{started}', '{completed}'])[1 + (n - 1) % 3], '{TURN}',
                        md5('{phase}' || (n - 1) / 3)::uuid::text) AS payload
           FROM generate_series(1, {events}) AS n;
         INSERT INTO events (aggregate_type, aggregate_id, sequence, event_id, event_type, event_version, payload, metadata,
                             recorded_at, prev_hash, leaf_hash)
         SELECT 'conversation', '{phase}:requirements', n, event_id, event_type, '1', payload::json,
                ('{{\"actor\":\"person\",\"user_id\":\"{person}\",\"correlation\":\"' || event_id
                 || '\",\"project\":\"{project}\",\"phase\":\"{phase}\"}}')::json,
                now() + n * interval '1 second', sha256('before'), sha256(event_id::text::bytea) FROM long;
         INSERT INTO log (position, aggregate_type, aggregate_id, sequence, leaf_hash)
         SELECT l.position, 'conversation', '{phase}:requirements', n, sha256(event_id::text::bytea) FROM long l;
         INSERT INTO history (position, phase_id, event_id, event_type, at, actor, aggregate_type, aggregate_id, sequence, payload)
         SELECT position, '{phase}', event_id, event_type, now() + n * interval '1 second',
                '{{\"kind\": \"person\", \"user_id\": \"{person}\"}}', 'conversation', '{phase}:requirements', n, payload::jsonb
           FROM long;
         UPDATE checkpoints SET position = (SELECT max(position) FROM log), updated_at = clock_timestamp();
         ANALYZE events, log, history",
        events = turns * 3,
    );
    owner.execute(statement.as_str()).await.unwrap();
    sqlx::query_scalar("SELECT max(position) FROM log").fetch_one(owner).await.unwrap()
}
