//! Two requests at once: whichever comes first, the log tells one story that the rules allow.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use konductro_tests::chance::times;
use konductro_tests::database::TestDatabase;
use konductro_tests::reviewed::{items, phase_in_review, table};
use konductro_tests::{Answer, Person, Server, invariants};
use reqwest::Method;
use serde_json::{Value, json};

/// How often an approval meets something: nothing else is as bad as one on something that was not shown.
fn races_of_approvals() -> usize {
    times(200, 1_000)
}

/// How often each other pair meets.
fn races() -> usize {
    times(34, 170)
}

struct Team {
    server: Server,
    database: TestDatabase,
    dana: Person,
    ida: Person,
    project: String,
}

impl Team {
    /// Two SDMs of one project; the first may do everything else, too.
    async fn gather() -> Self {
        let database = TestDatabase::empty().await;
        let server = Server::start_on(&database).await;
        let dana = server.administrator().await;
        let ida = dana.invite("Ida Berg", "ida@example.com").await;
        let project = dana.create_project("PAY").await;
        dana.add_member(&project, &dana, &["sdm", "architect", "developer"]).await;
        dana.add_member(&project, &ida, &["sdm"]).await;
        Self { server, database, dana, ida, project }
    }

    /// Lets requirements need two people from now on.
    async fn two_approve_requirements(&self) {
        let path = format!("/projects/{}/approval-policy", self.project);
        let tag = self.dana.get(&path).await.header("etag");
        let stage =
            json!({ "stage": "requirements", "roles": ["sdm"], "required_approvals": 2, "author_may_approve": true });
        let body = json!({ "stages": [stage] });
        self.dana.send(self.dana.request(Method::PUT, &path).header("If-Match", tag).json(&body)).await.expect(200);
    }

    /// A phase whose requirements await a decision.
    async fn in_review(&self) -> String {
        let phase = self.dana.open_phase(&self.project, "Race").await;
        self.dana.save_version(&phase, "requirements", "# Requirements\n\nAs shown.\n").await.expect(201);
        phase
    }

    /// A phase whose requirements are approved and whose technical analysis awaits a decision.
    async fn analysis_in_review(&self) -> String {
        let phase = self.in_review().await;
        self.dana.approve(&phase, "requirements").await.expect(201);
        self.dana.save_version(&phase, "technical_analysis", "# Analysis\n").await.expect(201);
        phase
    }

    async fn history(&self, phase: &str) -> Vec<Value> {
        let page = self.dana.get(&format!("/phases/{phase}/history?limit=100")).await.expect(200);
        page["items"].as_array().unwrap().clone()
    }

    /// What must hold whatever was raced.
    async fn hold(mut self) {
        let mut owner = self.database.owner().await;
        invariants::settled(&mut owner).await;
        invariants::log_is_whole(&mut owner).await;
        invariants::turns_ended_once(&mut owner).await;
        invariants::live_equals_rebuilt(&mut owner).await;
        assert_eq!(self.server.stop(), Some(0), "{}", self.server.output());
    }

    /// Something to do for the sealer meanwhile, so that it seals several appends at once.
    async fn amid_other_work<T>(&self, race: impl Future<Output = T>) -> T {
        let phases = join_all((0..3).map(|_| self.dana.open_phase(&self.project, "Other work"))).await;
        // Whoever works ends their request first: one that is dropped is carried out all the same, later.
        let over = AtomicBool::new(false);
        let work = join_all(phases.iter().map(async |phase| {
            let mut count = 0;
            while !over.load(Ordering::SeqCst) {
                self.dana.save_version(phase, "requirements", &format!("# Version {count}")).await.expect(201);
                count += 1;
            }
        }));
        let race = async {
            let outcome = race.await;
            over.store(true, Ordering::SeqCst);
            outcome
        };
        tokio::join!(race, work).0
    }
}

fn approvals(phase: &str, stage: &str) -> String {
    format!("/phases/{phase}/artefacts/{stage}/approvals")
}

fn is(event: &Value, name: &str, stage: &str) -> bool {
    event["type"] == name && event["payload"]["stage"] == stage
}

/// Where the events of this name stand in the log.
fn positions(history: &[Value], name: &str, stage: &str) -> Vec<i64> {
    history.iter().filter(|event| is(event, name, stage)).filter_map(|event| event["position"].as_i64()).collect()
}

