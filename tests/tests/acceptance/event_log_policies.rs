//! What happens by itself: once, whoever dies in between.
use konductro_api::commands::Envelope;
use konductro_api::policies::{self, Policies};
use konductro_domain::actor::{Actor, Person};
use konductro_domain::conductor::{Adapter, FinishKind, GeneratedBy, Usage};
use konductro_domain::conversation::{
    Conversation, ConversationCommand, ConversationEvent, NewMessage, Reply, Substance, WrittenDocument,
};
use konductro_domain::event::Event;
use konductro_domain::ids::{MessageId, PhaseId, ProjectId, TurnId};
use konductro_domain::phase::artefact::Completeness;
use konductro_domain::phase::plan::PhaseKind;
use konductro_domain::phase::{OpenPhase, Phase, PhaseCommand, PhaseEvent};
use konductro_domain::project::policy::ApprovalPolicy;
use konductro_domain::role::Role;
use konductro_domain::stage::Stage;
use konductro_domain::text::Text;
use konductro_projections::health::RunnerState;
use konductro_projections::{checkpoint, event_log};
use konductro_tests::database::TestDatabase;
use konductro_tests::log::{Log, eventually};
use konductro_tests::people::{envelope, person};
use uuid::Uuid;

/// A phase in which Dana has written, and Conductor has answered with a document.
struct Scene {
    dana: Person,
    project: ProjectId,
    phase: PhaseId,
    turn: TurnId,
    document: Text,
}

impl Scene {
    async fn play(log: &Log) -> Self {
        let dana = person(&[Role::Sdm]);
        let project = log.project(&dana, "PAY").await;
        let scene = Self {
            dana,
            project,
            phase: PhaseId(Uuid::now_v7()),
            turn: TurnId(Uuid::now_v7()),
            document: Text::plain("# Requirements\n\nR-1 It rings."),
        };
        scene.open(log).await;
        scene.post(log).await;
        scene.reply(log).await;
        scene
    }

    fn envelope(&self, actor: Actor, texts: &[&Text]) -> Envelope {
        Envelope {
            actor,
            project_id: Some(self.project),
            phase_id: Some(self.phase),
            texts: texts.iter().map(|text| (*text).clone()).collect(),
            ..envelope(&self.dana)
        }
    }

    async fn open(&self, log: &Log) {
        let brief = Text::plain("A bell");
        let command = PhaseCommand::OpenPhase(OpenPhase {
            by: self.dana.clone(),
            project_id: self.project,
            number: 1,
            kind: PhaseKind::Full,
            title: "Bell".to_owned(),
            brief: brief.clone(),
            approval_policy: ApprovalPolicy::default(),
        });
        let by_dana = self.envelope(Actor::Person { user_id: self.dana.user_id }, &[&brief]);
        log.commands.execute::<Phase>(&self.phase.to_string(), command, by_dana).await.unwrap();
    }

    fn conversation(&self) -> String {
        format!("{}:{}", self.phase, Stage::Requirements)
    }

    async fn post(&self, log: &Log) {
        let text = Text::salted("It should ring.", [3; 16]);
        let command = ConversationCommand::PostMessage {
            message: NewMessage {
                project_id: self.project,
                phase_id: self.phase,
                stage: Stage::Requirements,
                message_id: MessageId(Uuid::now_v7()),
                turn_id: self.turn,
                author: self.dana.user_id,
                text: text.clone(),
            },
        };
        let by_dana = self.envelope(Actor::Person { user_id: self.dana.user_id }, &[&text]);
        log.commands.execute::<Conversation>(&self.conversation(), command, by_dana).await.unwrap();
    }

    async fn reply(&self, log: &Log) {
        let text = Text::salted("Here it is.", [4; 16]);
        let command = ConversationCommand::CompleteReply {
            reply: Reply {
                turn_id: self.turn,
                attempt: 1,
                text: text.clone(),
                documents: vec![WrittenDocument {
                    ordinal: 0,
                    stage: Stage::Requirements,
                    title: "Requirements".to_owned(),
                    content: self.document.reference(),
                    completeness: Completeness::Complete,
                    substance: Substance::Whole,
                    answers: Vec::new(),
                }],
                generated_by: GeneratedBy { adapter: Adapter::Guided, model: "guided".to_owned() },
                usage: Usage::default(),
            },
            suggestions: Vec::new(),
            finish: FinishKind::Completed,
            model_returned: None,
        };
        let by_conductor = self.envelope(Actor::Conductor, &[&text, &self.document]);
        log.commands.execute::<Conversation>(&self.conversation(), command, by_conductor).await.unwrap();
    }
}

