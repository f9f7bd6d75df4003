//! The running server: the log and its runners, the rooms on top of them, HTTP in front.

use std::convert::Infallible;
use std::future::Future;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use konductro_projections::READ_MODELS;
use konductro_projections::changes::{Changes, Visibility};
use konductro_projections::health::Health;
use konductro_projections::subscription::{Setting, Subscription};
use sqlx::PgPool;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::conductor::{conductor, described};
use super::database::Database;
use super::error::StartupError;
use super::readiness::{Parts, ready};
use super::web_server::{self, Shared};
use super::welcome::welcome;
use crate::audit::{AuditKey, HeadSigner};
use crate::checker::Checker;
use crate::commands::Commands;
use crate::config::Config;
use crate::demo;
use crate::event_store::Sealer;
use crate::http::Site;
use crate::identity::Identity;
use crate::live::{Access, Doors, Hub, Worker, announce, follow_session_ends, watch_sessions};
use crate::policies::Policies;
use crate::replay::Replays;
use crate::routes::me::ConductorInfo;
use crate::routes::operations::ReadinessProbe;
use crate::state::{AppState, Audit};

/// The runner that folds what gates and pages need.
pub(super) const READ_MODELS_RUNNER: &str = "read_models";
/// How often sessions that ran out are swept.
const SWEEP_EVERY: Duration = Duration::from_secs(3600);

/// The log and everything that follows it.
pub(super) struct Log {
    pub(super) pool: PgPool,
    pub(super) commands: Commands,
    visibility: Visibility,
    changes: Changes,
    health: Health,
    // In the order they stop: who signs, who reacts, who folds, who seals.
    signer: Option<HeadSigner>,
    _policies: Policies,
    _read_models: Subscription,
    sealer: Sealer,
}

impl Log {
    /// Seals what an earlier run left, then starts to fold and react. Writes are accepted from here on.
    pub(super) async fn start(pool: PgPool) -> Result<Self, StartupError> {
        let (health, changes, visibility) = (Health::default(), Changes::default(), Visibility::default());
        let appended = Arc::new(Notify::new());
        let sealer = Sealer::start(&pool, Arc::clone(&appended), health.clone()).await?;
        let setting = Setting {
            pool: pool.clone(),
            sealed: sealer.sealed(),
            changes: changes.clone(),
            visibility: visibility.clone(),
            health: health.clone(),
        };
        let read_models = Subscription::start(READ_MODELS_RUNNER, READ_MODELS, setting);
        let commands = Commands::new(pool.clone(), visibility.clone(), appended);
        let policies = Policies::start(pool.clone(), commands.clone(), sealer.sealed(), health.clone());
        Ok(Self {
            pool,
            commands,
            visibility,
            changes,
            health,
            _policies: policies,
            _read_models: read_models,
            sealer,
            signer: None,
        })
    }

    /// Signs the log's head from now on.
    pub(super) fn sign_heads(&mut self, key: AuditKey) {
        let signer = HeadSigner::start(self.pool.clone(), key, self.sealer.sealed(), self.health.clone());
        self.signer = Some(signer);
    }
}

pub(super) struct Application {
    server: Server,
    handle: ServerHandle,
    hub: Hub,
    worker: Worker,
    log: Log,
    companions: JoinSet<()>,
    probe: Arc<dyn ReadinessProbe>,
    greeting: Greeting,
}

struct Greeting {
    url: String,
    conductor: ConductorInfo,
    demo_people: Vec<crate::identity::DemoPerson>,
    setup_code: Option<String>,
}

