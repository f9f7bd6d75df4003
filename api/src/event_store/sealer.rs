//! The sealer: gives what was appended its place in the log.
//!
//! One at a time in the whole cluster, held by a session's advisory lock; replicas stand by and pass on
//! that they appended something. It is woken in the process, by a notification from other processes, and
//! looks anyway; looking is the truth, the rest only makes it quick. Where the order within a stream would
//! be wrong it stops with an alarm: a wrong order could never be mended.

use std::sync::Arc;
use std::time::Duration;

use konductro_projections::health::{Health, RunnerState};
use konductro_projections::outage::is_outage;
use sqlx::postgres::PgListener;
use sqlx::{PgConnection, PgPool, Row};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

/// The sealer's name in `Health`.
pub const NAME: &str = "sealer";

/// Events in one transaction, at most.
const BATCH: i32 = 1_000;

/// How long to wait for a nudge before looking anyway.
const LOOK_ANYWAY: Duration = Duration::from_millis(250);

/// How long to wait after an outage before trying again.
const BACK_OFF: Duration = Duration::from_millis(200);

/// Names the advisory lock ("konductr" as a number).
const LOCK: i64 = 0x6b6f_6e64_7563_7472;

/// Other processes say here that they appended something.
const APPENDED: &str = "konductro_appended";

/// `seal_events` says here how far the log goes.
const SEALED: &str = "konductro_sealed";

/// Seals for as long as it lives.
#[derive(Debug)]
pub struct Sealer {
    task: JoinHandle<()>,
    sealed: watch::Receiver<i64>,
}

impl Sealer {
    /// Starts sealing. Where no other replica seals, everything that an earlier run left is in the log
    /// when this returns, so that writes can be accepted.
    pub async fn start(pool: &PgPool, appended: Arc<Notify>, health: Health) -> Result<Self, sqlx::Error> {
        health.report(NAME, RunnerState::CatchingUp);
        let (head, sealed) = watch::channel(0);
        let mut runner = Runner { pool: pool.clone(), appended, head, health };
        let mut session = Session::open(pool).await?;
        if session.take_lock().await? {
            while runner.seal(&mut session.connection).await? > 0 {}
        }
        Ok(Self { task: tokio::spawn(runner.run(session)), sealed })
    }

    /// The log's head, as it moves.
    pub fn sealed(&self) -> watch::Receiver<i64> {
        self.sealed.clone()
    }
}

impl Drop for Sealer {
    fn drop(&mut self) {
        // A batch that is cut off is rolled back, and sealed by whoever comes next.
        self.task.abort();
    }
}

struct Runner {
    pool: PgPool,
    appended: Arc<Notify>,
    head: watch::Sender<i64>,
    health: Health,
}

/// The connection that holds the lock, or waits for it, and the one that hears of other processes.
struct Session {
    connection: PgConnection,
    listener: PgListener,
    leads: bool,
}

/// What ended a session.
enum Broken {
    /// A batch was cut off, or refused: a refusal must not be tried again.
    Batch(sqlx::Error),
    /// The connection, the lock or the listener: whatever the reason, it may work a moment later.
    Session(sqlx::Error),
}

impl Session {
    async fn open(pool: &PgPool) -> Result<Self, sqlx::Error> {
        let connection = pool.acquire().await?.detach();
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(SEALED).await?;
        Ok(Self { connection, listener, leads: false })
    }

    /// Takes the lead if nobody has it: from then on it hears of appends, not of what it sealed itself.
    async fn take_lock(&mut self) -> Result<bool, sqlx::Error> {
        if !self.leads {
            self.leads = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
                .bind(LOCK)
                .fetch_one(&mut self.connection)
                .await?;
            if self.leads {
                self.listener.unlisten(SEALED).await?;
                self.listener.listen(APPENDED).await?;
            }
        }
        Ok(self.leads)
    }
}

impl Runner {
    async fn run(mut self, session: Session) {
        let mut session = Some(session);
        loop {
            let opened = match session.take() {
                Some(session) => Ok(session),
                None => Session::open(&self.pool).await,
            };
            let broken = match opened {
                Ok(mut session) => self.lead_or_follow(&mut session).await,
                Err(error) => Broken::Session(error),
            };
            let error = match broken {
                Broken::Batch(error) if !is_outage(&error) => {
                    self.health.report(NAME, RunnerState::Stopped(error.to_string()));
                    return;
                }
                Broken::Batch(error) | Broken::Session(error) => error,
            };
            self.health.report(NAME, RunnerState::Retrying(error.to_string()));
            tokio::time::sleep(BACK_OFF).await;
        }
    }

    /// Seals, or stands by, on one session until there is trouble.
    async fn lead_or_follow(&mut self, session: &mut Session) -> Broken {
        loop {
            let step = match session.take_lock().await {
                Ok(true) => self.lead(session).await,
                Ok(false) => self.follow(session).await.map_err(Broken::Session),
                Err(error) => Err(Broken::Session(error)),
            };
            if let Err(broken) = step {
                return broken;
            }
        }
    }

    async fn lead(&mut self, session: &mut Session) -> Result<(), Broken> {
        let sealed = self.seal(&mut session.connection).await.map_err(Broken::Batch)?;
        if sealed >= i64::from(BATCH) {
            return Ok(());
        }
        // What commits from here on says so: a nudge given meanwhile is kept.
        self.health.report(NAME, RunnerState::Running);
        tokio::select! {
            () = self.appended.notified() => {}
            heard = session.listener.recv() => drop(heard.map_err(Broken::Session)?),
            () = tokio::time::sleep(LOOK_ANYWAY) => {}
        }
        Ok(())
    }

    /// Passes on what happens here, and hears how far the log goes.
    async fn follow(&mut self, session: &mut Session) -> Result<(), sqlx::Error> {
        self.health.report(NAME, RunnerState::StandingBy);
        tokio::select! {
            () = self.appended.notified() => {
                sqlx::query("SELECT pg_notify($1, '')").bind(APPENDED).execute(&mut session.connection).await?;
            }
            heard = session.listener.recv() => {
                if let Ok(head) = heard?.payload().parse() {
                    self.reached(head);
                }
            }
            () = tokio::time::sleep(LOOK_ANYWAY) => {}
        }
        Ok(())
    }

    /// Seals one batch; how many events it had.
    async fn seal(&mut self, connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
        let row = sqlx::query("SELECT sealed, head FROM seal_events($1)").bind(BATCH).fetch_one(connection).await?;
        self.reached(row.try_get("head")?);
        row.try_get("sealed")
    }

    fn reached(&self, position: i64) {
        self.head.send_if_modified(|head| {
            let moved = position > *head;
            *head = position.max(*head);
            moved
        });
    }
}
