//! Turns as durable jobs: what the model writes is heard on the socket, ends in the log exactly once, and survives the
//! end of whoever ran it.
use std::sync::Arc;
use std::time::{Duration, Instant};

use konductro_api::commands::{Envelope, NewJob};
use konductro_api::live::frames::Topic;
use konductro_api::live::{Hub, Worker, announce};
use konductro_api::policies::Policies;
use konductro_domain::actor::Person;
use konductro_domain::conductor::{FinishKind, ModelEvent, PromptManifest, PromptRole, Request, Work};
use konductro_domain::conversation::{
    Conversation, ConversationCommand, NewMessage, TurnProgress, conversation_stream,
};
use konductro_domain::ids::{MessageId, PhaseId, ProjectId, TurnId};
use konductro_domain::phase::plan::PhaseKind;
use konductro_domain::phase::{OpenPhase, Phase, PhaseCommand};
use konductro_domain::project::policy::ApprovalPolicy;
use konductro_domain::role::Role;
use konductro_domain::stage::Stage;
use konductro_domain::text::Text;
use konductro_projections::conversation_view::{self, TurnState, TurnWithTexts};
use konductro_tests::database::TestDatabase;
use konductro_tests::live_server::LiveServer;
use konductro_tests::log::{Log, eventually};
use konductro_tests::people::{envelope, person};
use konductro_tests::script::Scripted;
use konductro_tests::socket::Socket;
use tokio::task::JoinHandle;
use uuid::Uuid;

const STAGE: Stage = Stage::Requirements;

/// One phase, its conversation in requirements, and everything that runs its turns.
struct Room {
    _database: TestDatabase,
    log: Log,
    _policies: Policies,
    hub: Hub,
    announcing: JoinHandle<()>,
    model: Scripted,
    dana: Person,
    project_id: ProjectId,
    phase_id: PhaseId,
}

impl Drop for Room {
    fn drop(&mut self) {
        self.announcing.abort();
    }
}

impl Room {
    async fn open() -> Self {
        let database = TestDatabase::new().await;
        let log = Log::start(&database).await;
        let sealed = log.sealer.as_ref().unwrap().sealed();
        let policies = Policies::start(log.pool.clone(), log.commands.clone(), sealed, log.health.clone());
        let hub = Hub::new(log.visibility.clone());
        let announcing = tokio::spawn(announce(hub.clone(), &log.changes));
        let dana = person(&[Role::Sdm]);
        let project_id = log.project(&dana, "PAY").await;
        let phase_id = PhaseId(Uuid::now_v7());
        let open = PhaseCommand::OpenPhase(OpenPhase {
            by: dana.clone(),
            project_id,
            number: 1,
            kind: PhaseKind::Full,
            title: "Bookings".to_owned(),
            brief: Text::plain("People book online."),
            approval_policy: ApprovalPolicy::default(),
        });
        let mut room = Self {
            _database: database,
            log,
            _policies: policies,
            hub,
            announcing,
            model: Scripted::default(),
            dana,
            project_id,
            phase_id,
        };
        let about = Envelope { texts: vec![Text::plain("People book online.")], ..room.envelope() };
        room.log.commands.execute::<Phase>(&phase_id.to_string(), open, about).await.unwrap();
        room.model = Scripted::default();
        room
    }

    fn envelope(&self) -> Envelope {
        Envelope { project_id: Some(self.project_id), phase_id: Some(self.phase_id), ..envelope(&self.dana) }
    }

    fn worker(&self) -> Worker {
        let (pool, commands, visibility) =
            (self.log.pool.clone(), self.log.commands.clone(), self.log.visibility.clone());
        Worker::start(pool, commands, visibility, self.hub.clone(), Arc::new(self.model.clone()))
    }

    fn topic(&self) -> Topic {
        Topic::Conversation(self.phase_id, STAGE)
    }

    fn stream(&self) -> String {
        conversation_stream(self.phase_id, STAGE)
    }

    async fn post(&self, message: &str) -> TurnId {
        let turn_id = TurnId(Uuid::now_v7());
        let text = Text::salted(message, [7; 16]);
        let command = ConversationCommand::PostMessage {
            message: NewMessage {
                project_id: self.project_id,
                phase_id: self.phase_id,
                stage: STAGE,
                message_id: MessageId(Uuid::now_v7()),
                turn_id,
                author: self.dana.user_id,
                text: text.clone(),
            },
        };
        let job = NewJob::turn(self.project_id, self.phase_id, STAGE, turn_id, 1);
        let envelope = Envelope { texts: vec![text], jobs: vec![job], ..self.envelope() };
        self.log.commands.execute::<Conversation>(&self.stream(), command, envelope).await.unwrap();
        turn_id
    }