impl Application {
    /// Puts everything together. Nothing is answered before `run`.
    pub(super) async fn build(
        config: &Config,
        sockets: Vec<TcpListener>,
        database: &Database,
    ) -> Result<Self, StartupError> {
        let model = conductor(&config.model)?;
        database.migrate().await?;
        let mut log = Log::start(database.pool().await?).await?;
        let audit = &config.audit;
        let key = AuditKey::open(&audit.key_place(&config.database), audit.audit_origin.as_deref(), &log.pool).await?;
        let hashing = config.identity.password_hashing.into();
        let identity = Identity::new(log.pool.clone(), log.commands.clone(), hashing)?
            .with_token_requests_a_minute(config.identity.token_requests_per_minute);
        let state = AppState {
            commands: log.commands.clone(),
            pool: log.pool.clone(),
            identity: identity.clone(),
            visibility: log.visibility.clone(),
            checker: Checker::new(log.pool.clone(), log.visibility.clone()),
            replays: Replays::default(),
            audit: Audit::new(&key),
        };
        log.sign_heads(key);
        if config.server.wants_demo() {
            demo::load(&state).await?;
        }
        let (hub, mut companions) = (Hub::new(log.visibility.clone()), JoinSet::new());
        let access: Arc<dyn Access> = Arc::new(Doors::new(log.pool.clone(), log.commands.clone(), identity.clone()));
        companions.spawn(announce(hub.clone(), &log.changes));
        companions.spawn(watch_sessions(hub.clone(), Arc::clone(&access)));
        companions.spawn(follow_session_ends(hub.clone(), identity.clone()));
        companions.spawn(sweep_sessions(identity.clone()));
        let described = described(model.as_ref());
        let worker = Worker::start(log.pool.clone(), log.commands.clone(), log.visibility.clone(), hub.clone(), model);
        let port = sockets.first().and_then(|socket| socket.local_addr().ok()).map_or(0, |address| address.port());
        let greeting = Greeting {
            url: config.server.url(port),
            conductor: described.clone(),
            demo_people: identity.demo_people().await?,
            setup_code: identity.setup_code().await?,
        };
        let probe: Arc<dyn ReadinessProbe> = Arc::new(Parts { pool: log.pool.clone(), health: log.health.clone() });
        let site = Site::new(config.server.public_url.as_deref());
        let shared = Shared::new(state, site, described, hub.clone(), access, Arc::clone(&probe));
        let server = web_server::serve(sockets, shared)?;
        let handle = server.handle();
        Ok(Self { server, handle, hub, worker, log, companions, probe, greeting })
    }

    /// Serves until somebody asks it to stop, or PostgreSQL is gone.
    pub(super) async fn run(self, postgres_died: impl Future<Output = String>) -> Result<(), StartupError> {
        let Self { server, handle, hub, worker, log, mut companions, probe, greeting } = self;
        let mut serving = tokio::spawn(server);
        let greeted = async {
            ready(probe.as_ref()).await;
            let Greeting { url, conductor, demo_people, setup_code } = greeting;
            welcome(&url, &conductor.label, &demo_people, setup_code.as_deref());
            std::future::pending::<Infallible>().await
        };
        let ended = tokio::select! {
            never = greeted => match never {},
            signal = asked_to_stop() => {
                tracing::info!(signal, "stopping");
                Ok(())
            }
            how = postgres_died => Err(StartupError::PostgresDied(how)),
            served = &mut serving => served.unwrap_or_else(|error| Err(std::io::Error::other(error))).map_err(Into::into),
        };
        // Sockets first: a browser that hears 1001 comes back by itself.
        hub.close_all();
        handle.stop(ended.is_ok()).await;
        if ended.is_ok() {
            worker.drain().await;
        }
        companions.shutdown().await;
        let pool = log.pool.clone();
        drop(log);
        pool.close().await;
        ended
    }
}

async fn sweep_sessions(identity: Identity) {
    loop {
        if let Err(error) = identity.sweep_sessions().await {
            tracing::warn!(%error, "sessions that ran out could not be swept; trying again in an hour");
        }
        if let Err(error) = identity.sweep_tokens().await {
            tracing::warn!(%error, "tokens that ran out could not be swept; trying again in an hour");
        }
        tokio::time::sleep(SWEEP_EVERY).await;
    }
}

/// Waits for Ctrl-C or SIGTERM, and says which it was.
async fn asked_to_stop() -> &'static str {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => "SIGINT",
        _ = terminate.recv() => "SIGTERM",
    }
}
