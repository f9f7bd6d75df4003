//! The read models against a real PostgreSQL: what one project's log folds into, that it is the same however
//! the log is cut into pages, and what the API then shows.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a failed expectation is a failed test"
)]

#[path = "read_models/journal.rs"]
mod journal;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use konductro_api::embedded_postgres::{EmbeddedOptions, EmbeddedPostgres};
use konductro_api::event_store::database;
use konductro_api::http::Paging;
use konductro_api::views;
use konductro_domain::phase::{GateState, Phase};
use konductro_domain::role::Role;
use konductro_domain::stage::Stage;
use konductro_domain::story::StoryStatus;
use konductro_domain::story::content::StoryType;
use konductro_domain::story_review::Standing;
use konductro_projections::backlog::{
    self, BacklogFilter, BacklogOrder, BacklogPlace, EnrichmentState, RefinementState,
};
use konductro_projections::conversation_view::{self, DocumentOutcome, TurnState};
use konductro_projections::fold::fold;
use konductro_projections::phase_board::{self, WaitsFor};
use konductro_projections::review_table::{self, GenerationState, ProposalStep};
use konductro_projections::{READ_MODELS, artefact_versions, history, project_list};
use serde_json::Value;
use sqlx::PgPool;

use journal::{Journal, architect, developer, proposal, sdm};

struct Database {
    folder: PathBuf,
    postgres: Option<EmbeddedPostgres>,
    pool: PgPool,
}

impl Database {
    async fn start(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("reads-{name}-{}", std::process::id()));
        fs::DirBuilder::new().recursive(true).mode(0o755).create(&folder).unwrap();
        let bin = std::env::var_os("KONDUCTRO_PG_BIN").map(PathBuf::from);
        let options = EmbeddedOptions { bin, ..EmbeddedOptions::in_folder(folder.join("data")) };
        let postgres = EmbeddedPostgres::start(&options).await.unwrap();
        database::migrate(&postgres.connect_options()).await.unwrap();
        let pool = database::connect(postgres.connect_options(), 4).await.unwrap();
        Self { folder, postgres: Some(postgres), pool }
    }

    async fn stop(mut self) {
        self.pool.close().await;
        self.postgres.take().unwrap().stop().await.unwrap();
        fs::remove_dir_all(&self.folder).unwrap();
    }

    /// Folds the journal from nothing, in pages of a size.
    async fn fold(&self, journal: &Journal, page: usize) {
        for table in READ_MODELS.iter().flat_map(|model| model.tables) {
            sqlx::query(&format!("delete from {table}")).execute(&self.pool).await.unwrap();
        }
        for events in journal.events.chunks(page) {
            let mut tx = self.pool.begin().await.unwrap();
            let writes = fold(&mut tx, READ_MODELS, events).await.unwrap_or_else(|unfolded| panic!("{unfolded:?}"));
            writes.run(&mut tx).await.unwrap();
            tx.commit().await.unwrap();
        }
    }

    async fn tables(&self) -> Vec<(String, Value)> {
        let mut all = Vec::new();
        for table in READ_MODELS.iter().flat_map(|model| model.tables) {
            let rows =
                format!("select coalesce(jsonb_agg(to_jsonb(t) order by to_jsonb(t)::text), '[]') from {table} t");
            all.push(((*table).to_owned(), sqlx::query_scalar(&rows).fetch_one(&self.pool).await.unwrap()));
        }
        all
    }
}

#[tokio::test]
async fn every_way_of_cutting_the_log_into_pages_gives_the_same_tables() {
    let database = Database::start("pages").await;
    let journal = Journal::of_a_phase_planned_approved_and_reopened();
    journal.keep_texts(&database.pool).await;
    database.fold(&journal, 500).await;
    let whole = database.tables().await;
    assert!(whole.iter().all(|(table, rows)| !rows.as_array().unwrap().is_empty() || table.is_empty()), "{whole:?}");
    for page in [1, 2, 3, 7] {
        database.fold(&journal, page).await;
        for ((table, expected), (_, found)) in whole.iter().zip(database.tables().await) {
            assert_eq!(expected, &found, "{table} in pages of {page}");
        }
    }
    database.stop().await;
}

