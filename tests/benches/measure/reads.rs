//! What a page costs: the board of a project's phases over HTTP, beside its SQL through the bare driver.

use std::time::Instant;

use konductro_domain::ids::ProjectId;
use konductro_projections::phase_board;
use uuid::Uuid;

use crate::bed::Bed;
use crate::connection::{Connection, get};
use crate::samples::Samples;
use crate::table::{Mark, Quantity, Table};

const PHASES: usize = 50;
const READS: usize = 200;

pub async fn measure(bed: &Bed, table: &mut Table) {
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
