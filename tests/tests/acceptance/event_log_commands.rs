//! Commands against a real PostgreSQL: once and only once, in order, and never past a fence.
use std::sync::Arc;

use futures_util::future::join_all;
use konductro_api::commands::{Claim, CommandError, Commands, Envelope, FenceCheck, FenceScope, NewJob, Wait};
use konductro_api::event_store::leaf::{Leaf, NO_EVENT};
use konductro_domain::actor::Person;
use konductro_domain::ids::{PhaseId, ProjectId, UserId};
use konductro_domain::phase::plan::PhaseKind;
use konductro_domain::phase::{OpenPhase, Phase, PhaseCommand, PhaseError};
use konductro_domain::project::policy::ApprovalPolicy;
use konductro_domain::project::{Project, ProjectCommand, ProjectError, ProjectEvent};
use konductro_domain::role::{Role, Roles};
use konductro_domain::text::Text;
use konductro_domain::workspace::{RecordFacts, Workspace, WorkspaceEvent};
use konductro_projections::changes::Visibility;
use konductro_projections::event_log;
use konductro_tests::database::TestDatabase;
use konductro_tests::log::{Log, eventually, log_of_an_sdm};
use konductro_tests::people::{envelope, new_project, person, receipt, rename};
use sqlx::{Executor as _, Row as _};
use tokio::sync::Notify;
use uuid::Uuid;

fn with_receipt(by: &Person, key: &str, body: &str) -> Envelope {
    Envelope { receipt: Some(receipt(key, body)), ..envelope(by) }
}

#[tokio::test]
async fn a_command_is_acknowledged_with_its_place_in_the_log_and_can_be_read_back() {
    let (_database, log, dana) = log_of_an_sdm().await;
    let (id, command) = new_project(&dana, "PAY");
    let done = log.commands.execute::<Project>(&id.to_string(), command, envelope(&dana)).await.unwrap();
    assert_eq!(done.version, i64::try_from(done.events.len()).unwrap());
    assert_eq!(done.position, Some(done.version), "the first command of the log");
    assert!(!done.replayed);
    assert!(log.visibility.folded() >= done.version, "read models have it when the write answers");
    let loaded = log.commands.load::<Project>(&id.to_string()).await.unwrap();
    assert_eq!(loaded.version, done.version);
    assert_eq!(loaded.state.created().unwrap().key, "PAY");
    let mut connection = log.pool.acquire().await.unwrap();
    let page = event_log::page(&mut connection, 0, 10).await.unwrap();
    let ids: Vec<_> = page.events.iter().map(|event| event.event_id).collect();
    assert_eq!(ids, done.event_ids);
    assert_eq!(event_log::position_of(&mut connection, ids[0]).await.unwrap(), Some(1));
    assert_eq!(page.events[0].actor.user_id(), Some(dana.user_id));
    assert_eq!(page.events[0].credential, Some(dana.credential));
}

#[tokio::test]
async fn the_same_key_gives_the_first_answer_and_another_body_is_refused() {
    let (_database, log, dana) = log_of_an_sdm().await;
    let (id, command) = new_project(&dana, "PAY");
    let stream = id.to_string();
    let first =
        log.commands.execute::<Project>(&stream, command.clone(), with_receipt(&dana, "k1", "a")).await.unwrap();
    let again =
        log.commands.execute::<Project>(&stream, command.clone(), with_receipt(&dana, "k1", "a")).await.unwrap();
    assert!(again.replayed && !first.replayed);
    assert_eq!((&again.events, &again.event_ids), (&first.events, &first.event_ids));
    assert_eq!((again.version, again.position, &again.result), (first.version, first.position, &first.result));
    let other = log.commands.execute::<Project>(&stream, command, with_receipt(&dana, "k1", "b")).await;
    assert!(matches!(other, Err(CommandError::KeyReused)), "{other:?}");
}