#[tokio::test]
async fn the_tables_say_what_happened() {
    let database = Database::start("facts").await;
    let pool = &database.pool;
    let journal = Journal::of_a_phase_planned_approved_and_reopened();
    journal.keep_texts(pool).await;
    database.fold(&journal, 500).await;
    the_project_list_is_right(pool, &journal).await;
    the_board_agrees_with_the_domain(pool, &journal).await;
    versions_approvals_and_requests_are_there(pool, &journal).await;
    the_conversation_can_be_read(pool, &journal).await;
    the_history_is_whole(pool, &journal).await;
    the_review_is_right(pool, &journal).await;
    the_backlog_lists_and_filters(pool, &journal).await;
    the_stories_are_whole(pool, &journal).await;
    database.stop().await;
}

async fn the_project_list_is_right(pool: &PgPool, journal: &Journal) {
    let page = project_list::page_of(pool, journal.project_id).await.unwrap().unwrap();
    assert_eq!(page.project.key, "PAY");
    assert_eq!(page.project.name, "Pay\u{fffd}ments", "a NUL in a name stops nothing");
    assert_eq!(page.context.as_deref(), Some("Sellers get their share."));
    assert_eq!(page.members.len(), 3);
    assert_eq!(page.repositories.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["ledger"]);
    let mine = project_list::memberships_of(pool, sdm()).await.unwrap();
    assert_eq!(mine[0].roles, [Role::Sdm].into());
    assert!(project_list::roles_of(pool, journal.project_id, journal::stranger()).await.unwrap().is_empty());
    assert_eq!(project_list::project_with_key(pool, "PAY").await.unwrap(), Some(journal.project_id));
    assert_eq!(project_list::summaries(pool, sdm(), Some("PAY"), 10).await.unwrap(), []);
    assert_eq!(project_list::summaries(pool, sdm(), None, 10).await.unwrap().len(), 1);
}

async fn the_board_agrees_with_the_domain(pool: &PgPool, journal: &Journal) {
    let board = phase_board::phase(pool, journal.phase_id).await.unwrap().unwrap();
    let Phase::Opened(phase) = &journal.phase else { panic!("the phase was opened") };
    for row in &board.stages {
        assert_eq!(row.state, phase.gate(row.stage).state(), "{}", row.stage);
    }
    assert_eq!(board.phase.status, phase.status);
    assert_eq!(board.stages.len(), 4);
    // Requirements was reopened: its version waits, and what stood on it is stale.
    assert_eq!(board.stages[0].state, GateState::InReview);
    assert_eq!(board.stages[1].state, GateState::Stale);
    assert_eq!(
        (board.phase.waiting_stage, board.phase.waits_for),
        (Some(Stage::Requirements), Some(WaitsFor::Approval))
    );
    let tallies = phase_board::tallies(pool, &[journal.project_id], sdm()).await.unwrap();
    assert_eq!((tallies[0].planning, tallies[0].waiting_for_me), (1, 1));
    let tallies = phase_board::tallies(pool, &[journal.project_id], developer()).await.unwrap();
    assert_eq!(tallies[0].waiting_for_me, 0);
    assert_eq!(phase_board::phases_of(pool, journal.project_id, None, 10).await.unwrap(), [board]);
    assert!(phase_board::phases_of(pool, journal.project_id, Some(1), 10).await.unwrap().is_empty());
    assert_eq!(phase_board::highest_number(pool, journal.project_id).await.unwrap(), 1);
}

async fn versions_approvals_and_requests_are_there(pool: &PgPool, journal: &Journal) {
    let (phase, stage) = (journal.phase_id, Stage::Requirements);
    let versions = artefact_versions::versions(pool, phase, stage).await.unwrap();
    assert_eq!(versions.iter().map(|row| row.version).collect::<Vec<_>>(), [2, 1]);
    let latest = artefact_versions::latest(pool, phase, stage).await.unwrap().unwrap();
    assert_eq!(latest.markdown.as_deref(), Some(journal::SECOND_DRAFT));
    let first = artefact_versions::version(pool, phase, stage, 1).await.unwrap().unwrap();
    assert_eq!(first.markdown.as_deref(), Some(journal::FIRST_DRAFT));
    assert_eq!(first.row.turn_id, Some(journal.turn_id));
    assert!(artefact_versions::version(pool, phase, stage, 9).await.unwrap().is_none());
    let approvals = artefact_versions::approvals(pool, phase).await.unwrap();
    assert_eq!(approvals[0].note.as_deref(), Some("Good."));
    assert_eq!(approvals[0].row.standing, artefact_versions::ApprovalStanding::Superseded);
    let requests = artefact_versions::change_requests(pool, phase).await.unwrap();
    assert_eq!(requests[0].reason.as_deref(), Some("Say what happens to refunds."));
    assert_eq!(requests[0].row.state, artefact_versions::ChangeRequestState::Cleared);
}

