//! Stories and the log: exactly one for each approval, numbers without gaps, words kept beside the events.
use futures_util::future::join_all;
use konductro_api::commands::{CommandError, Envelope, FenceCheck, FenceScope};
use konductro_api::policies::{self, Policies};
use konductro_domain::actor::Person;
use konductro_domain::conductor::{Adapter, FinishKind, GeneratedBy, Usage};
use konductro_domain::conversation::{Conversation, ConversationCommand, NewMessage, Reply, conversation_stream};
use konductro_domain::ids::{GenerationId, MessageId, PhaseId, ProjectId, ProposalId, StoryId, TurnId};
use konductro_domain::phase::plan::PhaseKind;
use konductro_domain::phase::{OpenPhase, Phase, PhaseCommand, PhaseStatus};
use konductro_domain::project::policy::ApprovalPolicy;
use konductro_domain::role::Role;
use konductro_domain::stage::Stage;
use konductro_domain::story::content::{StoryBody, StoryType};
use konductro_domain::story::draft::{CriterionDraft, StoryDraft};
use konductro_domain::story::{RequestStory, Story, StoryCommand, StoryError};
use konductro_domain::story_review::{
    AddProposals, ApproveProposals, GenerationMode, ProposedStory, RejectProposal, StartGeneration, StoryReview,
    StoryReviewCommand,
};
use konductro_domain::text::Text;
use konductro_projections::health::RunnerState;
use konductro_projections::{checkpoint, event_log};
use konductro_tests::database::TestDatabase;
use konductro_tests::log::{Log, eventually};
use konductro_tests::people::{envelope, person};
use uuid::Uuid;

struct Scene<'a> {
    log: &'a Log,
    dana: Person,
    project: ProjectId,
    phase: PhaseId,
}

impl<'a> Scene<'a> {
    async fn open(log: &'a Log, kind: PhaseKind) -> Self {
        let dana = person(&[Role::Sdm]);
        let project = log.project(&dana, "PAY").await;
        let phase = PhaseId(Uuid::now_v7());
        let scene = Self { log, dana, project, phase };
        let command = PhaseCommand::OpenPhase(OpenPhase {
            by: scene.dana.clone(),
            project_id: project,
            number: 1,
            kind,
            title: "Bell".to_owned(),
            brief: Text::plain("A bell"),
            approval_policy: ApprovalPolicy::default(),
        });
        let given = Envelope { texts: vec![Text::plain("A bell")], ..scene.envelope() };
        log.commands.execute::<Phase>(&phase.to_string(), command, given).await.unwrap();
        scene
    }

    fn envelope(&self) -> Envelope {
        Envelope { project_id: Some(self.project), phase_id: Some(self.phase), ..envelope(&self.dana) }
    }

    async fn review(&self, command: StoryReviewCommand) {
        let stream = self.phase.to_string();
        self.log.commands.execute::<StoryReview>(&stream, command, self.envelope()).await.unwrap();
    }

    /// Conductor has proposed some stories; their ids.
    async fn proposed(&self, count: u32) -> Vec<ProposalId> {
        let generation_id = GenerationId(Uuid::now_v7());
        self.review(StoryReviewCommand::StartGeneration(StartGeneration {
            by: self.dana.clone(),
            generation_id,
            project_id: self.project,
            phase_id: self.phase,
            mode: GenerationMode::Fresh,
            based_on: vec![],
            scoping_turn: None,
        }))
        .await;
        let proposals: Vec<_> = (0..count)
            .map(|ordinal| ProposedStory {
                proposal_id: ProposalId::in_generation(generation_id, &ordinal.to_string()),
                ordinal,
                draft: draft(ordinal),
            })
            .collect();
        let ids = proposals.iter().map(|proposed| proposed.proposal_id).collect();
        let add = AddProposals { generation_id, proposals, salt: Uuid::now_v7().into_bytes() };
        self.review(StoryReviewCommand::AddProposals(add)).await;
        ids
    }

