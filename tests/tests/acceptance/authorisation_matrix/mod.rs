//! Who may not, can't; who may, can: every operation and every topic, tried by every kind of person.
//!
//! `table.txt` says what is to come out. It has to have a row for each operation of `openapi/openapi.json` and each
//! topic of `openapi/asyncapi.yaml`, and no other; `scenes` sets up the moment at which the operation is possible.

mod cast;
mod moments;
mod scenes;

use std::collections::BTreeSet;
use std::path::Path;

use konductro_tests::Server;
use konductro_tests::database::TestDatabase;
use konductro_tests::hostile_model::{Act, HostileModel, stream_head, text};
use serde_json::Value;

use self::cast::{Actor, Cast};
use self::scenes::Scene;

const TABLE: &str = include_str!("table.txt");
const WHERE: &str = "tests/tests/acceptance/authorisation_matrix";

/// What is to come out when each kind of person tries one operation.
struct Row {
    operation: &'static str,
    stage: Option<&'static str>,
    outcomes: Vec<(Actor, u16)>,
}

impl Row {
    fn read(line: &'static str) -> Self {
        let mut fields = line.split_whitespace();
        let name = fields.next().unwrap();
        let (operation, stage) = name.split_once('@').map_or((name, None), |(name, stage)| (name, Some(stage)));
        let outcomes: Vec<_> = fields.collect();
        assert_eq!(outcomes.len(), Actor::ALL.len(), "one field for each kind of person: {line}");
        let known = Actor::ALL.into_iter().zip(outcomes).filter(|(_, outcome)| *outcome != "-");
        let outcomes = known.map(|(actor, outcome)| (actor, outcome.parse().expect("a status"))).collect();
        Self { operation, stage, outcomes }
    }
}

fn rows() -> Vec<Row> {
    let lines = TABLE.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines.map(Row::read).collect()
}

fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi").join(name);
    std::fs::read_to_string(path).unwrap()
}

/// Every operation, with whether it is about a project.
fn operations() -> Vec<(String, bool)> {
    let document: Value = serde_json::from_str(&document("openapi.json")).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let operation = |path: &str, it: &Value| {
        let in_project = ["/projects", "/phases", "/stories"].iter().any(|of| path.contains(of));
        it["operationId"].as_str().map(|id| (id.to_owned(), in_project))
    };
    let of_path = |(path, methods): (&String, &Value)| {
        let methods = methods.as_object().unwrap();
        methods.values().filter_map(|it| operation(path, it)).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

/// Every kind of topic, as rows name it.
fn topics() -> Vec<String> {
    let document: Value = serde_norway::from_str(&document("asyncapi.yaml")).unwrap();
    let pattern = document["components"]["schemas"]["topic"]["pattern"].as_str().unwrap();
    let inner = pattern.trim_start_matches("^(").trim_end_matches(")$");
    // Kinds are what stands before the first id; the bar within a group of stages separates no kinds.
    let kinds = inner.split('|').filter_map(|topic| topic.split_once(":[0-9a-f-]"));
    kinds.map(|(kind, _)| format!("topic.{kind}")).collect()
}

#[test]
fn every_operation_and_topic_has_its_row() {
    let rows: BTreeSet<String> = rows().into_iter().map(|row| row.operation.to_owned()).collect();
    let (mut missing, mut known) = (Vec::new(), BTreeSet::new());
    for (operation, in_project) in operations().into_iter().chain(topics().into_iter().map(|topic| (topic, true))) {
        if !rows.contains(&operation) {
            let outcomes = if in_project {
                "200 403       403       403     404   404       404    401       -"
            } else {
                "200 200       200       200     200   200       200    401       -"
            };
            missing.push(format!("{operation:<40} {outcomes}"));
        }
        known.insert(operation);
    }
    assert!(
        missing.is_empty(),
        "add these rows to {WHERE}/table.txt, with the statuses that 1-product wants, and a scene for each to \
         {WHERE}/scenes.rs:\n{}",
        missing.join("\n")
    );
    let gone: Vec<_> = rows.difference(&known).collect();
    assert!(gone.is_empty(), "{WHERE}/table.txt has rows of operations that are not there: {gone:?}");
}

/// Operations that need a reply or generation under way: a model that never ends keeps it so.
const WHILE_CONDUCTOR_WRITES: [&str; 6] =
    ["stopTurn", "retryTurn", "continueTurn", "extractDocument", "cancelQueuedMessage", "stopGeneration"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_may_what_the_table_says() {
    let server = Server::start().await;
    let cast = Cast::gather(&server).await;
    let rows = rows().into_iter().filter(|row| !WHILE_CONDUCTOR_WRITES.contains(&row.operation));
    hold(&cast, rows.collect()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_may_what_the_table_says_while_conductor_writes() {
    let model = HostileModel::start(vec![vec![stream_head(), text("# Let me think\n"), Act::Stall]]).await;
    let database = TestDatabase::empty().await;
    let server = Server::start_with(&[
        ("DATABASE_URL", &database.url()),
        ("OPENAI_BASE_URL", &model.base_url),
        ("KONDUCTRO_MODEL", "never-ends"),
    ])
    .await;
    let cast = Cast::gather(&server).await;
    let rows = rows().into_iter().filter(|row| WHILE_CONDUCTOR_WRITES.contains(&row.operation));
    hold(&cast, rows.collect()).await;
}

/// Tries every row, and tells of all fields that came out otherwise.
async fn hold(cast: &Cast, mut rows: Vec<Row>) {
    let mut wrong = Vec::new();
    // It ends all other sessions of whoever does it.
    rows.sort_by_key(|row| row.operation == "changePassword");
    for row in rows {
        try_row(cast, &row, &mut wrong).await;
    }
    assert!(wrong.is_empty(), "{} fields of {WHERE}/table.txt are otherwise:\n{}", wrong.len(), wrong.join("\n"));
}

async fn try_row(cast: &Cast, row: &Row, wrong: &mut Vec<String>) {
    // Whoever is refused first: a refusal changes nothing, so the scene stands for the next.
    let mut outcomes = row.outcomes.clone();
    outcomes.sort_by_key(|(_, status)| std::cmp::Reverse(*status));
    let mut scene: Option<Scene> = None;
    for (actor, wanted) in outcomes {
        let standing = scene.take().filter(|scene| !scene.is_for_one);
        let set = match standing {
            Some(scene) => scene,
            None => scenes::set(cast, row.operation, row.stage, actor).await,
        };
        let (status, body) = set.play(cast, actor).await;
        if status != wanted {
            let place = row.stage.map(|stage| format!("@{stage}")).unwrap_or_default();
            wrong.push(format!("{}{place} {actor:?}: {wanted} wanted, {status} came: {body}", row.operation));
        }
        if status >= 300 || set.changes_nothing() {
            scene = Some(set);
        }
    }
}
