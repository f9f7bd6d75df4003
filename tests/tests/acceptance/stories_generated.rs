//! What Conductor makes of stories, with models that do not keep to what they were asked for: whatever could be used is
//! there, whatever could not is named, and nothing that came is lost.
use std::sync::Arc;
use std::time::Duration;

use konductro_api::commands::Envelope;
use konductro_api::conductor::guided::Guided;
use konductro_api::conductor::openai::{OpenAi, OpenAiConfig, OptionalField};
use konductro_api::conductor::price::PriceTable;
use konductro_api::config::CacheProfile;
use konductro_api::live::{Hub, Worker};
use konductro_api::policies::Policies;
use konductro_domain::actor::Person;
use konductro_domain::conductor::{Adapter, GeneratedBy, LanguageModel, ModelFailureKind, PromptManifest};
use konductro_domain::conversation::ReplyFailure;
use konductro_domain::ids::{GenerationId, PhaseId, ProjectId, StoryId, TurnId};
use konductro_domain::phase::plan::PhaseKind;
use konductro_domain::phase::{OpenPhase, Phase, PhaseCommand, RecordFirstReply};
use konductro_domain::project::policy::ApprovalPolicy;
use konductro_domain::role::Role;
use konductro_domain::stage::Stage;
use konductro_domain::story::content::StoryBody;
use konductro_domain::story::{EnrichmentProgress, RefinementProgress, RequestStory, Story, StoryCommand};
use konductro_domain::story_review::{
    ApproveProposals, AskGeneration, GenerationMode, RequestStop, StartGeneration, StoryReview, StoryReviewCommand,
};
use konductro_domain::text::Text;
use konductro_projections::event_log;
use konductro_projections::review_table::{self, GenerationRow, GenerationState};
use konductro_tests::database::TestDatabase;
use konductro_tests::hostile_model::{Act, HostileModel, answer, done, finish, stream_head, text};
use konductro_tests::log::{Log, eventually};
use konductro_tests::people::{envelope, person};
use uuid::Uuid;

const BRIEF: &str = "Sellers can export their pay-outs.";

/// A phase whose stories are proposed, and everything that works on them.
struct Room {
    _database: TestDatabase,
    log: Log,
    _policies: Policies,
    model: Arc<dyn LanguageModel>,
    worker: Option<Worker>,
    dana: Person,
    project_id: ProjectId,
    phase_id: PhaseId,
}

impl Room {
    async fn open(model: Arc<dyn LanguageModel>) -> Self {
        let mut room = Self::without_a_worker(model).await;
        room.work();
        room
    }

    fn work(&mut self) {
        let (pool, commands, visibility) =
            (self.log.pool.clone(), self.log.commands.clone(), self.log.visibility.clone());
        let hub = Hub::new(visibility.clone());
        self.worker = Some(Worker::start(pool, commands, visibility, hub, Arc::clone(&self.model)));
    }

    async fn without_a_worker(model: Arc<dyn LanguageModel>) -> Self {
        let database = TestDatabase::new().await;
        let log = Log::start(&database).await;
        let sealed = log.sealer.as_ref().unwrap().sealed();
        let policies = Policies::start(log.pool.clone(), log.commands.clone(), sealed, log.health.clone());
        let dana = person(&[Role::Sdm]);
        let project_id = log.project(&dana, "PAY").await;
        let phase_id = PhaseId(Uuid::now_v7());
        let room =
            Self { _database: database, log, _policies: policies, model, worker: None, dana, project_id, phase_id };
        let open = PhaseCommand::OpenPhase(OpenPhase {
            by: room.dana.clone(),
            project_id,
            number: 1,
            kind: PhaseKind::Light,
            title: "Pay-outs".to_owned(),
            brief: Text::plain(BRIEF),
            approval_policy: ApprovalPolicy::default(),
        });
        let about = Envelope { texts: vec![Text::plain(BRIEF)], ..room.envelope() };
        room.log.commands.execute::<Phase>(&phase_id.to_string(), open, about).await.unwrap();
        let replied = RecordFirstReply { stage: Stage::Scoping, turn_id: TurnId(Uuid::now_v7()) };
        let replied = PhaseCommand::RecordFirstReply(replied);
        room.log.commands.execute::<Phase>(&phase_id.to_string(), replied, room.envelope()).await.unwrap();
        room
    }

    /// A room whose model is this server.
    async fn with(server: &HostileModel) -> Self {
        Self::open(Arc::new(model(server))).await
    }

    fn envelope(&self) -> Envelope {
        Envelope { project_id: Some(self.project_id), phase_id: Some(self.phase_id), ..envelope(&self.dana) }
    }