/// Every approval is of the version that was the latest where it stands in the log, word for word.
fn approvals_are_of_what_was_shown(history: &[Value]) {
    for (index, approval) in history.iter().enumerate().filter(|(_, event)| event["type"] == "ApprovalGiven") {
        let stage = approval["payload"]["stage"].as_str().unwrap();
        let latest = history[..index].iter().rfind(|event| is(event, "ArtefactVersionAdded", stage));
        let latest = &latest.expect("something was there to approve")["payload"];
        let given = &approval["payload"];
        assert_eq!(given["version"], latest["version"], "{history:#?}");
        assert_eq!(given["content_hash"], latest["content"]["hash"], "{history:#?}");
        assert_eq!(given["upstream_hash"], latest["upstream_hash"], "{history:#?}");
        assert_eq!(given["cycle"], latest["cycle"], "{history:#?}");
    }
}

fn codes(answers: &[&Answer]) -> Vec<(u16, Option<String>)> {
    let code = |answer: &Answer| answer.body["type"].as_str().filter(|_| answer.status >= 400).map(str::to_owned);
    answers.iter().map(|answer| (answer.status, code(answer))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approval_meets_a_new_version() {
    let team = Team::gather().await;
    let mut won = BTreeSet::new();
    for _ in 0..races_of_approvals() {
        let phase = team.in_review().await;
        let shown = team.ida.approval_of(&phase, "requirements").await;
        let path = approvals(&phase, "requirements");
        let (approved, saved) = tokio::join!(
            team.ida.post(&path, shown),
            team.dana.save_version(&phase, "requirements", "# Requirements\n\nNot shown to her.\n"),
        );
        let history = team.history(&phase).await;
        approvals_are_of_what_was_shown(&history);
        let stage = team.dana.stage(&phase, "requirements").await;
        match (approved.status, saved.status) {
            (201, 409) => {
                saved.expect_problem(409, "stage-approved");
                assert_eq!((&stage["state"], &stage["approved_version"]), (&json!("approved"), &json!(1)));
            }
            (409, 201) => {
                let outdated = approved.expect_problem(409, "approval-outdated");
                assert_eq!(outdated["current_version"], 2);
                assert_eq!((&stage["state"], &stage["approved_version"]), (&json!("in_review"), &Value::Null));
                assert_eq!(stage["gate"]["approvals"], json!([]), "no approval counts for a newer version");
            }
            _ => panic!("{:?}", codes(&[&approved, &saved])),
        }
        won.insert(stage["state"].to_string());
    }
    println!("won: {won:?}");
    team.hold().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_approve_at_once() {
    let team = Team::gather().await;
    for _ in 0..races_of_approvals() {
        let phase = team.in_review().await;
        let shown = team.ida.approval_of(&phase, "requirements").await;
        let path = approvals(&phase, "requirements");
        let (one, other) = tokio::join!(team.dana.post(&path, shown.clone()), team.ida.post(&path, shown));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "{:?}", codes(&[&one, &other]));
        let history = team.history(&phase).await;
        approvals_are_of_what_was_shown(&history);
        for (name, stage) in [
            ("ApprovalGiven", "requirements"),
            ("ArtefactApproved", "requirements"),
            ("StageUnlocked", "technical_analysis"),
        ] {
            assert_eq!(positions(&history, name, stage).len(), 1, "{name} once: {history:#?}");
        }
    }
    team.hold().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_must_both_approve_do_so_at_once() {
    let team = Team::gather().await;
    team.two_approve_requirements().await;
    for round in 0..races_of_approvals() {
        let phase = team.in_review().await;
        let shown = team.ida.approval_of(&phase, "requirements").await;
        let path = approvals(&phase, "requirements");
        let both = async { tokio::join!(team.dana.post(&path, shown.clone()), team.ida.post(&path, shown.clone())) };
        // Every other time a new version comes between: then both, one or none of them is of what was shown.
        let ((one, other), saved) = match round % 2 {
            0 => (both.await, None),
            _ => {
                let save = team.dana.save_version(&phase, "requirements", "# Requirements\n\nNot shown to them.\n");
                let (both, saved) = tokio::join!(both, save);
                (both, Some(saved))
            }
        };
        let history = team.history(&phase).await;
        approvals_are_of_what_was_shown(&history);
        let given = positions(&history, "ApprovalGiven", "requirements");
        let approved = positions(&history, "ArtefactApproved", "requirements");
        let accepted = [&one, &other].iter().filter(|answer| answer.status == 201).count();
        assert_eq!(given.len(), accepted, "{history:#?}");
        assert_eq!(approved.len(), usize::from(accepted == 2), "{history:#?}");
        assert!(approved.iter().all(|at| given.iter().all(|given| given < at)), "approved by the second: {history:#?}");
        let stage = team.dana.stage(&phase, "requirements").await;
        match (accepted, saved.map(|saved| saved.status)) {
            (2, None | Some(409)) => assert_eq!(stage["state"], "approved"),
            (0 | 1, Some(201)) => {
                assert_eq!(stage["state"], "in_review");
                let counting = stage["gate"]["approvals"].as_array().unwrap().iter().filter(|it| it["counts"] == true);
                assert_eq!(counting.count(), 0, "of an older version: {stage:#}");
            }
            unexpected => panic!("{unexpected:?} {:?}", codes(&[&one, &other])),
        }
    }
    team.hold().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approval_meets_the_reopening_of_what_it_stands_on() {
    let team = Team::gather().await;
    for _ in 0..races_of_approvals() {
        let phase = team.analysis_in_review().await;
        let shown = team.dana.approval_of(&phase, "technical_analysis").await;
        let reopen = format!("/phases/{phase}/stages/requirements/reopen");
        let path = approvals(&phase, "technical_analysis");
        let (approved, reopened) =
            tokio::join!(team.dana.post(&path, shown), team.ida.post(&reopen, json!({ "reason": "R-1 is wrong" })),);
        reopened.expect(200);
        assert!(matches!(approved.status, 201 | 409), "{:?}", codes(&[&approved]));
        let history = team.history(&phase).await;
        approvals_are_of_what_was_shown(&history);
        let reopened = positions(&history, "StageReopened", "requirements")[0];
        let given = positions(&history, "ApprovalGiven", "technical_analysis");
        assert_eq!(given.len(), usize::from(approved.status == 201), "{history:#?}");
        assert!(given.iter().all(|position| *position < reopened), "approved on what was open again: {history:#?}");
        let state = team.dana.stage(&phase, "technical_analysis").await["state"].clone();
        assert!(["stale", "locked"].contains(&state.as_str().unwrap()), "{state}");
        assert_eq!(team.dana.stage(&phase, "architecture").await["state"], "locked");
    }
    team.hold().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approval_meets_the_removal_of_its_approver() {
    let team = Team::gather().await;
    let race = async {
        for round in 0..races() {
            let phase = team.in_review().await;
            let shown = team.ida.approval_of(&phase, "requirements").await;
            let member = format!("/projects/{}/members/{}", team.project, team.ida.user_id);
            let take = async {
                // By removing the member, and by giving other roles.
                match round % 2 {
                    0 => team.dana.delete(&member).await,
                    _ => team.dana.put(&member, json!({ "roles": ["auditor"] })).await,
                }
            };
            let path = approvals(&phase, "requirements");
            let (approved, taken) = tokio::join!(team.ida.post(&path, shown), take);
            assert!(matches!(approved.status, 201 | 403 | 404), "{:?}", codes(&[&approved]));
            let taken_at: i64 = taken.header("konductro-position").parse().expect("a position");
            taken.expect(200);
            let history = team.history(&phase).await;
            approvals_are_of_what_was_shown(&history);
            let given = positions(&history, "ApprovalGiven", "requirements");
            assert_eq!(given.len(), usize::from(approved.status == 201), "{history:#?}");
            assert!(given.iter().all(|at| *at < taken_at), "role taken at {taken_at}, approved later: {history:#?}");
            team.dana.add_member(&team.project, &team.ida, &["sdm"]).await;
        }
    };
    team.amid_other_work(race).await;
    team.hold().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approval_meets_the_reopening_of_its_own_stage() {
    let team = Team::gather().await;
    for _ in 0..races_of_approvals() {
        let phase = team.in_review().await;
        team.dana.approve(&phase, "requirements").await.expect(201);
        let before = team.ida.approval_of(&phase, "requirements").await;
        let reopen = format!("/phases/{phase}/stages/requirements/reopen");
        let path = approvals(&phase, "requirements");
        let (approved, reopened) =
            tokio::join!(team.ida.post(&path, before), team.dana.post(&reopen, json!({ "reason": "R-1 is wrong" })));
        reopened.expect(200);
        // Before, it is approved already; after, the cycle is another.
        assert_eq!(approved.status, 409, "{:?}", codes(&[&approved]));
        let history = team.history(&phase).await;
        assert_eq!(positions(&history, "ApprovalGiven", "requirements").len(), 1, "{history:#?}");
        let stage = team.dana.stage(&phase, "requirements").await;
        assert_eq!((&stage["state"], &stage["cycle"]), (&json!("in_review"), &json!(2)));
        assert!(stage["gate"]["approvals"].as_array().unwrap().iter().all(|given| given["counts"] != true));
    }
    team.hold().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_submission_meets_the_reopening_of_what_it_stands_on() {
    let team = Team::gather().await;
    for _ in 0..races() {
        let phase = team.in_review().await;
        team.dana.approve(&phase, "requirements").await.expect(201);
        let reopen = format!("/phases/{phase}/stages/requirements/reopen");
        let (submitted, reopened) = tokio::join!(
            team.dana.save_version(&phase, "technical_analysis", "# Analysis\n"),
            team.ida.post(&reopen, json!({ "reason": "R-1 is wrong" })),
        );
        reopened.expect(200);
        let history = team.history(&phase).await;
        let versions = positions(&history, "ArtefactVersionAdded", "technical_analysis");
        let locked = positions(&history, "StageLocked", "technical_analysis")[0];
        match submitted.status {
            201 => assert!(versions.len() == 1 && versions[0] < locked, "a version after the lock: {history:#?}"),
            409 => {
                submitted.expect_problem(409, "stage-locked");
                assert!(versions.is_empty(), "refused, and there all the same: {history:#?}");
            }
            _ => panic!("{:?}", codes(&[&submitted])),
        }
        assert_eq!(team.dana.stage(&phase, "technical_analysis").await["state"], "locked");
    }
    team.hold().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proposal_meets_the_reopening_of_what_it_came_of() {
    let team = Team::gather().await;
    let mut won = BTreeSet::new();
    for _ in 0..races() {
        let phase = phase_in_review(&team.dana, &team.project).await;
        let proposal = items(&table(&team.dana, &phase).await)[0]["id"].as_str().unwrap().to_owned();
        let approve = format!("/phases/{phase}/proposals/{proposal}/approve");
        let reopen = format!("/phases/{phase}/stages/architecture/reopen");
        let (approved, reopened) = tokio::join!(
            team.ida.post(&approve, json!({ "version": 1 })),
            team.dana.post(&reopen, json!({ "reason": "The ledger moves" })),
        );
        reopened.expect(200);
        let history = team.history(&phase).await;
        let reopened = positions(&history, "StageReopened", "architecture")[0];
        let at: Vec<_> = history
            .iter()
            .filter(|event| event["type"] == "ProposalApproved")
            .map(|event| &event["position"])
            .collect();
        match approved.status {
            200 => assert!(at.len() == 1 && at[0].as_i64() < Some(reopened), "approved on what was open: {history:#?}"),
            409 => {
                approved.expect_problem(409, "stage-locked");
                assert!(at.is_empty(), "refused, and there all the same: {history:#?}");
            }
            _ => panic!("{:?}", codes(&[&approved])),
        }
        let now = items(&table(&team.dana, &phase).await);
        assert!(now.iter().all(|it| it["stale"] == true), "{now:#?}");
        won.insert(approved.status);
    }
    println!("won: {won:?}");
    team.hold().await;
}

/// Posts a message to the architecture while something locks it; the log has no message of a locked stage.
async fn a_message_meets(team: &Team, lock: impl AsyncFn(&str) -> Answer) {
    for _ in 0..races() {
        let phase = team.analysis_in_review().await;
        team.dana.approve(&phase, "technical_analysis").await.expect(201);
        let path = format!("/phases/{phase}/stages/architecture/messages");
        let (posted, locked) = tokio::join!(team.ida.post(&path, json!({ "text": "Split at capture." })), lock(&phase));
        locked.expect(200);
        let history = team.history(&phase).await;
        let messages = positions(&history, "MessagePosted", "architecture");
        let locks = positions(&history, "StageLocked", "architecture");
        assert_eq!(locks.len(), 1, "{history:#?}");
        match posted.status {
            202 => assert!(messages.len() == 1 && messages[0] < locks[0], "a message after the lock: {history:#?}"),
            409 => {
                assert_eq!(messages, [] as [i64; 0], "refused, and there all the same: {history:#?}");
                posted.expect_problem(409, "stage-locked");
            }
            _ => panic!("{:?}", codes(&[&posted])),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_meets_the_withdrawal_that_locks_its_stage() {
    let team = Team::gather().await;
    let withdraw =
        async |phase: &str| team.dana.delete(&format!("{}/mine", approvals(phase, "technical_analysis"))).await;
    team.amid_other_work(a_message_meets(&team, withdraw)).await;
    team.hold().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_meets_the_reopening_that_locks_its_stage() {
    let team = Team::gather().await;
    let reopen = async |phase: &str| {
        let path = format!("/phases/{phase}/stages/requirements/reopen");
        team.dana.post(&path, json!({ "reason": "R-1 is wrong" })).await
    };
    team.amid_other_work(a_message_meets(&team, reopen)).await;
    team.hold().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn phases_opened_at_once_are_numbered_without_a_gap() {
    let team = Team::gather().await;
    for round in 0..times(3, 20) {
        let project = team.dana.create_project(&format!("N{round}")).await;
        let path = format!("/projects/{project}/phases");
        let mut numbers = join_all((0..20).map(|count| number_of_opened(&team.dana, &path, count))).await;
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
        let listed = team.dana.get(&path).await.expect(200);
        let listed: BTreeSet<_> =
            listed["items"].as_array().unwrap().iter().filter_map(|phase| phase["number"].as_u64()).collect();
        assert_eq!(listed, (1..=20).collect());
    }
    team.hold().await;
}

async fn number_of_opened(dana: &Person, path: &str, count: usize) -> u64 {
    let body = json!({ "kind": "full", "title": format!("At once {count}") });
    dana.post(path, body).await.expect(201)["number"].as_u64().expect("a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_sent_many_times_at_once_takes_effect_once() {
    let team = Team::gather().await;
    let phase = team.in_review().await;
    for round in 0..times(5, 50) {
        let other = team.dana.open_phase(&team.project, "For a message").await;
        let requests = [
            (format!("/projects/{}/phases", team.project), json!({ "kind": "full", "title": format!("Once {round}") })),
            (format!("/phases/{other}/stages/requirements/messages"), json!({ "text": "Once" })),
            (
                format!("/phases/{phase}/artefacts/requirements/versions"),
                json!({ "title": "Once", "markdown": format!("# Once {round}\n") }),
            ),
        ];
        for (path, body) in requests {
            let key = format!("{}-{round}", path.len());
            let send = || {
                let request = team.dana.request(Method::POST, &path).header("Idempotency-Key", &key).json(&body);
                team.dana.send(request)
            };
            let answers = join_all((0..16).map(|_| send())).await;
            let (done, waiting): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status < 300);
            assert!(!done.is_empty(), "{:?}", codes(&answers.iter().collect::<Vec<_>>()));
            for answer in waiting {
                answer.clone().expect_problem(409, "still-running");
            }
            assert!(done.iter().all(|answer| (answer.status, &answer.body) == (done[0].status, &done[0].body)));
            let again = send().await;
            assert_eq!((again.status, &again.body), (done[0].status, &done[0].body), "and later too");
            let reused = team.dana.request(Method::POST, &path).header("Idempotency-Key", &key);
            let reused =
                team.dana.send(reused.json(&json!({ "title": "Other", "markdown": "Other", "text": "Other" })));
            reused.await.expect_problem(422, "idempotency-key-reused");
        }
        let phases = team.dana.get(&format!("/projects/{}/phases", team.project)).await.expect(200);
        let phases = phases["items"].as_array().unwrap();
        let once = phases.iter().filter(|phase| phase["title"] == format!("Once {round}")).count();
        assert_eq!(once, 1);
        let history = team.history(&other).await;
        assert_eq!(positions(&history, "MessagePosted", "requirements").len(), 1, "{history:#?}");
        let versions = team.dana.get(&format!("/phases/{phase}/artefacts/requirements/versions")).await.expect(200);
        assert_eq!(versions["items"].as_array().unwrap().len(), round + 2);
    }
    team.hold().await;
}