    async fn give(&self, command: ConversationCommand, jobs: Vec<NewJob>) {
        let envelope = Envelope { jobs, ..self.envelope() };
        self.log.commands.execute::<Conversation>(&self.stream(), command, envelope).await.unwrap();
    }

    async fn turn(&self, turn: TurnId) -> TurnWithTexts {
        conversation_view::turn(&self.log.pool, turn).await.unwrap().unwrap()
    }

    async fn until(&self, turn: TurnId, state: TurnState) -> TurnWithTexts {
        eventually("the turn ends", || async { !self.turn(turn).await.row.state.is_live() }).await;
        let turn = self.turn(turn).await;
        assert_eq!(turn.row.state, state, "{turn:?}");
        turn
    }

    async fn jobs_left(&self) -> i64 {
        self.log.count("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')").await
    }
}

/// The bytes that go to the model, message by message.
fn sent(request: &Request) -> Vec<(PromptRole, String)> {
    let messages = request.prompt.messages.iter();
    messages.map(|it| (it.role, it.parts.iter().map(|part| part.text.as_str()).collect())).collect()
}

fn text(text: &str) -> ModelEvent {
    ModelEvent::Text(text.to_owned())
}

const FINISHED: ModelEvent = ModelEvent::Finished(FinishKind::Completed);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_answered_on_the_socket_and_its_document_becomes_a_version() {
    let room = Room::open().await;
    let server = LiveServer::start(room.hub.clone()).await;
    let worker = room.worker();
    let mut socket = Socket::open(&server.socket_of(1), &[]).await.unwrap();
    socket.subscribe(&room.topic().to_string()).await;
    let reply = room.model.next_reply();
    let turn_id = room.post("We need bookings 😀").await;
    let started = socket.until_type("turn.started").await;
    assert_eq!(started["turn_id"], turn_id.to_string());
    reply.send(text("Here it is.\n<artefact kind=\"requirements\" title=\"Bookings\">\n# Book")).unwrap();
    assert_eq!(socket.until_type("artefact.started").await["title"], "Bookings");
    reply.send(text("ings\0\n</artefact>\nAnything else?")).unwrap();
    reply.send(FINISHED).unwrap();
    let done = socket.until_type("turn.done").await;
    assert_eq!(done["outcome"], "completed");
    let saved = socket.until_type("artefact.saved").await;
    assert_eq!((saved["version"].as_u64(), saved["part"].as_u64()), (Some(1), Some(1)));
    let stored = room.until(turn_id, TurnState::Completed).await;
    let whole = stored.reply.unwrap();
    assert!(whole.ends_with("# Bookings\u{fffd}\n</artefact>\nAnything else?"), "{whole:?}");
    assert_eq!(socket.parts[1].trim_end(), "# Bookings\u{fffd}");
    assert!(done["position"].as_i64().unwrap() <= room.log.visibility.folded(), "what is told can be read");
    let changed = socket.frames.iter().filter(|frame| frame["type"] == "changed");
    assert!(changed.clone().all(|frame| frame["what"][0] == "conversation:requirements") && changed.count() > 0);

    let reply = room.model.next_reply();
    let second = room.post("Add R-2").await;
    reply.send(text("Done.")).unwrap();
    reply.send(FINISHED).unwrap();
    room.until(second, TurnState::Completed).await;
    let [first, next] = room.model.asked().try_into().unwrap();
    assert_eq!(sent(&next)[..sent(&first).len()], sent(&first), "a turn's prompt begins with the turn before");
    assert_eq!(next.prompt.messages[0].role, PromptRole::System);
    let Work::Converse(task) = &next.work else { panic!("a turn converses") };
    assert_eq!(task.history[0].reply, whole);
    assert_eq!(task.current.as_ref().unwrap().version, 1);
    eventually("no job is left", || async { room.jobs_left().await == 0 }).await;
    assert_eq!(room.log.count("SELECT count(*) FROM turn_checkpoints").await, 0);
    worker.drain().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_ends_the_model_at_once_and_keeps_what_had_come() {
    let room = Room::open().await;
    let worker = room.worker();
    let reply = room.model.next_reply();
    let turn_id = room.post("Go on").await;
    reply.send(text("So far")).unwrap();
    eventually("Conductor is asked", || async { room.model.asked().len() == 1 }).await;
    let asked = Instant::now();
    room.give(ConversationCommand::RequestStop { turn_id }, Vec::new()).await;
    eventually("the model is stopped", || async { room.model.ended() == 1 }).await;
    assert!(asked.elapsed() < Duration::from_secs(2), "took {:?}", asked.elapsed());
    assert!(room.until(turn_id, TurnState::Stopped).await.reply.unwrap().len() <= "So far".len());

    let again = room.model.next_reply();
    let job = NewJob::turn(room.project_id, room.phase_id, STAGE, turn_id, 2);
    room.give(ConversationCommand::RetryTurn { turn_id }, vec![job]).await;
    again.send(text("All of it")).unwrap();
    again.send(FINISHED).unwrap();
    let whole = room.until(turn_id, TurnState::Completed).await;
    assert_eq!((whole.row.attempt, whole.reply.as_deref()), (2, Some("All of it")));
    worker.drain().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_takes_over_from_the_dead_ends_the_turn_with_the_text_that_was_kept() {
    let room = Room::open().await;
    let turn_id = room.post("Write").await;
    let start = ConversationCommand::StartReply {
        turn_id,
        attempt: 1,
        generated_by: konductro_domain::conductor::LanguageModel::generated_by(&room.model),
        prompt: PromptManifest { blocks: Vec::new(), cache_profile: "none".to_owned() },
    };
    room.give(start, Vec::new()).await;
    sqlx::query(
        "UPDATE jobs SET state = 'running', attempt = 1, lease_owner = $1, lease_until = now() - interval '1 s'",
    )
    .bind(Uuid::now_v7())
    .execute(&room.log.pool)
    .await
    .unwrap();
    for (piece, text) in ["Half of ", "it"].into_iter().enumerate() {
        sqlx::query("INSERT INTO turn_checkpoints (turn_id, attempt, piece, text) VALUES ($1, 1, $2, $3)")
            .bind(turn_id.0)
            .bind(i32::try_from(piece).unwrap())
            .bind(text)
            .execute(&room.log.pool)
            .await
            .unwrap();
    }
    let worker = room.worker();
    let interrupted = room.until(turn_id, TurnState::Interrupted).await;
    assert_eq!(interrupted.reply.as_deref(), Some("Half of it"));
    assert!(room.model.asked().is_empty(), "nobody is asked twice without a person's wish");
    eventually("no job is left", || async { room.jobs_left().await == 0 }).await;
    worker.drain().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_marks_what_it_could_not_end() {
    let room = Room::open().await;
    let worker = room.worker();
    let reply = room.model.next_reply();
    let turn_id = room.post("Write for ever").await;
    reply.send(text("The beginning")).unwrap();
    eventually("a checkpoint is kept", || async { room.log.count("SELECT count(*) FROM turn_checkpoints").await > 0 })
        .await;
    worker.drain().await;
    let interrupted = room.until(turn_id, TurnState::Interrupted).await;
    assert_eq!(interrupted.reply.as_deref(), Some("The beginning"));
    assert_eq!(room.jobs_left().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_before_the_worker_begins_asks_nobody() {
    let room = Room::open().await;
    let turn_id = room.post("Never mind").await;
    room.give(ConversationCommand::RequestStop { turn_id }, Vec::new()).await;
    let worker = room.worker();
    room.until(turn_id, TurnState::Stopped).await;
    assert!(room.model.asked().is_empty());
    worker.drain().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_that_breaks_off_leaves_an_interrupted_turn_that_can_be_retried() {
    let room = Room::open().await;
    let worker = room.worker();
    let reply = room.model.next_reply();
    let turn_id = room.post("Write").await;
    reply.send(text("Half")).unwrap();
    drop(reply);
    let interrupted = room.until(turn_id, TurnState::Interrupted).await;
    assert_eq!(interrupted.reply.as_deref(), Some("Half"));
    let loaded = room.log.commands.load::<Conversation>(&room.stream()).await.unwrap();
    assert_eq!(loaded.state.turn.unwrap().progress, TurnProgress::Failed);
    worker.drain().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_workers_answer_each_message_once() {
    let room = Room::open().await;
    let workers = [room.worker(), room.worker()];
    for n in 0..10 {
        let reply = room.model.next_reply();
        reply.send(text(&format!("Reply {n}"))).unwrap();
        reply.send(FINISHED).unwrap();
        let turn_id = room.post(&format!("Message {n}")).await;
        assert_eq!(room.until(turn_id, TurnState::Completed).await.reply, Some(format!("Reply {n}")));
    }
    assert_eq!(room.model.asked().len(), 10);
    for worker in workers {
        worker.drain().await;
    }
}
