//! `/readyz`: 200 only when every part can do its work.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use konductro_projections::health::Health;
use sqlx::PgPool;

use crate::routes::operations::{Readiness, ReadinessProbe};

const DATABASE_WITHIN: Duration = Duration::from_secs(2);
/// Reading the log after a long absence may take longer; by then people want to see something.
const READY_WITHIN: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(10);

pub(super) struct Parts {
    pub(super) pool: PgPool,
    pub(super) health: Health,
}

/// Returns once every part is ready. A server that stays unready serves all the same, and is told so.
pub(super) async fn ready(probe: &dyn ReadinessProbe) {
    let patience = Instant::now();
    let mut readiness = probe.readiness().await;
    while !readiness.is_ready() && patience.elapsed() < READY_WITHIN {
        tokio::time::sleep(LOOK_AGAIN).await;
        readiness = probe.readiness().await;
    }
    if !readiness.is_ready() {
        tracing::warn!("not everything is ready yet; GET /readyz says what is missing");
    }
}

#[async_trait]
impl ReadinessProbe for Parts {
    async fn readiness(&self) -> Readiness {
        let asked = tokio::time::timeout(DATABASE_WITHIN, sqlx::query("SELECT 1").execute(&self.pool)).await;
        let database = match asked {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => Err("the database does not answer".to_owned()),
            Err(_) => Err(format!("the database did not answer within {} s", DATABASE_WITHIN.as_secs())),
        };
        let runners = self.health.all();
        runners.into_iter().fold(Readiness::default().with("database", database), |readiness, (name, state)| {
            readiness.with(name, if state.is_ready() { Ok(()) } else { Err(state) })
        })
    }
}
