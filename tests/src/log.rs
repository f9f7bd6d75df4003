//! The log's machinery on a test's own database: commands, sealer, subscription.

use std::sync::Arc;
use std::time::Duration;

use konductro_api::commands::Commands;
use konductro_api::event_store::Sealer;
use konductro_domain::actor::Person;
use konductro_domain::ids::ProjectId;
use konductro_domain::project::Project;
use konductro_domain::role::Role;
use konductro_projections::READ_MODELS;
use konductro_projections::changes::{Changes, Visibility};
use konductro_projections::health::Health;
use konductro_projections::subscription::{Setting, Subscription};
use sqlx::{PgConnection, PgPool};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::database::TestDatabase;
use crate::people::{envelope, new_project, person};

/// What one process of the product runs around the log.
pub struct Log {
    /// In the application's role.
    pub pool: PgPool,
    /// The way in.
    pub commands: Commands,
    /// Folded pages.
    pub changes: Changes,
    /// How far read models are.
    pub visibility: Visibility,
    /// How runners are doing.
    pub health: Health,
    /// Wakes the sealer.
    pub appended: Arc<Notify>,
    /// The sealer, until a test takes it away.
    pub sealer: Option<Sealer>,
    /// The subscription, until a test takes it away.
    pub subscription: Option<Subscription>,
}

impl Log {
    /// Everything, as the product runs it.
    pub async fn start(database: &TestDatabase) -> Self {
        let mut log = Self::without_runners(database).await;
        let sealer = Sealer::start(&log.pool, Arc::clone(&log.appended), log.health.clone()).await.unwrap();
        log.subscription = Some(Subscription::start("read_models", READ_MODELS, log.setting(&sealer)));
        log.sealer = Some(sealer);
        log
    }

    /// Commands, and nobody who seals or folds.
    pub async fn without_runners(database: &TestDatabase) -> Self {
        let pool = database.pool().await;
        let (visibility, appended) = (Visibility::default(), Arc::new(Notify::new()));
        let commands = Commands::new(pool.clone(), visibility.clone(), Arc::clone(&appended));
        let (changes, health) = (Changes::default(), Health::default());
        Self { pool, commands, changes, visibility, health, appended, sealer: None, subscription: None }
    }

    /// What a subscription of this process works with.
    pub fn setting(&self, sealer: &Sealer) -> Setting {
        Setting {
            pool: self.pool.clone(),
            sealed: sealer.sealed(),
            changes: self.changes.clone(),
            visibility: self.visibility.clone(),
            health: self.health.clone(),
        }
    }

    /// A project of this person.
    pub async fn project(&self, creator: &Person, key: &str) -> ProjectId {
        let (id, command) = new_project(creator, key);
        self.commands.execute::<Project>(&id.to_string(), command, envelope(creator)).await.unwrap();
        id
    }

    /// The stream of one of several projects of this person.
    pub async fn project_of(&self, creator: &Person, number: u32) -> String {
        self.project(creator, &format!("P{number}")).await.to_string()
    }

    /// A number from the database.
    pub async fn count(&self, query: &str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&self.pool).await.unwrap()
    }
}

/// A database, the log on it as the product runs it, and an SDM who writes to it.
pub async fn log_of_an_sdm() -> (TestDatabase, Log, Person) {
    let database = TestDatabase::new().await;
    let log = Log::start(&database).await;
    (database, log, person(&[Role::Sdm]))
}

/// Waits until a condition holds; fails, and says what was waited for, when it never does.
pub async fn eventually<F: Future<Output = bool>>(what: &str, condition: impl Fn() -> F) {
    for _ in 0..1_500 {
        if condition().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{what}: it did not come to that within 30 seconds");
}

/// Adds an event by hand, in whatever transaction the connection is in: a stand-in for a slow writer.
pub async fn add_event(connection: &mut PgConnection, stream: &str, sequence: i64, payload: &str) {
    let (event_id, hash) = (Uuid::now_v7(), vec![7_u8; 32]);
    let metadata = format!(r#"{{"actor":"system","correlation":"{event_id}"}}"#);
    sqlx::query(
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_id, event_type, event_version, payload,
                             metadata, recorded_at, prev_hash, leaf_hash)
         VALUES ('workspace', $1, $2, $3, 'UserCreated', '1', $4::json, $5::json, now(), $6, $6)",
    )
    .bind(stream)
    .bind(sequence)
    .bind(event_id)
    .bind(payload)
    .bind(metadata)
    .bind(&hash)
    .execute(&mut *connection)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO unsealed (aggregate_type, aggregate_id, sequence, event_id, leaf_hash)
         VALUES ('workspace', $1, $2, $3, $4)",
    )
    .bind(stream)
    .bind(sequence)
    .bind(event_id)
    .bind(&hash)
    .execute(connection)
    .await
    .unwrap();
}

/// A payload that every version reads.
pub fn user_created() -> String {
    format!(r#"{{"type":"UserCreated","user_id":"{}"}}"#, Uuid::now_v7())
}