#[tokio::test]
async fn a_command_that_decides_nothing_leaves_a_receipt_too() {
    let (_database, log, dana) = log_of_an_sdm().await;
    let stream = log.project(&dana, "PAY").await.to_string();
    let same_name = rename(&dana, "Project PAY");
    let nothing = log.commands.execute::<Project>(&stream, same_name, with_receipt(&dana, "quiet", "a")).await.unwrap();
    assert!(nothing.events.is_empty() && !nothing.replayed);
    // What it decides now is not what was asked first: the first answer stands.
    let other_name = rename(&dana, "Another");
    let again = log.commands.execute::<Project>(&stream, other_name, with_receipt(&dana, "quiet", "a")).await.unwrap();
    assert!(again.replayed && again.events.is_empty());
    assert_eq!(log.commands.load::<Project>(&stream).await.unwrap().state.created().unwrap().name, "Project PAY");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_key_used_by_many_at_once_takes_effect_once() {
    let database = TestDatabase::new().await;
    let log = Log::start(&database).await;
    // A second process of the product: it knows nothing of the first one's claims.
    let elsewhere = Commands::new(log.pool.clone(), Visibility::default(), Arc::new(Notify::new()));
    let dana = person(&[Role::Sdm]);
    for round in 0..10 {
        let key = format!("key-{round}");
        let (id, command) = new_project(&dana, &format!("P{round}"));
        let calls = (0..12).map(|call| {
            let commands = if call % 2 == 0 { &log.commands } else { &elsewhere };
            let envelope = Envelope { position_wait: Wait::None, ..with_receipt(&dana, &key, "a") };
            let (stream, command) = (id.to_string(), command.clone());
            async move { commands.execute::<Project>(&stream, command, envelope).await }
        });
        let mut first = 0;
        for outcome in join_all(calls).await {
            match outcome {
                Ok(done) => first += usize::from(!done.replayed),
                Err(CommandError::StillRunning) => {}
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(first, 1);
        assert_eq!(log.commands.load::<Project>(&id.to_string()).await.unwrap().version, 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn commands_that_meet_in_one_stream_are_all_decided_on_what_is_there() {
    let database = TestDatabase::new().await;
    let log = Log::start(&database).await;
    let elsewhere = Commands::new(log.pool.clone(), Visibility::default(), Arc::new(Notify::new()));
    let dana = person(&[Role::Sdm]);
    let stream = log.project(&dana, "PAY").await.to_string();
    let before = log.commands.load::<Project>(&stream).await.unwrap().version;
    let calls = (0..40).map(|call| {
        let commands = if call % 2 == 0 { &log.commands } else { &elsewhere };
        let envelope = Envelope { position_wait: Wait::None, ..envelope(&dana) };
        let (stream, command) = (stream.clone(), rename(&dana, &format!("Name {call}")));
        async move { commands.execute::<Project>(&stream, command, envelope).await.unwrap() }
    });
    let done = join_all(calls).await;
    let mut versions: Vec<_> = done.iter().map(|done| done.version).collect();
    versions.sort_unstable();
    assert_eq!(versions, (before + 1..=before + 40).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_older_version_than_the_streams_is_refused() {
    let (_database, log, dana) = log_of_an_sdm().await;
    let stream = log.project(&dana, "PAY").await.to_string();
    let seen = |version| Envelope { expected_version: Some(version), ..envelope(&dana) };
    let stale = log.commands.execute::<Project>(&stream, rename(&dana, "X"), seen(1)).await;
    assert!(matches!(stale, Err(CommandError::VersionChanged { current: 2 })), "{stale:?}");
    assert_eq!(log.commands.execute::<Project>(&stream, rename(&dana, "X"), seen(2)).await.unwrap().version, 3);
}

#[tokio::test]
async fn what_another_process_wrote_is_seen_by_the_next_load_and_command() {
    let (database, log, dana) = log_of_an_sdm().await;
    let stream = log.project(&dana, "PAY").await.to_string();
    let elsewhere = Log::without_runners(&database).await;
    let quick = || Envelope { position_wait: Wait::None, ..envelope(&dana) };
    for round in 0..3 {
        let (here, there) = (format!("Here {round}"), format!("There {round}"));
        log.commands.execute::<Project>(&stream, rename(&dana, &here), quick()).await.unwrap();
        elsewhere.commands.execute::<Project>(&stream, rename(&dana, &there), quick()).await.unwrap();
        let loaded = log.commands.load::<Project>(&stream).await.unwrap();
        assert_eq!((loaded.version, &loaded.state.created().unwrap().name), (4 + 2 * round, &there));
        assert_eq!(loaded.state, fold(&log, &stream, loaded.version).await);
        // It has that name already, which only who has seen the other's event can know.
        let nothing = log.commands.execute::<Project>(&stream, rename(&dana, &there), quick()).await.unwrap();
        assert!(nothing.events.is_empty());
    }
}

#[tokio::test]
async fn a_stream_known_from_before_a_restore_is_read_again() {
    let database = TestDatabase::new().await;
    let log = Log::without_runners(&database).await;
    let dana = person(&[Role::Sdm]);
    let quick = || Envelope { position_wait: Wait::None, ..envelope(&dana) };
    let (id, command) = new_project(&dana, "PAY");
    let stream = id.to_string();
    log.commands.execute::<Project>(&stream, command, quick()).await.unwrap();
    for name in ["Lost", "Lost too"] {
        log.commands.execute::<Project>(&stream, rename(&dana, name), quick()).await.unwrap();
    }
    let restore = "ALTER TABLE events DISABLE TRIGGER USER; DELETE FROM events WHERE sequence > 2;
                   ALTER TABLE events ENABLE TRIGGER USER";
    database.owner().await.execute(restore).await.unwrap();
    let done = log.commands.execute::<Project>(&stream, rename(&dana, "After"), quick()).await.unwrap();
    assert_eq!(done.version, 3, "no gap");
    assert_eq!(log.commands.load::<Project>(&stream).await.unwrap().state, fold(&log, &stream, 3).await);
}

#[tokio::test]
async fn a_refusal_changes_nothing_and_leaves_no_receipt() {
    let database = TestDatabase::new().await;
    let log = Log::start(&database).await;
    let (dana, guest) = (person(&[Role::Sdm]), person(&[Role::Developer]));
    let stream = log.project(&dana, "PAY").await.to_string();
    let refused = log.commands.execute::<Project>(&stream, rename(&guest, "X"), with_receipt(&guest, "k", "a")).await;
    assert!(matches!(refused, Err(CommandError::Refused(_))), "{refused:?}");
    assert_eq!(log.count("SELECT count(*) FROM receipts").await, 0);
    assert_eq!(log.count("SELECT count(*) FROM events").await, 2);
}

fn set_roles(by: &Person, user_id: UserId, roles: Roles) -> ProjectCommand {
    ProjectCommand::SetMemberRoles { by: by.clone(), user_id, roles }
}

#[tokio::test]
async fn a_fence_that_moved_stops_the_append_and_the_caller_reads_again() {
    let database = TestDatabase::new().await;
    let log = Log::start(&database).await;
    let (dana, mara) = (person(&[Role::Sdm]), person(&[Role::Architect]));
    let project = log.project(&dana, "PAY").await;
    let other = log.project(&dana, "OTHER").await.to_string();
    let scope = FenceScope::Member(project, mara.user_id);
    let before = log.commands.fence(&scope).await.unwrap();
    assert_eq!((before.epoch, &before.value), (0, &serde_json::Value::Null));

    let command = set_roles(&dana, mara.user_id, Roles::from([Role::Architect]));
    log.commands.execute::<Project>(&project.to_string(), command, envelope(&dana)).await.unwrap();
    let after = log.commands.fence(&scope).await.unwrap();
    assert_eq!((after.epoch, after.value), (1, serde_json::json!(["architect"])));

    let fenced = |epoch| Envelope { fences: vec![FenceCheck { scope, epoch }], ..envelope(&dana) };
    let late = log.commands.execute::<Project>(&other, rename(&dana, "Late"), fenced(before.epoch)).await;
    assert!(matches!(late, Err(CommandError::Fenced(moved)) if moved == scope), "{late:?}");

    let reads = std::sync::atomic::AtomicUsize::new(0);
    let prepare = async || {
        let first = reads.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
        let epoch = if first { 0 } else { log.commands.fence(&scope).await.unwrap().epoch };
        Ok::<_, CommandError<ProjectError>>((rename(&dana, "In time"), fenced(epoch)))
    };
    let done = log.commands.execute_with::<Project, _, _, _>(&other, None, prepare).await.unwrap();
    assert_eq!((done.events.len(), reads.into_inner()), (1, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_slips_in_behind_a_removal() {
    let database = TestDatabase::new().await;
    let log = Log::start(&database).await;
    let (dana, mara) = (person(&[Role::Sdm]), person(&[Role::Sdm]));
    let project = log.project(&dana, "PAY").await;
    let members = project.to_string();
    for round in 0..30 {
        let stream = log.project(&dana, &format!("R{round}")).await.to_string();
        let hire = set_roles(&dana, mara.user_id, Roles::from([Role::Sdm]));
        log.commands.execute::<Project>(&members, hire, envelope(&dana)).await.unwrap();
        let scope = FenceScope::Member(project, mara.user_id);
        let epoch = log.commands.fence(&scope).await.unwrap().epoch;
        let act = Envelope { fences: vec![FenceCheck { scope, epoch }], ..envelope(&mara) };
        let fire = ProjectCommand::RemoveMember { by: dana.clone(), user_id: mara.user_id };
        let (acted, fired) = tokio::join!(
            log.commands.execute::<Project>(&stream, rename(&mara, "By Mara"), act),
            log.commands.execute::<Project>(&members, fire, envelope(&dana)),
        );
        let fired = fired.unwrap().position.unwrap();
        match acted {
            Ok(done) => assert!(done.position.unwrap() < fired, "what was let in stands before the removal"),
            Err(CommandError::Fenced(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

fn open_phase(by: &Person, project_id: ProjectId, number: u32) -> PhaseCommand {
    PhaseCommand::OpenPhase(OpenPhase {
        by: by.clone(),
        project_id,
        number,
        kind: PhaseKind::Full,
        title: "A phase".to_owned(),
        brief: Text::plain("About something"),
        approval_policy: ApprovalPolicy::default(),
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn names_that_only_one_can_have_are_given_once() {
    let (_database, log, dana) = log_of_an_sdm().await;
    let project = log.project(&dana, "PAY").await;
    let (second, command) = new_project(&dana, "PAY");
    let taken = log.commands.execute::<Project>(&second.to_string(), command, envelope(&dana)).await;
    assert!(matches!(taken, Err(CommandError::Taken(Claim::ProjectKey(ref key))) if key == "PAY"), "{taken:?}");

    let opened = join_all((0..8).map(|_| async {
        let prepare = async || {
            let number = log.commands.next_phase_number(project).await.unwrap();
            Ok::<_, CommandError<PhaseError>>((open_phase(&dana, project, number), envelope(&dana)))
        };
        let id = PhaseId(Uuid::now_v7()).to_string();
        log.commands.execute_with::<Phase, _, _, _>(&id, None, prepare).await.unwrap()
    }))
    .await;
    assert_eq!(opened.len(), 8);
    assert_eq!(log.commands.next_phase_number(project).await.unwrap(), 9);
}

#[tokio::test]
async fn only_texts_that_an_event_names_are_stored_and_none_with_a_nul() {
    let (_database, log, dana) = log_of_an_sdm().await;
    let stream = log.project(&dana, "PAY").await.to_string();
    let context = Text::salted("We build a till.", [1; 16]);
    let command = ProjectCommand::EditProject { by: dana.clone(), name: None, context: Some(context.clone()) };
    let texts = vec![context.clone(), Text::plain("nobody names this")];
    let job = NewJob { kind: "test".to_owned(), key: "once".to_owned(), payload: serde_json::json!({}) };
    let given = Envelope { texts, jobs: vec![job.clone(), job], ..envelope(&dana) };
    log.commands.execute::<Project>(&stream, command, given).await.unwrap();
    let mut connection = log.pool.acquire().await.unwrap();
    let stored = event_log::text(&mut connection, &context.reference().hash).await.unwrap();
    assert_eq!(stored.as_deref(), Some("We build a till."));
    assert_eq!(log.count("SELECT count(*) FROM texts").await, 1);
    assert_eq!(log.count("SELECT count(*) FROM jobs WHERE state = 'queued'").await, 1);

    let hostile = Text::plain("a\0b");
    let command = ProjectCommand::EditProject { by: dana.clone(), name: None, context: Some(hostile.clone()) };
    let refused =
        log.commands.execute::<Project>(&stream, command, Envelope { texts: vec![hostile], ..envelope(&dana) }).await;
    assert!(matches!(refused, Err(CommandError::Unstorable)), "{refused:?}");
}

#[tokio::test]
async fn each_event_is_chained_to_the_one_before_and_its_leaf_can_be_recomputed() {
    let (_database, log, dana) = log_of_an_sdm().await;
    let stream = log.project(&dana, "PAY").await.to_string();
    for name in ["A \"name\"", "Ä\u{1f600}\\n"] {
        log.commands.execute::<Project>(&stream, rename(&dana, name), envelope(&dana)).await.unwrap();
    }
    let rows = sqlx::query(
        "SELECT sequence, event_id, event_type, event_version, recorded_at, prev_hash, leaf_hash,
                payload::text AS payload, metadata::text AS metadata,
                (SELECT l.leaf_hash FROM log l WHERE l.aggregate_id = e.aggregate_id AND l.sequence = e.sequence) AS sealed
           FROM events e WHERE aggregate_id = $1 ORDER BY sequence",
    )
    .bind(&stream)
    .fetch_all(&log.pool)
    .await
    .unwrap();
    assert_eq!(rows.len(), 4);
    let mut prev_hash = NO_EVENT;
    for row in rows {
        assert_eq!(row.get::<&[u8], _>("prev_hash"), prev_hash);
        let leaf = Leaf {
            aggregate_type: "project",
            aggregate_id: &stream,
            sequence: row.get("sequence"),
            event_id: row.get("event_id"),
            event_type: row.get("event_type"),
            event_version: row.get("event_version"),
            recorded_at: row.get("recorded_at"),
            metadata: row.get("metadata"),
            payload: row.get("payload"),
            prev_hash,
        };
        prev_hash = leaf.hash();
        assert_eq!(row.get::<&[u8], _>("leaf_hash"), prev_hash);
        assert_eq!(row.get::<&[u8], _>("sealed"), prev_hash);
    }
}

#[tokio::test]
async fn facts_can_not_be_changed_by_the_application_nor_by_the_owner() {
    let database = TestDatabase::new().await;
    let log = Log::start(&database).await;
    log.project(&person(&[Role::Sdm]), "PAY").await;
    let mut owner = database.owner().await;
    for table in ["events", "log"] {
        for change in
            [format!("UPDATE {table} SET sequence = 9"), format!("DELETE FROM {table}"), format!("TRUNCATE {table}")]
        {
            let as_application = log.pool.execute(change.as_str()).await.unwrap_err();
            let code = as_application.as_database_error().unwrap().code().unwrap().into_owned();
            assert_eq!(code, "42501", "{change}: the application has no right to it");
            let as_owner = owner.execute(change.as_str()).await.unwrap_err();
            assert_eq!(as_owner.as_database_error().unwrap().code().unwrap(), "KO003", "{change}");
        }
    }
}

#[tokio::test]
async fn a_snapshot_is_what_its_events_fold_to() {
    let (database, log, dana) = log_of_an_sdm().await;
    let stream = log.project(&dana, "PAY").await.to_string();
    for n in 0..230 {
        let quick = Envelope { position_wait: Wait::None, ..envelope(&dana) };
        log.commands.execute::<Project>(&stream, rename(&dana, &format!("Name {n}")), quick).await.unwrap();
    }
    eventually("the second snapshot is written", || async {
        log.count("SELECT coalesce(max(last_sequence), 0) FROM snapshots").await >= 200
    })
    .await;
    let row = sqlx::query("SELECT last_sequence, payload FROM snapshots WHERE aggregate_id = $1")
        .bind(&stream)
        .fetch_one(&log.pool)
        .await
        .unwrap();
    let snapshot: Project = serde_json::from_value(row.get("payload")).unwrap();
    assert_eq!(snapshot, fold(&log, &stream, row.get("last_sequence")).await);
    let loaded = log.commands.load::<Project>(&stream).await.unwrap();
    assert_eq!(loaded.version, 232);
    assert_eq!(loaded.state, fold(&log, &stream, 232).await, "snapshot and tail");

    let elsewhere = Log::without_runners(&database).await;
    assert_eq!(elsewhere.commands.load::<Project>(&stream).await.unwrap(), loaded, "by who has not seen it before");

    // A snapshot that can't be read costs a longer fold and nothing else.
    sqlx::query("UPDATE snapshots SET payload = '{\"odd\": 1}'").execute(&mut database.owner().await).await.unwrap();
    let elsewhere = Log::without_runners(&database).await;
    assert_eq!(elsewhere.commands.load::<Project>(&stream).await.unwrap(), loaded);
}

async fn fold(log: &Log, stream: &str, last: i64) -> Project {
    let payloads: Vec<serde_json::Value> =
        sqlx::query_scalar("SELECT payload FROM events WHERE aggregate_id = $1 AND sequence <= $2 ORDER BY sequence")
            .bind(stream)
            .bind(last)
            .fetch_all(&log.pool)
            .await
            .unwrap();
    let mut project = Project::default();
    for payload in payloads {
        let event: ProjectEvent = serde_json::from_value(payload).unwrap();
        cqrs_es::Aggregate::apply(&mut project, event);
    }
    project
}

#[tokio::test]
async fn neither_load_nor_append_nor_seal_nor_fold_scans_the_log() {
    let database = TestDatabase::new().await;
    let dana = person(&[Role::Sdm]);
    let grown = Log::start(&database).await;
    for _ in 0..5 {
        let facts = RecordFacts(vec![WorkspaceEvent::UserCreated { user_id: dana.user_id }; 1_000]);
        grown.commands.execute::<Workspace>("workspace", facts, envelope(&dana)).await.unwrap();
    }
    let before = scans_of(grown, &database, 5_000).await;
    database.owner().await.execute("ANALYZE").await.unwrap();

    let log = Log::start(&database).await;
    for n in 0..20 {
        log.project(&dana, &format!("K{n}")).await;
    }
    assert_eq!(scans_of(log, &database, 5_040).await, before);
}

/// What was scanned so far, once all connections of this log are closed and have told what they counted.
async fn scans_of(log: Log, database: &TestDatabase, events: i64) -> Vec<(String, i64)> {
    let pool = log.pool.clone();
    drop(log);
    pool.close().await;
    eventually("the counters show", || async {
        let (others, sealed): (i64, i64) = sqlx::query_as(
            "SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()),
                    (SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'log')",
        )
        .fetch_one(&mut database.owner().await)
        .await
        .unwrap();
        others == 0 && sealed == events
    })
    .await;
    scans(&mut database.owner().await).await
}

/// Sequential scans of the tables that only grow.
async fn scans(connection: &mut sqlx::PgConnection) -> Vec<(String, i64)> {
    sqlx::query_as(
        "SELECT relname::text, seq_scan FROM pg_stat_user_tables
          WHERE relname IN ('events', 'log', 'receipts', 'texts') ORDER BY relname",
    )
    .fetch_all(connection)
    .await
    .unwrap()
}

#[tokio::test]
async fn a_connection_lost_in_the_commit_is_an_unknown_outcome_and_the_key_tells() {
    let (database, log, dana) = log_of_an_sdm().await;
    let project = log.project(&dana, "PAY").await;
    let scope = FenceScope::Member(project, dana.user_id);
    let epoch = log.commands.fence(&scope).await.unwrap().epoch;
    let act = || Envelope { fences: vec![FenceCheck { scope, epoch }], ..with_receipt(&dana, "k", "a") };
    let stream = project.to_string();

    let mut owner = database.owner().await;
    owner.execute("BEGIN; SELECT epoch FROM fences FOR UPDATE").await.unwrap();
    let (stuck, ()) = tokio::join!(
        log.commands.execute::<Project>(&stream, rename(&dana, "New"), act()),
        eventually("the append waits for the fence and is cut off", || async { cut_off(&database).await > 0 }),
    );
    assert!(matches!(stuck, Err(CommandError::OutcomeUnknown)), "{stuck:?}");
    owner.execute("ROLLBACK").await.unwrap();
    let done = log.commands.execute::<Project>(&stream, rename(&dana, "New"), act()).await.unwrap();
    assert!(!done.replayed, "it had not been appended");
    assert!(log.commands.execute::<Project>(&stream, rename(&dana, "New"), act()).await.unwrap().replayed);
    assert_eq!(log.count("SELECT count(*) FROM events WHERE event_type = 'ProjectRenamed'").await, 1);
}

/// Ends the appends that wait for somebody's lock; how many there were.
async fn cut_off(database: &TestDatabase) -> i64 {
    sqlx::query_scalar(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%append_events%'
            AND pid <> pg_backend_pid()",
    )
    .fetch_one(&mut database.owner().await)
    .await
    .unwrap()
}