    async fn approve(&self, proposals: &[ProposalId]) {
        self.review(StoryReviewCommand::ApproveProposals(ApproveProposals {
            by: self.dana.clone(),
            project_id: self.project,
            phase_id: self.phase,
            proposals: proposals.iter().map(|id| (*id, Some(1))).collect(),
        }))
        .await;
    }

    async fn request_story(&self) -> Story {
        let story_id = StoryId(Uuid::now_v7());
        let prepare = async || -> Result<_, CommandError<StoryError>> {
            let command = StoryCommand::RequestStory(RequestStory {
                by: self.dana.clone(),
                story_id,
                project_id: self.project,
                phase_id: self.phase,
                number: self.log.commands.next_story_number(self.project).await.unwrap(),
                request: Text::salted("It should ring", story_id.0.into_bytes()),
                salt: story_id.0.into_bytes(),
            });
            Ok((command, self.envelope()))
        };
        self.log.commands.execute_with::<Story, _, _, _>(&story_id.to_string(), None, prepare).await.unwrap();
        self.log.commands.load::<Story>(&story_id.to_string()).await.unwrap().state
    }

    async fn reply_in_scoping(&self) {
        let (turn_id, message_id) = (TurnId(Uuid::now_v7()), MessageId(Uuid::now_v7()));
        let (asked, answered) = (Text::salted("A bell?", [1; 16]), Text::salted("Which?", [2; 16]));
        let post = ConversationCommand::PostMessage {
            message: NewMessage {
                project_id: self.project,
                phase_id: self.phase,
                stage: Stage::Scoping,
                message_id,
                turn_id,
                author: self.dana.user_id,
                text: asked.clone(),
            },
        };
        let complete = ConversationCommand::CompleteReply {
            reply: Reply {
                turn_id,
                attempt: 1,
                text: answered.clone(),
                documents: vec![],
                generated_by: GeneratedBy { adapter: Adapter::Guided, model: "guided".to_owned() },
                usage: Usage::default(),
            },
            suggestions: vec![],
            finish: FinishKind::Completed,
            model_returned: None,
        };
        let stream = conversation_stream(self.phase, Stage::Scoping);
        for (command, text) in [(post, asked), (complete, answered)] {
            let given = Envelope { texts: vec![text], ..self.envelope() };
            self.log.commands.execute::<Conversation>(&stream, command, given).await.unwrap();
        }
    }
}

fn draft(ordinal: u32) -> StoryDraft {
    StoryDraft {
        title: format!("Ring {ordinal}"),
        story_type: StoryType::Feature,
        complexity: None,
        narrative: "As a guest I want to be heard".to_owned(),
        complexity_reason: String::new(),
        criteria: vec![CriterionDraft { then: format!("it rings {ordinal} times"), ..CriterionDraft::default() }],
        requirement_ids: vec![],
        decision_ids: vec![],
        depends_on: vec![],
    }
}

fn start(log: &Log) -> Policies {
    let sealed = log.sealer.as_ref().unwrap().sealed();
    Policies::start(log.pool.clone(), log.commands.clone(), sealed, log.health.clone())
}

async fn reacted_to_all(log: &Log) {
    eventually("policies come to the head of the log", || async {
        let mut connection = log.pool.acquire().await.unwrap();
        let unsealed: i64 =
            sqlx::query_scalar("SELECT count(*) FROM unsealed").fetch_one(&mut *connection).await.unwrap();
        let at = checkpoint::read(&mut *connection, policies::NAME).await.unwrap();
        unsealed == 0
            && at == event_log::head(&mut connection).await.unwrap()
            && log.health.of(policies::NAME) == Some(RunnerState::Running)
    })
    .await;
}

fn number(story: &Story) -> u32 {
    story.created().unwrap().number
}