async fn the_conversation_can_be_read(pool: &PgPool, journal: &Journal) {
    let (phase, stage) = (journal.phase_id, Stage::Requirements);
    let turns = conversation_view::page_of(pool, phase, stage, None, 10).await.unwrap();
    assert_eq!(turns.len(), 2);
    assert_eq!(turns[0].message.as_deref(), Some("Split settlement, please."));
    assert_eq!(turns[0].reply.as_deref(), Some(journal::REPLY));
    assert_eq!(turns[0].row.state, TurnState::Completed);
    assert_eq!(turns[0].row.documents[0].outcome, Some(DocumentOutcome::Saved { version: 1 }));
    assert_eq!(turns[1].row.state, TurnState::Queued);
    assert_eq!(turns[1].row.attempt, 2, "a retry begins the turn again");
    assert_eq!(conversation_view::page_of(pool, phase, stage, Some(turns[1].row.position), 10).await.unwrap().len(), 1);
    let live = conversation_view::live_turn(pool, phase, stage).await.unwrap().unwrap();
    assert_eq!((live.turn_id, live.state), (turns[1].row.turn_id, TurnState::Queued));
    assert!(conversation_view::live_turn(pool, phase, Stage::Architecture).await.unwrap().is_none());
    let finished = conversation_view::finished_turns(pool, phase, stage).await.unwrap();
    assert_eq!(finished.len(), 1);
    assert_eq!(finished[0].sent.as_deref(), Some(journal::SENT));
    let given = conversation_view::prompt_of(pool, phase, stage, journal.turn_id).await.unwrap().unwrap();
    assert_eq!(given.blocks[0].text.as_deref(), Some(journal::SENT));
    assert_eq!(conversation_view::turn(pool, journal.turn_id).await.unwrap().unwrap(), turns[0]);
}

async fn the_history_is_whole(pool: &PgPool, journal: &Journal) {
    let expected = journal.events.iter().filter(|event| event.stream.aggregate_type != "project").count();
    let rows = history::of_phase(pool, journal.phase_id, &history::Wanted::default(), 0, 1000).await.unwrap();
    assert_eq!(rows.len(), expected);
    assert_eq!(rows[0].payload, journal.events.iter().find(|event| event.position == rows[0].position).unwrap().event);
    let reason = history::reason_of_reopening(pool, journal.phase_id, Stage::Requirements).await.unwrap();
    assert_eq!(reason.as_deref(), Some("Refunds were forgotten."));
}

async fn the_review_is_right(pool: &PgPool, journal: &Journal) {
    let rows = review_table::proposals_of(pool, journal.phase_id).await.unwrap();
    let standing: Vec<_> = rows.iter().map(|row| (row.proposal_id, row.standing)).collect();
    // What a split made stands where its source stood.
    let expected = [
        (proposal(0), Standing::Split),
        (proposal(10), Standing::Approved),
        (proposal(11), Standing::Proposed),
        (proposal(1), Standing::Proposed),
        (proposal(12), Standing::Withdrawn),
        (proposal(2), Standing::Proposed),
        (proposal(3), Standing::Rejected),
    ];
    assert_eq!(standing, expected);
    assert_eq!(rows[0].split_into, [proposal(10), proposal(11)]);
    assert_eq!((rows[0].edited_by.as_slice(), rows[0].version), ([sdm()].as_slice(), 2));
    assert_eq!((rows[3].version, rows[3].merged_into), (2, None), "an undone merge leaves nothing");
    assert_eq!(rows[6].rejection.as_ref().unwrap().by, sdm());
    let counts = review_table::counts(pool, journal.phase_id).await.unwrap();
    assert_eq!((counts.proposed, counts.approved, counts.rejected), (3, 1, 1));
    let generation = review_table::latest_generation(pool, journal.phase_id).await.unwrap().unwrap();
    assert_eq!((generation.state, generation.proposed, generation.unusable.len()), (GenerationState::Completed, 4, 1));
    assert_eq!(review_table::generations(pool, &[journal::GENERATION]).await.unwrap(), [generation]);
    let line = review_table::ancestry(pool, proposal(10)).await.unwrap();
    assert_eq!(line.iter().map(|row| row.proposal_id).collect::<Vec<_>>(), [proposal(0), proposal(10)]);
    assert_eq!(line[0].trail.last().unwrap().step, ProposalStep::Split { parts: 2 });
    let some = review_table::proposals_by_id(pool, journal.phase_id, &[proposal(3), proposal(11)]).await.unwrap();
    assert_eq!(some.len(), 2);
}

