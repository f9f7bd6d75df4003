//! What a page costs over HTTP, beside its SQL through the bare driver: the board of a project's phases, the first
//! page and a text filter of a backlog of 10,000 stories; and what it costs to replay a phase of 100,000 events.

use std::time::Instant;

use konductro_domain::ids::ProjectId;
use konductro_projections::backlog::{self, BacklogFilter, BacklogOrder};
use konductro_projections::phase_board;
use konductro_tests::long_phase::add_turns;
use sqlx::Executor as _;
use uuid::Uuid;

use crate::bed::Bed;
use crate::connection::{Connection, get};
use crate::samples::Samples;
use crate::table::{Mark, Quantity, Table};

const PHASES: usize = 50;
const READS: usize = 200;

/// Three events each.
const TURNS: usize = 33_334;

const STORIES: usize = 10_000;
/// One story in a hundred says so in its title.
const FILTER: &str = "refund";

pub async fn measure(bed: &Bed, table: &mut Table) {
    board(bed, table).await;
    backlog(bed, table).await;
    replay(bed, table).await;
}

async fn board(bed: &Bed, table: &mut Table) {
    let project = bed.sdm.create_project("BOARD").await;
    for number in 0..PHASES {
        bed.sdm.open_phase(&project, &format!("Phase {number}")).await;
    }
    let pool = bed.database.pool().await;
    let id = project.parse::<Uuid>().map(ProjectId).unwrap();
    let request = get(bed.address(), &format!("/api/v1/projects/{project}/phases?limit=50"), bed.sdm.cookie());
    let mut connection = Connection::open(bed.address()).await;
    let (mut page, mut rows) = (Samples::default(), Samples::default());
    for _ in 0..READS {
        let asked = Instant::now();
        connection.ask(&request, 200).await;
        page.add(asked.elapsed());
        let asked = Instant::now();
        phase_board::phases_of(&pool, id, None, 50).await.unwrap();
        rows.add(asked.elapsed());
    }
    let bare = |seconds| ("its SQL through the driver", Quantity::ms(seconds));
    let what = format!("board of {PHASES} phases over HTTP");
    table.compare(format!("{what}, p50"), Quantity::ms(page.p50()), bare(rows.p50()), Mark::None);
    table.compare(format!("{what}, p99"), Quantity::ms(page.p99()), bare(rows.p99()), Mark::None);
}

async fn backlog(bed: &Bed, table: &mut Table) {
    let project = bed.sdm.create_project("BACKLOG").await;
    let phase = bed.sdm.open_phase(&project, "Whose stories they are").await;
    bed.database.owner().await.execute(stories_of(&project, &phase).as_str()).await.unwrap();
    let pool = bed.database.pool().await;
    let id = project.parse::<Uuid>().map(ProjectId).unwrap();
    let mut connection = Connection::open(bed.address()).await;
    let reads = [("first page", "", None), ("filtered by text", "&text=refund", Some(FILTER.to_owned()))];
    for (what, query, text) in reads {
        let path = format!("/api/v1/projects/{project}/backlog?limit=50{query}");
        let request = get(bed.address(), &path, bed.sdm.cookie());
        let filter = BacklogFilter { text, ..BacklogFilter::default() };
        let (mut page, mut rows) = (Samples::default(), Samples::default());
        for _ in 0..READS {
            let asked = Instant::now();
            connection.ask(&request, 200).await;
            page.add(asked.elapsed());
            let asked = Instant::now();
            backlog::page_of(&pool, id, &filter, BacklogOrder::Key, None, 51).await.unwrap();
            backlog::count(&pool, id, &filter).await.unwrap();
            rows.add(asked.elapsed());
        }
        let bare = |seconds| ("its SQL through the driver", Quantity::ms(seconds));
        let what = format!("backlog of {STORIES} stories over HTTP, {what}");
        table.compare(format!("{what}, p50"), Quantity::ms(page.p50()), bare(rows.p50()), Mark::None);
        table.compare(format!("{what}, p99"), Quantity::ms(page.p99()), bare(rows.p99()), Mark::None);
    }
}

/// The first look at a phase of 100,000 events, and steps to all over it from then on.
async fn replay(bed: &Bed, table: &mut Table) {
    let project = bed.sdm.create_project("REPLAY").await;
    let phase = bed.sdm.open_phase(&project, "A long one").await;
    let (user, mut owner) = (&bed.sdm.user_id, bed.database.owner().await);
    let last = add_turns(&mut owner, &project, &phase, user, TURNS).await;
    let at =
        |position: i64| get(bed.address(), &format!("/api/v1/phases/{phase}/history/{position}"), bed.sdm.cookie());
    let mut connection = Connection::open(bed.address()).await;
    let asked = Instant::now();
    connection.ask(&at(last), 200).await;
    table.under(
        format!("replay of {} events, first state", TURNS * 3),
        Quantity::ms(asked.elapsed().as_secs_f64()),
        1_000.0,
    );
    let mut steps = Samples::default();
    for step in 0..READS {
        let position = last - i64::try_from(step * TURNS * 3 / READS).unwrap();
        let asked = Instant::now();
        connection.ask(&at(position), 200).await;
        steps.add(asked.elapsed());
    }
    table.note("replay, step to anywhere in it, p50", Quantity::ms(steps.p50()));
    table.note("replay, step to anywhere in it, p99", Quantity::ms(steps.p99()));
}

/// Rows as the fold writes them; only reading them is measured.
fn stories_of(project: &str, phase: &str) -> String {
    format!(
        "INSERT INTO backlog_stories (story_id, project_id, phase_id, number, title, title_key, search, story_type,
                complexity, status, enriched, refinement_state, enrichment_state, requirement_ids, created_at,
                updated_at, version)
         SELECT gen_random_uuid(), '{project}', '{phase}', n, title, lower(title), lower(title) || ' r-' || n % 40,
                (ARRAY['feature', 'enabler', 'bug', 'spike'])[1 + n % 4], (ARRAY[1, 2, 3, 5, 8, 13])[1 + n % 6],
                CASE WHEN n % 3 = 0 THEN 'closed' ELSE 'open' END, n % 2 = 0, 'none', 'none', ARRAY['R-' || n % 40],
                now(), now() - n * interval '1 minute', 1
           FROM (SELECT n, CASE WHEN n % 100 = 0 THEN 'Settle a {FILTER} against the next share, case ' || n
                                ELSE 'Pay a seller on the next working day, case ' || n END AS title
                   FROM generate_series(1, {STORIES}) AS n) AS numbered;
         ANALYZE backlog_stories"
    )
}