fn start(log: &Log) -> Policies {
    let sealed = log.sealer.as_ref().unwrap().sealed();
    Policies::start(log.pool.clone(), log.commands.clone(), sealed, log.health.clone())
}

async fn reacted_to_all(log: &Log) {
    eventually("policies come to the head of the log", || async {
        let mut connection = log.pool.acquire().await.unwrap();
        let at = checkpoint::read(&mut *connection, policies::NAME).await.unwrap();
        at == event_log::head(&mut connection).await.unwrap()
            && log.health.of(policies::NAME) == Some(RunnerState::Running)
    })
    .await;
}

#[tokio::test]
async fn a_document_in_a_reply_becomes_a_version_by_itself_and_only_once() {
    let database = TestDatabase::new().await;
    let log = Log::start(&database).await;
    let scene = Scene::play(&log).await;
    let running = start(&log);
    eventually("the version is there", || async { versions(&log).await == 1 }).await;
    reacted_to_all(&log).await;

    let mut connection = log.pool.acquire().await.unwrap();
    let page = event_log::page(&mut connection, 0, 100).await.unwrap();
    let reply = page
        .events
        .iter()
        .find(|event| matches!(event.event, Event::Conversation(ConversationEvent::ReplyCompleted { .. })))
        .unwrap();
    let version = page.events.iter().find(|event| added(&event.event)).unwrap();
    assert_eq!(version.causation, Some(reply.event_id));
    assert_eq!(version.correlation, reply.correlation);
    assert_eq!((version.project_id, version.phase_id), (Some(scene.project), Some(scene.phase)));
    let stored = event_log::text(&mut connection, &scene.document.reference().hash).await.unwrap();
    assert_eq!(stored.as_deref(), Some(scene.document.body()));

    // A replica that died before it moved the checkpoint does it all again, and nothing happens twice.
    drop(running);
    let events = log.count("SELECT count(*) FROM events").await;
    checkpoint::advance(&mut *connection, policies::NAME, 0).await.unwrap();
    let _again = start(&log);
    reacted_to_all(&log).await;
    assert_eq!(log.count("SELECT count(*) FROM events").await, events);
    assert_eq!(log.count("SELECT count(*) FROM jobs WHERE kind = 'turn'").await, 1, "Conductor is asked once");
}

fn added(event: &Event) -> bool {
    matches!(event, Event::Phase(PhaseEvent::ArtefactVersionAdded { .. }))
}

async fn versions(log: &Log) -> i64 {
    log.count("SELECT count(*) FROM events WHERE event_type = 'ArtefactVersionAdded'").await
}

#[tokio::test]
async fn what_the_rules_refuse_is_passed_over() {
    let database = TestDatabase::new().await;
    let log = Log::start(&database).await;
    let scene = Scene::play(&log).await;
    // The same reply once more, for a phase that nobody opened: its project is known, its stream is not.
    let nowhere = Scene { phase: PhaseId(Uuid::now_v7()), turn: TurnId(Uuid::now_v7()), ..scene };
    nowhere.post(&log).await;
    nowhere.reply(&log).await;
    let _running = start(&log);
    reacted_to_all(&log).await;
    assert_eq!(versions(&log).await, 1);
}

#[tokio::test]
async fn an_outage_is_waited_out() {
    let database = TestDatabase::new().await;
    let log = Log::start(&database).await;
    let _running = start(&log);
    reacted_to_all(&log).await;
    let mut owner = database.owner().await;
    let cut: i64 = sqlx::query_scalar(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .fetch_one(&mut owner)
    .await
    .unwrap();
    assert!(cut > 0);
    eventually("the pool has fresh connections", || async { sqlx::query("SELECT 1").execute(&log.pool).await.is_ok() })
        .await;
    Scene::play(&log).await;
    eventually("the version is there", || async { versions(&log).await == 1 }).await;
}