async fn the_backlog_lists_and_filters(pool: &PgPool, journal: &Journal) {
    let project = journal.project_id;
    let orders = [
        (BacklogOrder::Key, [1, 2]),
        (BacklogOrder::KeyDescending, [2, 1]),
        (BacklogOrder::Title, [1, 2]),
        (BacklogOrder::Updated, [2, 1]),
        (BacklogOrder::Complexity, [2, 1]),
    ];
    let all = BacklogFilter::default();
    for (order, expected) in orders {
        let first = backlog::page_of(pool, project, &all, order, None, 1).await.unwrap();
        let place = BacklogPlace::from(&first[0]);
        let second = backlog::page_of(pool, project, &all, order, Some(&place), 9).await.unwrap();
        assert_eq!([first[0].number, second[0].number], expected, "{order:?}");
        assert_eq!(second.len(), 1);
    }
    let stale_bases = vec![backlog::bases_of(pool, project).await.unwrap()[0].basis.clone()];
    assert!(backlog::basis_of(pool, &stale_bases[0]).await.unwrap().is_some());
    let with = |text: &str| BacklogFilter { text: Some(text.into()), ..BacklogFilter::default() };
    let filters = [
        (with("PAY-2"), vec![2]),
        (with("ad-1"), vec![1, 2]),
        (with("_"), vec![]),
        (with("FEES"), vec![2]),
        (BacklogFilter { phase: Some(journal.phase_id), ..all.clone() }, vec![1, 2]),
        (BacklogFilter { status: Some(StoryStatus::Closed), ..all.clone() }, vec![2]),
        (BacklogFilter { story_type: Some(StoryType::Bug), ..all.clone() }, vec![]),
        (BacklogFilter { enriched: Some(true), ..all.clone() }, vec![1]),
        (BacklogFilter { stale: Some(true), stale_bases: stale_bases.clone(), ..all.clone() }, vec![1]),
        (BacklogFilter { stale: Some(false), stale_bases, ..all.clone() }, vec![2]),
    ];
    for (filter, expected) in filters {
        let rows = backlog::page_of(pool, project, &filter, BacklogOrder::Key, None, 9).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), expected, "{filter:?}");
        let total = backlog::count(pool, project, &filter).await.unwrap();
        assert_eq!(usize::try_from(total).unwrap(), expected.len());
    }
}

async fn the_stories_are_whole(pool: &PgPool, journal: &Journal) {
    let all = BacklogFilter::default();
    let rows = backlog::page_of(pool, journal.project_id, &all, BacklogOrder::Key, None, 9).await.unwrap();
    let whole = backlog::whole(pool, &rows).await.unwrap();
    assert_eq!(whole[0].details.enrichment.state, EnrichmentState::Done);
    assert_eq!(whole[0].details.enrichment.files_left_out, 2);
    assert_eq!(whole[1].details.refinement.state, RefinementState::Accepted);
    assert_eq!(whole[1].details.refinement.before.as_ref().unwrap().outline.title, "100% of_fees shown");
    assert_eq!(whole[1].row.title, "Show all fees");
    assert_eq!(whole[1].details.enrichment.state, EnrichmentState::Failed);
    assert!(whole[1].details.closing.is_some() && !whole[1].row.enriched);
    let story = whole[0].row.story_id;
    assert_eq!(backlog::story(pool, story).await.unwrap().as_ref(), Some(&whole[0]));
    assert_eq!(backlog::named(pool, &[story]).await.unwrap()[0].number, 1);
    let became = backlog::became(pool, journal.phase_id).await.unwrap();
    assert_eq!((became.len(), became[0].proposal_id, became[0].number, became[0].enriched), (1, proposal(10), 1, true));
    assert_eq!(backlog::present(pool, &[story]).await.unwrap(), 1);
    assert_eq!(backlog::of_phase(pool, journal.phase_id).await.unwrap(), 2);
    assert_eq!(backlog::project_of(pool, story).await.unwrap(), Some(journal.project_id));
}