    async fn review(&self, command: StoryReviewCommand) {
        let stream = self.phase_id.to_string();
        self.log.commands.execute::<StoryReview>(&stream, command, self.envelope()).await.unwrap();
    }

    async fn start(&self, mode: GenerationMode) -> GenerationId {
        let generation_id = GenerationId(Uuid::now_v7());
        self.review(StoryReviewCommand::StartGeneration(StartGeneration {
            by: self.dana.clone(),
            generation_id,
            project_id: self.project_id,
            phase_id: self.phase_id,
            mode,
            based_on: Vec::new(),
            scoping_turn: None,
        }))
        .await;
        generation_id
    }

    async fn latest(&self) -> GenerationRow {
        review_table::latest_generation(&self.log.pool, self.phase_id).await.unwrap().unwrap()
    }

    /// Generates, and waits for the end.
    async fn generate(&self, mode: GenerationMode) -> GenerationRow {
        self.start(mode).await;
        eventually("the generation ends", || async { self.latest().await.ended_at.is_some() }).await;
        self.latest().await
    }

    async fn titles(&self) -> Vec<String> {
        let rows = review_table::proposals_of(&self.log.pool, self.phase_id).await.unwrap();
        rows.into_iter().map(|row| row.content.outline.title).collect()
    }

    async fn story(&self, id: StoryId) -> Option<konductro_domain::story::CreatedStory> {
        match self.log.commands.load::<Story>(&id.to_string()).await.unwrap().state {
            Story::Created(story) => Some(*story),
            Story::NotCreated => None,
        }
    }

    async fn close(mut self) {
        eventually("no job is left", || async {
            self.log.count("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')").await == 0
        })
        .await;
        self.worker.take().unwrap().drain().await;
    }
}

fn model(server: &HostileModel) -> OpenAi {
    OpenAi::new(OpenAiConfig {
        base_url: server.base_url.clone(),
        api_key: None,
        model: "m".into(),
        connect_timeout: Duration::from_secs(2),
        idle_timeout: Duration::from_secs(20),
        cache_profile: CacheProfile::Auto,
        prices: PriceTable::default(),
    })
    .unwrap()
}

/// A whole answer, in pieces.
fn says(whole: &str) -> Vec<Act> {
    let mut script = vec![stream_head()];
    let pieces: Vec<char> = whole.chars().collect();
    script.extend(pieces.chunks(400).map(|piece| text(&piece.iter().collect::<String>())));
    script.extend([finish("stop"), done()]);
    script
}

fn story(id: &str, title: &str) -> String {
    serde_json::json!({
        "id": id, "title": title, "type": "feature", "narrative": "As a seller I want it",
        "acceptance_criteria": [{"given": "a", "when": "b", "then": "c", "traces_to": ["R-1.1"]}],
        "complexity": 3, "complexity_reason": "small", "depends_on": [], "requirement_ids": ["R-1"], "decision_ids": [],
    })
    .to_string()
}