#[tokio::test]
async fn an_approved_proposal_becomes_exactly_one_story_whoever_dies_in_between() {
    let database = TestDatabase::new().await;
    let log = Log::start(&database).await;
    let scene = Scene::open(&log, PhaseKind::Light).await;
    let proposals = scene.proposed(5).await;
    scene.approve(&proposals[..4]).await;
    let running = start(&log);
    eventually("four stories are asked to be enriched", || async {
        log.count("SELECT count(*) FROM jobs WHERE kind = 'enrichment'").await == 4
    })
    .await;

    let mut numbers = Vec::new();
    for proposal in &proposals[..4] {
        let stream = StoryId::of(*proposal).to_string();
        let story = log.commands.load::<Story>(&stream).await.unwrap().state;
        numbers.push(number(&story));
        let hash = story.created().unwrap().content.outline.body.hash;
        let mut connection = log.pool.acquire().await.unwrap();
        let words = event_log::text(&mut connection, &hash).await.unwrap().expect("the words are kept");
        assert!(StoryBody::read(&words).unwrap().criteria[0].then.starts_with("it rings"));
    }
    assert_eq!(numbers, [1, 2, 3, 4], "in the order of the approvals");

    // A replica that died before it moved the checkpoint does it all again, and nothing happens twice.
    reacted_to_all(&log).await;
    drop(running);
    let events = log.count("SELECT count(*) FROM events").await;
    let mut connection = log.pool.acquire().await.unwrap();
    checkpoint::advance(&mut *connection, policies::NAME, 0).await.unwrap();
    let _again = start(&log);
    reacted_to_all(&log).await;
    assert_eq!(log.count("SELECT count(*) FROM events").await, events);
    assert_eq!(log.count("SELECT count(*) FROM jobs WHERE kind = 'generation'").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn story_numbers_are_unique_and_without_gaps_under_a_race() {
    let database = TestDatabase::new().await;
    let log = Log::start(&database).await;
    let scene = Scene::open(&log, PhaseKind::Adhoc).await;
    let stories = join_all((0..32).map(|_| scene.request_story())).await;
    let mut numbers: Vec<_> = stories.iter().map(number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=32).collect::<Vec<_>>());
    assert_eq!(log.commands.next_story_number(scene.project).await.unwrap(), 33);
}

#[tokio::test]
async fn the_first_reply_makes_a_light_phase_ready_by_itself() {
    let database = TestDatabase::new().await;
    let log = Log::start(&database).await;
    let scene = Scene::open(&log, PhaseKind::Light).await;
    let _running = start(&log);
    scene.reply_in_scoping().await;
    eventually("the phase is ready", || async {
        let phase = log.commands.load::<Phase>(&scene.phase.to_string()).await.unwrap().state;
        phase.opened().unwrap().status == PhaseStatus::Ready
    })
    .await;
}

#[tokio::test]
async fn whoever_relied_on_a_review_that_moved_has_to_look_again() {
    let database = TestDatabase::new().await;
    let log = Log::start(&database).await;
    let scene = Scene::open(&log, PhaseKind::Light).await;
    let scope = FenceScope::Review(scene.phase);
    let proposals = scene.proposed(1).await;
    let epoch = log.commands.fence(&scope).await.unwrap().epoch;
    assert!(epoch > 0);
    let reason = Text::salted("no", [1; 16]);
    let reject = RejectProposal { by: scene.dana.clone(), proposal_id: proposals[0], reason };
    scene.review(StoryReviewCommand::RejectProposal(reject)).await;
    let relied = Envelope { fences: vec![FenceCheck { scope, epoch }], ..scene.envelope() };
    let command = PhaseCommand::RenamePhase(konductro_domain::phase::RenamePhase {
        by: scene.dana.clone(),
        title: Some("Chime".to_owned()),
        brief: None,
    });
    let fenced = log.commands.execute::<Phase>(&scene.phase.to_string(), command, relied).await;
    assert!(matches!(fenced, Err(CommandError::Fenced(FenceScope::Review(_)))), "{fenced:?}");
}