#[tokio::test]
async fn the_api_shows_names_gates_and_permissions() {
    let database = Database::start("views").await;
    let pool = &database.pool;
    let journal = Journal::of_a_phase_planned_approved_and_reopened();
    journal.keep_texts(pool).await;
    journal.keep_opening(pool).await;
    journal::register_people(pool).await;
    database.fold(&journal, 500).await;

    let phase = views::phase::phase(pool, journal.reader(sdm(), Role::Sdm), &BTreeMap::new()).await.unwrap();
    let phase = serde_json::to_value(&phase).unwrap();
    assert_eq!(phase["project_key"], "PAY");
    assert_eq!(phase["brief"], "sellers get their share");
    assert_eq!(phase["opened_by"]["name"], "Dana");
    let requirements = &phase["stages"][0];
    assert_eq!(requirements["gate"]["kind"], "in_review");
    assert_eq!(requirements["gate"]["cycle"], 2);
    assert!(requirements["may"].as_array().unwrap().contains(&"approve_artefact".into()), "{requirements}");
    assert_eq!(requirements["effect"], "Approving unlocks Technical analysis.");
    let analysis = &phase["stages"][1];
    assert_eq!(analysis["gate"]["kind"], "stale");
    assert_eq!(analysis["gate"]["cause"]["reason"], "Refunds were forgotten.");
    assert_eq!(analysis["gate"]["approvals"][0]["counts"], false);
    assert_eq!(analysis["blocked_by"][0]["stage"], "requirements");

    let phase =
        views::phase::phase(pool, journal.reader(developer(), Role::Developer), &BTreeMap::new()).await.unwrap();
    let refused = serde_json::to_value(&phase.stages[0].may_not).unwrap();
    assert!(refused.to_string().contains("This needs the role SDM in the project."), "{refused}");

    let reader = journal.reader(sdm(), Role::Sdm);
    let lines = views::board::summaries(pool, reader.person, journal.project_id, first_page()).await.unwrap();
    assert_eq!(lines.items[0].waiting_for.as_deref(), Some("SDM to approve Requirements v2"));
    assert!(lines.items[0].waiting_for_me);
    let artefact = views::artefact::artefact(pool, reader, Stage::Requirements, &[]).await.unwrap();
    assert_eq!(artefact.latest.as_ref().unwrap().markdown, journal::SECOND_DRAFT);
    assert_eq!(artefact.change_requests.len(), 1);
    let from = views::artefact::version(pool, journal.phase_id, Stage::Requirements, 1).await.unwrap().unwrap();
    assert!(views::diff::diff(&from, artefact.latest.as_ref().unwrap()).added_words > 0);
    assert_eq!(views::artefact::versions(pool, journal.phase_id, Stage::Requirements).await.unwrap().len(), 2);

    let page = views::conversation::messages(pool, journal.phase_id, Stage::Requirements, first_page()).await.unwrap();
    let page = serde_json::to_value(&page).unwrap();
    assert_eq!(page["items"][0]["author"]["name"], "Dana");
    assert_eq!(page["items"][1]["documents"][0]["state"], "saved");
    assert_eq!(page["items"][1]["parts"][1]["kind"], "document");
    assert_eq!(page["live_turn"]["state"], "queued");
    let context = views::conversation::turn_context(pool, journal.phase_id, Stage::Requirements, journal.turn_id);
    assert_eq!(context.await.unwrap().unwrap().blocks[0].kind, "message");

    let project = views::project::project(pool, journal.project_id, architect()).await.unwrap().unwrap();
    assert_eq!(project.members[0].email, "dana@example.com");
    assert!(views::project::project(pool, journal.project_id, journal::stranger()).await.unwrap().is_none());
    let projects = views::project::summaries(pool, sdm(), first_page()).await.unwrap();
    assert_eq!(projects.items[0].phases.planning, 1);
    let text = views::project::context_text(pool, journal.project_id).await.unwrap().unwrap();
    assert_eq!(text.body(), "Sellers get their share.");

    let history = views::history::of_phase(pool, journal.phase_id, &history::Wanted::default(), 0, 3).await.unwrap();
    assert_eq!(history.items[0].summary, "Dana opened phase 1: Split settlement.");
    assert!(history.next_cursor.is_some());
    database.stop().await;
}

fn first_page<K: serde::de::DeserializeOwned>() -> Paging<K> {
    Paging::read(Some(50), None).unwrap()
}
