//! The log is a Merkle tree whose head is signed: anybody can have it proven that an event is in it, and that it only
//! grows. A log that is no longer what was signed is signed no more, and whoever kept a head notices.

use konductro_api::audit::key::KeyPlace;
use konductro_api::audit::verify::{Finding, read_head};
use konductro_api::audit::watch::{Seen, WatchError, Watcher};
use konductro_api::audit::{AuditKey, HeadSigner, heads, signer};
use konductro_projections::health::RunnerState;
use konductro_tests::audit::Folder;
use konductro_tests::database::TestDatabase;
use konductro_tests::log::{eventually, log_of_an_sdm};
use konductro_tests::server::run;
use konductro_tests::wait::until;
use konductro_tests::{Person, Server};
use serde_json::Value;
use sqlx::Executor as _;
use tlog_tiles::tlog::{Hash, check_record, check_tree, node_hash};

fn hash(value: &Value) -> Hash {
    let text = value.as_str().unwrap();
    assert_eq!(text.len(), 64);
    let byte = |at: usize| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap();
    Hash(std::array::from_fn(byte))
}

fn hashes(value: &Value) -> Vec<Hash> {
    value.as_array().unwrap().iter().map(hash).collect()
}

/// The root of these leaves as RFC 6962 defines it.
fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [one] => *one,
        _ => {
            let (left, right) = leaves.split_at(1 << (leaves.len() - 1).ilog2());
            node_hash(root(left), root(right))
        }
    }
}

/// The head, once it has at least so many events.
async fn head_of(reader: &Person, size: u64) -> Value {
    until("the head to be signed", || async {
        let head = reader.get("/audit/head").await.expect(200);
        (head["size"].as_u64() >= Some(size)).then_some(head)
    })
    .await
}

#[tokio::test]
async fn the_head_is_signed_and_every_event_is_proven_to_be_in_it() {
    let database = TestDatabase::empty().await;
    let server = Server::start_on(&database).await;
    let sdm = server.administrator().await;
    let project = sdm.create_project("PAY").await;
    for number in 0..5 {
        sdm.open_phase(&project, &format!("Phase {number}")).await;
    }
    let log: Vec<Vec<u8>> = sqlx::query_scalar("SELECT leaf_hash FROM log ORDER BY position")
        .fetch_all(&database.pool().await)
        .await
        .unwrap();
    let leaves: Vec<Hash> = log.into_iter().map(|bytes| Hash(bytes.try_into().unwrap())).collect();
    // Whoever is not signed in can watch.
    let anybody = Person::anonymous(server.url());
    let head = head_of(&anybody, leaves.len() as u64).await;
    let size = head["size"].as_u64().unwrap();
    assert_eq!(size, leaves.len() as u64);
    assert_eq!(hash(&head["root_hash"]), root(&leaves));

    let signed = read_head(head["checkpoint"].as_str().unwrap(), head["key"].as_str().unwrap()).unwrap();
    assert_eq!((signed.size, signed.root), (size, root(&leaves)));
    assert_eq!(signed.origin, head["origin"].as_str().unwrap());

    for position in 1..=size {
        for size in [position, size] {
            let path = format!("/audit/proofs/inclusion?position={position}&size={size}");
            let proof = anybody.get(&path).await.expect(200);
            let tree = root(&leaves[..usize::try_from(size).unwrap()]);
            assert_eq!(hash(&proof["root_hash"]), tree);
            assert_eq!(proof["leaf_index"], position - 1);
            check_record(&hashes(&proof["hashes"]), size, tree, position - 1, hash(&proof["leaf_hash"])).unwrap();
        }
        let proof = anybody.get(&format!("/audit/proofs/consistency?from={position}")).await.expect(200);
        let before = root(&leaves[..usize::try_from(position).unwrap()]);
        check_tree(&hashes(&proof["hashes"]), size, root(&leaves), position, before).unwrap();
    }

    for (path, pointer) in [
        ("inclusion?position=0", "?position"),
        ("inclusion?position=5&size=4", "?position"),
        ("inclusion?position=1&size=9999", "?size"),
        ("consistency?from=0", "?from"),
        ("consistency?from=5&to=4", "?from"),
        ("consistency?from=1&to=9999", "?to"),
    ] {
        let refused = anybody.get(&format!("/audit/proofs/{path}")).await.expect_problem(422, "invalid");
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{path}");
    }
    for path in ["inclusion", "inclusion?position=-1", "inclusion?position=99999999999999999999", "consistency?from=x"]
    {
        let refused = anybody.get(&format!("/audit/proofs/{path}")).await;
        assert!(matches!(refused.status, 400 | 422), "{path}: {refused:?}");
    }
}

#[tokio::test]
async fn the_key_is_made_once_stays_over_a_restart_and_can_be_printed() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut server = Server::start_with(&[("KONDUCTRO_AUDIT_ORIGIN", "plan.example.org")]).await;
    let head = Person::anonymous(server.url()).get("/audit/head").await.expect(200);
    assert_eq!(head["origin"], "plan.example.org");
    let file = server.data().join("audit.key");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!server.output().contains("PRIVATE"), "the key is never printed");

    let printed = run(server.data(), &["audit", "key"], &[]).await;
    assert_eq!((printed.code, printed.stdout.trim()), (Some(0), head["key"].as_str().unwrap()));
    assert_eq!(server.stop(), Some(0));
    server.restart().await;
    let again = Person::anonymous(server.url()).get("/audit/head").await.expect(200);
    assert_eq!(again["key"], head["key"]);

    server.stop();
    let renamed = run(server.data(), &["audit", "key"], &[("KONDUCTRO_AUDIT_ORIGIN", "other.example.org")]).await;
    assert_eq!(renamed.code, Some(1));
    assert!(renamed.stderr.contains("plan.example.org"), "{}", renamed.stderr);
}