fn list(stories: &[String]) -> String {
    format!("{{\"stories\": [{}]}}", stories.join(", "))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_generation_that_breaks_off_keeps_what_came_and_goes_on() {
    let half = format!("{{\"stories\": [{}, {}, {{\"title\": \"Hal", story("S-1", "Export"), story("S-2", "Search"));
    let mut broken = vec![stream_head(), text(&half)];
    broken.push(Act::Reset);
    let rest = list(&[story("S-1", "export!"), story("S-2", "Filter")]);
    let server = HostileModel::start(vec![broken, says(&rest)]).await;
    let room = Room::with(&server).await;
    let failed = room.generate(GenerationMode::Fresh).await;
    assert_eq!((failed.state, failed.proposed), (GenerationState::Failed, 2));
    assert_eq!((failed.unusable.len(), failed.unusable[0].ordinal), (1, 2), "{:?}", failed.unusable);
    assert_eq!(room.titles().await, ["Export", "Search"]);

    let whole = room.generate(GenerationMode::Continue).await;
    assert_eq!((whole.state, whole.proposed), (GenerationState::Completed, 1), "{:?}", whole.failure);
    let mut titles = room.titles().await;
    titles.sort();
    assert_eq!(titles, ["Export", "Filter", "Search"], "what is there already is not proposed twice");
    let asked = server.requests()[1]["messages"][1]["content"].as_str().unwrap().to_owned();
    assert!(asked.contains("K-1: ") && asked.contains("(covers R-1, R-1.1)"), "{asked}");
    room.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_json_duplicates_and_scripts_harm_nobody() {
    let script = "<script>alert(1)</script>";
    let stories = [
        story("S-1", script),
        "{\"title\": }".to_owned(),
        story("S-2", "Export"),
        story("S-3", "EXPORT"),
        "{\"narrative\": \"nobody knows\"}".to_owned(),
    ];
    let server = HostileModel::start(vec![
        says(&format!("Sure!\n```json\n{}\n```\nDone.", list(&stories))),
        says(&list(&[story("S-9", "Mended"), "7".to_owned()])),
    ])
    .await;
    let room = Room::with(&server).await;
    let generation = room.generate(GenerationMode::Fresh).await;
    assert_eq!((generation.state, generation.proposed), (GenerationState::Completed, 3), "{:?}", generation.failure);
    let unusable: Vec<(u32, &str)> = generation.unusable.iter().map(|it| (it.ordinal, it.reason.as_str())).collect();
    assert_eq!(unusable, [(4, "it is no JSON object")]);
    let mut titles = room.titles().await;
    titles.sort();
    assert_eq!(titles, [script, "Export", "Mended"]);
    assert_eq!(server.requests().len(), 2, "one turn to mend, and no more");

    let row = &review_table::proposals_of(&room.log.pool, room.phase_id).await.unwrap()[0];
    let mut connection = room.log.pool.acquire().await.unwrap();
    let words = event_log::text(&mut connection, &row.content.outline.body.hash).await.unwrap().unwrap();
    let body = StoryBody::read(&words).unwrap();
    assert_eq!((body.criteria[0].then.as_str(), body.criteria[0].id.to_string().as_str()), ("c", "AC-1"));
    drop(connection);
    room.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_stories_arrive_and_depend_on_one_another() {
    let stories: Vec<String> = (0..500)
        .map(|n| format!("{{\"id\": \"S-{n}\", \"title\": \"Story {n}\", \"depends_on\": [\"S-{}\"]}}", (n + 1) % 500))
        .collect();
    let server = HostileModel::start(vec![says(&list(&stories))]).await;
    let room = Room::with(&server).await;
    let generation = room.generate(GenerationMode::Fresh).await;
    assert_eq!((generation.state, generation.proposed), (GenerationState::Completed, 500), "{:?}", generation.failure);
    let rows = review_table::proposals_of(&room.log.pool, room.phase_id).await.unwrap();
    let titles: Vec<&str> = rows.iter().map(|row| row.content.outline.title.as_str()).collect();
    assert_eq!((titles[0], titles[499]), ("Story 0", "Story 499"), "in the order they were written");
    assert_eq!(rows[0].content.depends_on, [rows[1].proposal_id], "also on one that was yet to come");
    room.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_without_schemas_is_asked_in_words_from_then_on() {
    let refuse = |what: &str| {
        answer(400, "Content-Type: application/json\r\n", &format!("{{\"error\": {{\"message\": \"{what}\"}}}}"))
    };
    let server = HostileModel::start(vec![
        refuse("response_format of type json_schema is not supported"),
        refuse("unknown field response_format"),
        says(&list(&[story("S-1", "One")])),
        says(&list(&[story("S-1", "Two")])),
    ])
    .await;
    let model = model(&server);
    let room = Room::open(Arc::new(model.clone())).await;
    assert_eq!(room.generate(GenerationMode::Fresh).await.state, GenerationState::Completed);
    assert_eq!(room.generate(GenerationMode::Continue).await.state, GenerationState::Completed);
    let kinds: Vec<String> = server.requests().iter().map(|body| body["response_format"]["type"].to_string()).collect();
    assert_eq!(kinds, ["\"json_schema\"", "\"json_object\"", "null", "null"]);
    assert_eq!(model.dropped_fields(), [OptionalField::JsonSchema, OptionalField::ResponseFormat]);
    room.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_can_stop_a_model_that_never_ends() {
    let begun = format!("{{\"stories\": [{}, ", story("S-1", "Export"));
    let server = HostileModel::start(vec![vec![stream_head(), text(&begun), Act::Stall]]).await;
    let room = Room::with(&server).await;
    let generation_id = room.start(GenerationMode::Fresh).await;
    eventually("the first story is there", || async { room.titles().await.len() == 1 }).await;
    let by = room.dana.clone();
    room.review(StoryReviewCommand::RequestStop(RequestStop { by, generation_id })).await;
    eventually("it stops", || async { room.latest().await.state == GenerationState::Stopped }).await;
    assert!(server.left_within(Duration::from_secs(10)).await, "the model is told to stop");
    assert_eq!(room.titles().await, ["Export"]);
    room.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_that_is_down_leaves_a_request_as_it_was_written() {
    let server = HostileModel::start(vec![answer(401, "", "no")]).await;
    let room = Room::with(&server).await;
    let story_id = StoryId(Uuid::now_v7());
    let request = StoryCommand::RequestStory(RequestStory {
        by: room.dana.clone(),
        story_id,
        project_id: room.project_id,
        phase_id: room.phase_id,
        number: 1,
        request: Text::salted("Sellers can download invoices", [1; 16]),
        salt: [2; 16],
    });
    room.log.commands.execute::<Story>(&story_id.to_string(), request, room.envelope()).await.unwrap();
    eventually("the refinement fails", || async {
        let story = room.story(story_id).await.unwrap();
        story.refinement.progress == RefinementProgress::Failed
    })
    .await;
    let story = room.story(story_id).await.unwrap();
    assert_eq!(story.content.outline.title, "Sellers can download invoices");
    let failure = room.log.count(
        "SELECT count(*) FROM events WHERE event_type = 'RefinementFailed' AND payload::text LIKE '%unauthorised%'",
    );
    assert_eq!(failure.await, 1, "and says why");
    room.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_model_stories_are_proposed_refined_and_enriched() {
    let room = Room::open(Arc::new(Guided::new(Duration::ZERO))).await;
    let generation = room.generate(GenerationMode::Fresh).await;
    assert_eq!(generation.state, GenerationState::Completed, "{:?}", generation.failure);
    assert_eq!(room.titles().await, ["Export their pay-outs"]);
    let proposal = review_table::proposals_of(&room.log.pool, room.phase_id).await.unwrap()[0].proposal_id;
    room.review(StoryReviewCommand::ApproveProposals(ApproveProposals {
        by: room.dana.clone(),
        project_id: room.project_id,
        phase_id: room.phase_id,
        proposals: vec![(proposal, Some(1))],
    }))
    .await;
    eventually("the story is enriched", || async {
        room.story(StoryId::of(proposal))
            .await
            .is_some_and(|story| story.enrichment.progress == EnrichmentProgress::Done)
    })
    .await;

    let story_id = StoryId(Uuid::now_v7());
    let request = StoryCommand::RequestStory(RequestStory {
        by: room.dana.clone(),
        story_id,
        project_id: room.project_id,
        phase_id: room.phase_id,
        number: 2,
        request: Text::salted("Sellers can download invoices", [1; 16]),
        salt: [2; 16],
    });
    room.log.commands.execute::<Story>(&story_id.to_string(), request, room.envelope()).await.unwrap();
    eventually("a refinement is proposed", || async {
        let story = room.story(story_id).await.unwrap();
        matches!(&story.refinement.progress, RefinementProgress::Proposed(content) if content.outline.criteria.len() >= 2)
    })
    .await;
    room.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_ends_its_generation_with_what_came() {
    let begun = format!("{{\"stories\": [{}, ", story("S-1", "Export"));
    let server = HostileModel::start(vec![vec![stream_head(), text(&begun), Act::Stall]]).await;
    let mut room = Room::with(&server).await;
    room.start(GenerationMode::Fresh).await;
    eventually("the first story is there", || async { room.titles().await.len() == 1 }).await;
    // The server stops: the generation ends with what came, and says why.
    room.worker.take().unwrap().drain().await;
    eventually("it has ended", || async { room.latest().await.state == GenerationState::Failed }).await;
    let failed = room.latest().await;
    assert_eq!((failed.failure, failed.proposed), (Some(ReplyFailure::ServerStopped), 1));
    assert_eq!(room.titles().await, ["Export"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_takes_over_from_the_dead_ends_the_generation_and_asks_nobody() {
    let server = HostileModel::start(vec![says(&list(&[story("S-1", "Never asked for")]))]).await;
    let mut room = Room::without_a_worker(Arc::new(model(&server))).await;
    let generation_id = room.start(GenerationMode::Fresh).await;
    room.review(StoryReviewCommand::AskGeneration(AskGeneration {
        generation_id,
        generated_by: GeneratedBy { adapter: Adapter::Openai, model: "m".to_owned() },
        prompt: PromptManifest { blocks: Vec::new(), cache_profile: "none".to_owned() },
    }))
    .await;
    room.work();
    eventually("it has ended", || async { room.latest().await.state == GenerationState::Failed }).await;
    assert_eq!(room.latest().await.failure, Some(ReplyFailure::ServerStopped));
    assert!(server.requests().is_empty() && room.titles().await.is_empty());
    room.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_without_a_story_fails_and_says_so() {
    let server = HostileModel::start(vec![says("I would rather talk about it."), says("Let us talk.")]).await;
    let room = Room::with(&server).await;
    let failed = room.generate(GenerationMode::Fresh).await;
    assert_eq!(failed.state, GenerationState::Failed);
    assert!(matches!(failed.failure, Some(ReplyFailure::Model { failure: ModelFailureKind::Undecodable, .. })));
    room.close().await;
}
