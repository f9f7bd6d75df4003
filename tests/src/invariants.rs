//! What holds of every database of the product at rest, whatever was done to it before.

use konductro_projections::READ_MODELS;
use konductro_projections::rebuild::{self, SCHEMA};
use sqlx::PgConnection;

use crate::wait::until_in;
use std::time::Duration;

/// Sealing, folding and policies may still be at work when a server has just started.
const SETTLED_WITHIN: Duration = Duration::from_secs(60);

async fn number(connection: &mut PgConnection, query: &str) -> i64 {
    sqlx::query_scalar(query).fetch_one(connection).await.unwrap()
}

/// Waits until nothing is left to seal, fold, react to or answer.
pub async fn settled(connection: &mut PgConnection) {
    let left = "SELECT (SELECT count(*) FROM unsealed)
                     + (SELECT count(*) FROM jobs WHERE state NOT IN ('done', 'failed'))
                     + (SELECT count(*) FROM checkpoints
                         WHERE position < (SELECT coalesce(max(position), 0) FROM log))";
    let connection = tokio::sync::Mutex::new(connection);
    until_in(SETTLED_WITHIN, "everything to be sealed, folded and answered", || async {
        (number(*connection.lock().await, left).await == 0).then_some(())
    })
    .await;
}

/// Every event has one place in the log, and the log no gap; each stream's order is the log's.
pub async fn log_is_whole(connection: &mut PgConnection) {
    let events = number(connection, "SELECT count(*) FROM events").await;
    assert_eq!(number(connection, "SELECT count(*) FROM unsealed").await, 0, "unsealed events");
    assert_eq!(number(connection, "SELECT count(*) FROM log").await, events, "sealed events");
    assert_eq!(number(connection, "SELECT coalesce(max(position), 0) FROM log").await, events, "the log's head");
    let astray = "SELECT count(*) FROM events e LEFT JOIN log l USING (aggregate_type, aggregate_id, sequence)
                   WHERE l.leaf_hash IS DISTINCT FROM e.leaf_hash";
    assert_eq!(number(connection, astray).await, 0, "events that are not in the log as they are");
    let disordered = "SELECT count(*) FROM (
                          SELECT position, sequence,
                                 row_number() OVER (PARTITION BY aggregate_type, aggregate_id ORDER BY position) AS place
                            FROM log) numbered
                       WHERE sequence <> place";
    assert_eq!(number(connection, disordered).await, 0, "events out of their stream's order, or missing from it");
}

/// No turn ended twice in one attempt, and each document that a reply brought was dealt with once.
pub async fn turns_ended_once(connection: &mut PgConnection) {
    let ended_again = "SELECT count(*) FROM (
                           SELECT FROM events WHERE event_type IN ('ReplyCompleted', 'ReplyStopped', 'ReplyFailed')
                            GROUP BY payload ->> 'turn_id', payload ->> 'attempt' HAVING count(*) > 1) doubled";
    assert_eq!(number(connection, ended_again).await, 0, "attempts that ended twice");
    let dealt_with = "SELECT count(*) FROM (
                          SELECT FROM events
                           WHERE event_type IN ('ArtefactVersionAdded', 'DocumentSetAside') AND payload ->> 'turn_id' IS NOT NULL
                           GROUP BY payload ->> 'turn_id', payload ->> 'ordinal', payload -> 'content' ->> 'hash' HAVING count(*) > 1) doubled";
    assert_eq!(number(connection, dealt_with).await, 0, "documents that were saved twice");
    let brought = "SELECT coalesce(sum(json_array_length(payload -> 'documents')), 0)::bigint FROM events
                    WHERE event_type IN ('ReplyCompleted', 'ReplyStopped', 'ReplyFailed')";
    let saved = "SELECT count(*) FROM events
                  WHERE event_type IN ('ArtefactVersionAdded', 'DocumentSetAside') AND payload ->> 'turn_id' IS NOT NULL";
    assert_eq!(number(connection, brought).await, number(connection, saved).await, "documents brought, and dealt with");
}

/// Builds all read models anew, and finds every row of the live ones there, and none besides.
pub async fn live_equals_rebuilt(owner: &mut PgConnection) {
    let head = number(owner, "SELECT coalesce(max(position), 0) FROM log").await;
    let built = rebuild::beside(owner, READ_MODELS).await.expect("the read models can be rebuilt");
    assert_eq!(built, head, "the rebuilt tables know the whole log");
    for table in READ_MODELS.iter().flat_map(|model| model.tables) {
        let differing = format!(
            "WITH live AS (SELECT to_jsonb(t) AS line FROM public.\"{table}\" t),
                  built AS (SELECT to_jsonb(t) AS line FROM {SCHEMA}.\"{table}\" t)
             SELECT 'live only: ' || line::text FROM (TABLE live EXCEPT ALL TABLE built) l
             UNION ALL SELECT 'rebuilt only: ' || line::text FROM (TABLE built EXCEPT ALL TABLE live) b"
        );
        let rows: Vec<String> = sqlx::query_scalar(&differing).fetch_all(&mut *owner).await.unwrap();
        assert!(rows.is_empty(), "{table} differs from what a rebuild makes:\n{}", rows.join("\n"));
    }
    sqlx::query(&format!("DROP SCHEMA {SCHEMA} CASCADE")).execute(owner).await.unwrap();
}
