//! The order of the log: nothing is lost, doubled or out of order, whoever writes slowly or is killed.
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use konductro_api::commands::{Envelope, Wait};
use konductro_api::event_store::{Sealer, sealer};
use konductro_domain::event::{Event, Recorded};
use konductro_domain::project::Project;
use konductro_domain::role::Role;
use konductro_domain::workspace::{RecordFacts, Workspace, WorkspaceEvent};
use konductro_projections::health::RunnerState;
use konductro_projections::subscription::Subscription;
use konductro_projections::{Folding, ProjectionError, READ_MODELS, ReadModel, Writes, checkpoint, event_log, rebuild};
use konductro_tests::database::TestDatabase;
use konductro_tests::log::{Log, add_event, eventually, log_of_an_sdm, user_created};
use konductro_tests::people::{envelope, new_project, person, rename};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::sync::broadcast::Receiver;

async fn head(log: &Log) -> i64 {
    log.count("SELECT coalesce(max(position), 0) FROM log").await
}

/// Every event is in the log once, the positions have no gap, and each stream is in its own order.
async fn assert_the_log_is_whole(log: &Log) {
    eventually("everything is sealed", || async { log.count("SELECT count(*) FROM unsealed").await == 0 }).await;
    let events = log.count("SELECT count(*) FROM events").await;
    assert_eq!(log.count("SELECT count(*) FROM log").await, events);
    assert_eq!(head(log).await, events, "no gap");
    let disordered = log
        .count(
            "SELECT count(*) FROM (SELECT sequence, row_number() OVER (PARTITION BY aggregate_type, aggregate_id
                                                                           ORDER BY position) AS expected FROM log) l
              WHERE sequence <> expected",
        )
        .await;
    assert_eq!(disordered, 0);
}

/// Takes the positions that were announced, up to the last.
async fn announced(pages: &mut Receiver<Arc<[Recorded<Event>]>>, last: i64) -> Vec<i64> {
    let mut positions = Vec::new();
    while positions.last() != Some(&last) {
        let page = tokio::time::timeout(Duration::from_secs(20), pages.recv()).await.expect("a page comes").unwrap();
        positions.extend(page.iter().map(|event| event.position));
    }
    positions
}

#[tokio::test]
async fn an_event_that_commits_late_is_sealed_late_and_not_lost() {
    let database = TestDatabase::new().await;
    let log = Log::start(&database).await;
    let mut pages = log.changes.subscribe();
    let (mut slow, mut quick) = (database.owner().await, database.owner().await);
    let mut early = slow.begin().await.unwrap();
    add_event(&mut early, "slow", 1, &user_created()).await;
    add_event(&mut quick, "quick", 1, &user_created()).await;
    assert_eq!(announced(&mut pages, 1).await, [1]);
    assert_eq!(
        log.count("SELECT count(*) FROM log WHERE aggregate_id = 'quick'").await,
        1,
        "nobody waits for the slow one"
    );
    early.commit().await.unwrap();
    assert_eq!(announced(&mut pages, 2).await, [2]);
    assert_the_log_is_whole(&log).await;
}