#[tokio::test]
async fn a_log_that_is_not_what_was_signed_is_signed_no_more() {
    let (database, log, dana) = log_of_an_sdm().await;
    let key = AuditKey::open(&KeyPlace::Database, Some("test"), &log.pool).await.unwrap();
    let start = || {
        let sealed = log.sealer.as_ref().unwrap().sealed();
        HeadSigner::start(log.pool.clone(), key.clone(), sealed, log.health.clone())
    };
    for number in 0..4 {
        log.project_of(&dana, number).await;
    }
    let sealed = log.count("SELECT max(position) FROM log").await.unsigned_abs();
    let signed = start();
    eventually("a head over everything", || async {
        heads::latest(&log.pool).await.unwrap().is_some_and(|head| head.size == sealed)
    })
    .await;
    drop(signed);

    let mut owner = database.owner().await;
    owner
        .execute(
            "ALTER TABLE log_tree DISABLE TRIGGER USER; \
             UPDATE log_tree SET hash = sha256(hash) WHERE level = (SELECT max(level) FROM log_tree)",
        )
        .await
        .unwrap();
    log.project_of(&dana, 9).await;
    let _signer = start();
    eventually("the alarm", || async {
        let stopped = log.health.all().into_iter().find(|(name, _)| *name == signer::NAME).map(|(_, state)| state);
        matches!(stopped, Some(RunnerState::Stopped(why)) if why.contains("no longer begins with what was signed"))
    })
    .await;
    assert_eq!(heads::latest(&log.pool).await.unwrap().unwrap().size, sealed);
}

#[tokio::test]
async fn the_application_can_change_neither_tree_nor_heads_nor_texts() {
    let (_database, log, dana) = log_of_an_sdm().await;
    log.project(&dana, "PAY").await;
    for refused in [
        "UPDATE log_heads SET size = 1",
        "DELETE FROM log_heads",
        "UPDATE log_tree SET n = 1",
        "DELETE FROM log_tree",
        "UPDATE audit_key SET signer = ''",
        "DELETE FROM audit_key",
        "UPDATE texts SET body = 'x'",
        "DELETE FROM texts",
        "SELECT erase_text(sha256('never erased'))",
    ] {
        let error = sqlx::query(refused).execute(&log.pool).await.expect_err(refused);
        let code = error.as_database_error().and_then(|error| error.code().map(|code| code.into_owned()));
        assert!(matches!(code.as_deref(), Some("42501" | "KO004")), "{refused}: {error}");
    }
}

#[tokio::test]
async fn whoever_kept_a_head_notices_when_the_log_is_another() {
    let folder = Folder::new();
    let key = folder.path().join("shared.key");
    let (databases, mut servers) = ([TestDatabase::empty().await, TestDatabase::empty().await], Vec::new());
    for database in &databases {
        let environment = [("DATABASE_URL", database.url()), ("KONDUCTRO_AUDIT_KEY", key.display().to_string())];
        let environment: Vec<_> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        servers.push(Server::start_with(&environment).await);
    }
    let (ours, theirs) = (servers[0].administrator().await, servers[1].administrator().await);
    let line = head_of(&ours, 1).await["key"].as_str().unwrap().to_owned();
    let kept = folder.path().join("heads");
    let watcher = Watcher::new(servers[0].url(), &line, &kept).unwrap();

    assert!(matches!(watcher.look().await.unwrap(), Seen::First(_)));
    ours.create_project("PAY").await;
    let grown = until("another head", || async {
        Some(watcher.look().await.unwrap()).filter(|seen| matches!(seen, Seen::Grown(..)))
    })
    .await;
    let Seen::Grown(before, after) = grown else { unreachable!() };
    assert!(before < after);
    assert_eq!(watcher.look().await.unwrap(), Seen::Same(after));

    // A log with the same key that begins otherwise, shorter at first and longer later: what a rewrite would be.
    let elsewhere = Watcher::new(servers[1].url(), &line, &kept).unwrap();
    let rolled_back = |outcome: Result<Seen, WatchError>| match outcome {
        Err(WatchError::Fault(fault)) => assert_eq!(fault.finding, Finding::RolledBack),
        other => panic!("{other:?}"),
    };
    rolled_back(elsewhere.look().await);
    theirs.create_project("PAY").await;
    theirs.create_project("PLAN").await;
    head_of(&theirs, after + 1).await;
    rolled_back(elsewhere.look().await);

    let arguments = ["audit", "watch", servers[1].url(), "--once", "--key", &line, "--keep", kept.to_str().unwrap()];
    let watched = run(servers[1].data(), &arguments, &[]).await;
    assert_eq!(watched.code, Some(5), "{watched:?}");
    let other_key = head_of_another_key().await;
    let strange = Watcher::new(servers[0].url(), &other_key, &kept).unwrap().look().await;
    assert!(matches!(strange, Err(WatchError::Fault(fault)) if fault.finding == Finding::WrongKey));
    // Somebody who is not there is no roll-back.
    let nobody = Watcher::new("http://127.0.0.1:9", &line, &kept).unwrap().look().await;
    assert!(matches!(nobody, Err(WatchError::Server(..))));
}

async fn head_of_another_key() -> String {
    let database = TestDatabase::new().await;
    let key = AuditKey::open(&KeyPlace::Database, None, &database.pool().await).await.unwrap();
    key.line().to_owned()
}
