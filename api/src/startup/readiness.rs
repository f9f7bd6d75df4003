//! `/readyz`: 200 only when every part can do its work.

use std::time::Duration;

use async_trait::async_trait;
use konductro_projections::health::Health;
use sqlx::PgPool;

use crate::routes::operations::{Readiness, ReadinessProbe};

const DATABASE_WITHIN: Duration = Duration::from_secs(2);

pub(super) struct Parts {
    pub(super) pool: PgPool,
    pub(super) health: Health,
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