#[tokio::test]
async fn what_waited_for_an_append_is_sealed_after_it_though_its_transaction_is_older() {
    let database = TestDatabase::new().await;
    let log = Log::without_runners(&database).await;
    let (mut waits, mut first) = (database.owner().await, database.owner().await);
    let mut older = waits.begin().await.unwrap();
    // It has locked one of its fences, and so has a number, before it waits for the next one.
    older.execute("SELECT pg_current_xact_id()").await.unwrap();
    add_event(&mut first, "first", 1, &user_created()).await;
    add_event(&mut older, "waited", 1, &user_created()).await;
    older.commit().await.unwrap();
    let sealer = Sealer::start(&log.pool, Arc::clone(&log.appended), log.health.clone()).await.unwrap();
    let mut owner = database.owner().await;
    let order = names(&mut owner, "SELECT aggregate_id FROM log ORDER BY position").await;
    assert_eq!(order, ["first", "waited"]);
    drop(sealer);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_and_open_transactions_lose_nothing() {
    let database = TestDatabase::new().await;
    let log = Log::start(&database).await;
    let mut pages = log.changes.subscribe();
    let dana = person(&[Role::Sdm]);
    let projects = join_all((0..16).map(|n| log.project_of(&dana, n))).await;
    let writers = projects.iter().map(|stream| async {
        for n in 0..25 {
            let quick = Envelope { position_wait: Wait::None, ..envelope(&dana) };
            log.commands.execute::<Project>(stream, rename(&dana, &format!("Name {n}")), quick).await.unwrap();
        }
    });
    // Slow transactions that overlap each other and the quick writers, and commit in another order than they began.
    let slow = (0..8).map(|n| {
        let database = &database;
        async move {
            let mut connection = database.owner().await;
            for round in 0..5 {
                let mut tx = connection.begin().await.unwrap();
                add_event(&mut tx, &format!("slow-{n}"), round + 1, &user_created()).await;
                tx.execute(format!("SELECT pg_sleep({})", 0.01 * f64::from((n * 7 + 3) % 8)).as_str()).await.unwrap();
                tx.commit().await.unwrap();
            }
        }
    });
    tokio::join!(join_all(writers), join_all(slow));
    let total = log.count("SELECT count(*) FROM events").await;
    assert_eq!(total, 16 * 2 + 16 * 25 + 8 * 5);
    assert_eq!(announced(&mut pages, total).await, (1..=total).collect::<Vec<_>>(), "each once, in order");
    assert_the_log_is_whole(&log).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_sealer_that_is_killed_again_and_again_loses_nothing() {
    let (database, log, dana) = log_of_an_sdm().await;
    let projects = join_all((0..4).map(|n| log.project_of(&dana, n))).await;
    let done = AtomicBool::new(false);
    let writers = async {
        join_all(projects.iter().map(|stream| async {
            for n in 0..60 {
                let quick = Envelope { position_wait: Wait::None, ..envelope(&dana) };
                log.commands.execute::<Project>(stream, rename(&dana, &format!("Name {n}")), quick).await.unwrap();
            }
        }))
        .await;
        done.store(true, Ordering::Release);
    };
    let killer = async {
        let mut owner = database.owner().await;
        let mut killed = 0_i64;
        while !done.load(Ordering::Acquire) || killed < 3 {
            killed += kill_lock_holders(&mut owner).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        killed
    };
    let ((), killed) = tokio::join!(writers, killer);
    assert!(killed >= 3);
    assert_the_log_is_whole(&log).await;
    eventually("read models have it all", || async { log.visibility.folded() == head(&log).await }).await;
}

/// Ends the sessions that hold an advisory lock of this database; how many there were.
async fn kill_lock_holders(owner: &mut PgConnection) -> i64 {
    sqlx::query_scalar(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_locks
          WHERE locktype = 'advisory' AND granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    )
    .fetch_one(owner)
    .await
    .unwrap()
}

#[tokio::test]
async fn a_second_sealer_stands_by_and_takes_over() {
    let database = TestDatabase::new().await;
    let mut first = Log::start(&database).await;
    let second = Log::start(&database).await;
    let dana = person(&[Role::Sdm]);
    eventually("one stands by", || async { second.health.of(sealer::NAME) == Some(RunnerState::StandingBy) }).await;
    // What is written here is sealed there, and read back here.
    let (id, command) = new_project(&dana, "PAY");
    let done = second.commands.execute::<Project>(&id.to_string(), command, envelope(&dana)).await.unwrap();
    assert_eq!(done.position, Some(2));
    first.sealer = None;
    eventually("it leads", || async { second.health.of(sealer::NAME) == Some(RunnerState::Running) }).await;
    let done = first.commands.execute::<Project>(&id.to_string(), rename(&dana, "X"), envelope(&dana)).await.unwrap();
    assert_eq!(done.position, Some(3));
    // Both replicas hear of everything, whoever of them folded it.
    for replica in [&first, &second] {
        eventually("the replica knows", || async { replica.visibility.folded() == 3 }).await;
    }
}

#[tokio::test]
async fn what_an_earlier_run_left_is_sealed_before_writes_are_accepted() {
    let database = TestDatabase::new().await;
    let log = Log::without_runners(&database).await;
    let dana = person(&[Role::Sdm]);
    let (id, command) = new_project(&dana, "PAY");
    let quick = Envelope { position_wait: Wait::None, ..envelope(&dana) };
    let done = log.commands.execute::<Project>(&id.to_string(), command, quick).await.unwrap();
    assert_eq!((done.position, head(&log).await), (None, 0));
    let sealer = Sealer::start(&log.pool, Arc::clone(&log.appended), log.health.clone()).await.unwrap();
    let told = *sealer.sealed().borrow();
    assert_eq!((told, head(&log).await), (2, 2));
}

#[tokio::test]
async fn a_wrong_order_within_a_stream_stops_the_sealer_with_an_alarm() {
    let database = TestDatabase::new().await;
    let log = Log::start(&database).await;
    let mut owner = database.owner().await;
    add_event(&mut owner, "odd", 2, &user_created()).await;
    eventually("the sealer stops", || async {
        matches!(log.health.of(sealer::NAME), Some(RunnerState::Stopped(reason)) if reason.contains("before the one it follows"))
    })
    .await;
    assert_eq!(head(&log).await, 0, "nothing of the batch is in the log");
    assert_eq!(log.count("SELECT count(*) FROM unsealed").await, 1, "and nothing is lost");
}

fn refuse_the_third(page: &[Recorded<Event>]) -> Result<Writes, ProjectionError> {
    match page.iter().find(|event| event.position == 3) {
        Some(event) => {
            Err(ProjectionError::OutOfOrder { position: event.position, missing: "a test's wish".to_owned() })
        }
        None => Ok(Writes::default()),
    }
}

fn fold_but_the_third<'a>(_: &'a mut PgConnection, page: &'a [Recorded<Event>]) -> Folding<'a> {
    Box::pin(async move { refuse_the_third(page) })
}

#[tokio::test]
async fn an_event_that_can_not_be_folded_stops_its_runner_and_no_other() {
    const POISONED: &[ReadModel] = &[ReadModel { name: "picky", tables: &[], project: fold_but_the_third }];
    let database = TestDatabase::new().await;
    let log = Log::start(&database).await;
    let picky = Log::without_runners(&database).await;
    let _picky = Subscription::start("picky", POISONED, picky.setting(log.sealer.as_ref().unwrap()));
    let dana = person(&[Role::Sdm]);
    log.project(&dana, "PAY").await;
    log.project(&dana, "TILL").await;
    eventually("the picky runner stops", || async {
        matches!(picky.health.of("picky"), Some(RunnerState::Stopped(reason)) if reason.contains("position 3"))
    })
    .await;
    let mut connection = log.pool.acquire().await.unwrap();
    assert_eq!(checkpoint::read(&mut *connection, "picky").await.unwrap(), 2, "it folded all before");
    assert_eq!(log.visibility.folded(), 4, "the other runner goes on");
    assert_eq!(log.health.of("read_models"), Some(RunnerState::Running));
}

#[tokio::test]
async fn an_event_that_can_not_be_read_stops_reading_there_and_writes_go_on() {
    let (database, log, dana) = log_of_an_sdm().await;
    log.project(&dana, "PAY").await;
    add_event(&mut database.owner().await, "odd", 1, r#"{"type":"NobodyKnowsThis"}"#).await;
    eventually("the subscription stops", || async {
        matches!(log.health.of("read_models"), Some(RunnerState::Stopped(reason)) if reason.contains("position 3"))
    })
    .await;
    assert_eq!(log.visibility.folded(), 2);
    let (id, command) = new_project(&dana, "TILL");
    let done = log.commands.execute::<Project>(&id.to_string(), command, envelope(&dana)).await.unwrap();
    assert_eq!(done.version, 2, "a write is still accepted");
    assert_the_log_is_whole(&log).await;
}

#[tokio::test]
async fn a_page_that_a_connection_cut_off_is_folded_once() {
    let (database, log, dana) = log_of_an_sdm().await;
    let mut owner = database.owner().await;
    for n in 0..10 {
        log.project_of(&dana, n).await;
        let cut: i64 = sqlx::query_scalar(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
              WHERE datname = current_database() AND query LIKE '%max(position)%' AND pid <> pg_backend_pid()",
        )
        .fetch_one(&mut owner)
        .await
        .unwrap();
        assert!(cut >= 0);
    }
    eventually("all is folded", || async { log.visibility.folded() == 20 }).await;
    assert_eq!(log.count("SELECT count(*) FROM projects").await, 10);
}

#[tokio::test]
async fn rebuilt_read_models_are_the_live_ones_and_take_their_place() {
    let (database, log, dana) = log_of_an_sdm().await;
    let stream = log.project(&dana, "PAY").await.to_string();
    for n in 0..30 {
        log.commands.execute::<Project>(&stream, rename(&dana, &format!("N {n}")), envelope(&dana)).await.unwrap();
    }
    let facts = RecordFacts(vec![WorkspaceEvent::UserCreated { user_id: dana.user_id }; 600]);
    log.commands.execute::<Workspace>("workspace", facts, envelope(&dana)).await.unwrap();

    let mut owner = database.owner().await;
    let built = rebuild::beside(&mut owner, READ_MODELS).await.unwrap();
    assert_eq!(built, head(&log).await);
    for table in READ_MODELS.iter().flat_map(|model| model.tables) {
        assert_eq!(differences(&mut owner, table).await, 0, "{table} rebuilt is {table} live");
    }
    let (indices, grants) = (names(&mut owner, INDICES).await, names(&mut owner, GRANTS).await);
    let position = rebuild::rebuild(&mut owner, "read_models", READ_MODELS).await.unwrap();
    assert_eq!(position, head(&log).await);
    assert_eq!(names(&mut owner, INDICES).await, indices, "later migrations find the names that they know");
    assert_eq!(names(&mut owner, GRANTS).await, grants, "and the application its rights");

    log.commands.execute::<Project>(&stream, rename(&dana, "After"), envelope(&dana)).await.unwrap();
    assert_eq!(log.count("SELECT count(*) FROM projects WHERE name = 'After'").await, 1, "and it goes on");
}

const INDICES: &str = "SELECT tablename || '.' || indexname || regexp_replace(indexdef, '^.* USING', '')
                         FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1";
const GRANTS: &str = "SELECT relname || coalesce(relacl::text, '') FROM pg_class
                       WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1";

async fn names(connection: &mut PgConnection, query: &str) -> Vec<String> {
    sqlx::query_scalar(query).fetch_all(connection).await.unwrap()
}

/// Rows that only one of the two tables has.
async fn differences(connection: &mut PgConnection, table: &str) -> i64 {
    let live = format!("SELECT to_jsonb(r) FROM public.{table} r");
    let built = format!("SELECT to_jsonb(r) FROM {}.{table} r", rebuild::SCHEMA);
    let query =
        format!("SELECT count(*) FROM ((({live}) EXCEPT ALL ({built})) UNION ALL (({built}) EXCEPT ALL ({live}))) d");
    sqlx::query_scalar(&query).fetch_one(connection).await.unwrap()
}

#[tokio::test]
async fn the_log_is_read_in_pages_without_gap_or_overlap() {
    let (_database, log, dana) = log_of_an_sdm().await;
    for n in 0..5 {
        log.project_of(&dana, n).await;
    }
    let mut connection = log.pool.acquire().await.unwrap();
    let mut seen = HashMap::new();
    let mut after = 0;
    loop {
        let page = event_log::page(&mut connection, after, 3).await.unwrap();
        let Some(last) = page.events.last() else { break };
        after = last.position;
        for event in &page.events {
            assert!(seen.insert(event.position, event.event_id).is_none());
        }
    }
    assert_eq!((after, seen.len()), (10, 10));
}
