//! The runner that folds the log into read models, page by page.
//!
//! Rows and checkpoint move in one statement (with `synchronous_commit = off`: both are derived, and
//! they travel together). Several replicas may run it: a checkpoint is moved on only from where it was
//! seen, so one folds each page, and the others only announce. An event that can't be folded stops this
//! runner, never another.

use std::sync::Arc;
use std::time::Duration;

use konductro_domain::event::{Event, Recorded};
use sqlx::{Executor, PgConnection, PgPool};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::ProjectionError;
use crate::changes::{Changes, Visibility};
use crate::checkpoint::{self, Checkpoint};
use crate::event_log::{self, EventLogError};
use crate::fold::{ReadModel, Unfolded, fold, unwritten};
use crate::health::{Health, RunnerState};
use crate::outage::is_outage;

/// Events in one transaction, at most.
const PAGE: i64 = 500;

/// How long to wait for a nudge before looking anyway.
const LOOK_ANYWAY: Duration = Duration::from_millis(250);

/// How long to wait after an outage before trying again.
const BACK_OFF: Duration = Duration::from_millis(200);

/// Folds read models for as long as it lives.
#[derive(Debug)]
pub struct Subscription {
    task: JoinHandle<()>,
}

/// What a subscription works with.
#[derive(Clone)]
pub struct Setting {
    /// Where the log and the read models are.
    pub pool: PgPool,
    /// The log's head as the sealer tells it: only a nudge.
    pub sealed: watch::Receiver<i64>,
    /// Who hears of folded pages.
    pub changes: Changes,
    /// Who waits for folded events.
    pub visibility: Visibility,
    /// Who asks how it is doing.
    pub health: Health,
}

impl Subscription {
    /// Starts folding from the checkpoint of this name.
    pub fn start(name: &'static str, models: &'static [ReadModel], setting: Setting) -> Self {
        setting.health.report(name, RunnerState::CatchingUp);
        let runner = Runner { name, models, setting, announced: i64::MAX, checkpoint: None, limit: PAGE };
        Self { task: tokio::spawn(runner.run()) }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        // A page that is cut off is rolled back, and folded by whoever comes next.
        self.task.abort();
    }
}

struct Runner {
    name: &'static str,
    models: &'static [ReadModel],
    setting: Setting,
    /// The last position that this process was told of.
    announced: i64,
    /// The checkpoint as it was left; `None` when it must be read.
    checkpoint: Option<Checkpoint>,
    /// Events in the next page: 1 while the one that can't be folded is looked for.
    limit: i64,
}

/// Why a page was not folded.
enum Trouble {
    /// It may work a moment later.
    Outage(String),
    /// Some event of the page can't be folded.
    Page(String),
    /// This very event can't be read.
    Poison(String),
}

impl Runner {
    async fn run(mut self) {
        loop {
            let state = match self.follow().await {
                Trouble::Outage(reason) => RunnerState::Retrying(reason),
                Trouble::Page(reason) | Trouble::Poison(reason) => {
                    self.setting.health.report(self.name, RunnerState::Stopped(reason));
                    self.setting.visibility.close();
                    return;
                }
            };
            self.setting.health.report(self.name, state);
            tokio::time::sleep(BACK_OFF).await;
        }
    }

    /// Folds on one connection until there is trouble.
    async fn follow(&mut self) -> Trouble {
        let mut connection = match self.connect().await {
            Ok(connection) => connection,
            Err(error) => return Trouble::Outage(error.to_string()),
        };
        if let Err(error) = self.find_its_place(&mut connection).await {
            return Trouble::Outage(error.to_string());
        }
        loop {
            self.setting.sealed.mark_unchanged();
            match self.page(&mut connection).await {
                Ok(0) => {
                    self.setting.health.report(self.name, RunnerState::Running);
                    self.wait().await;
                }
                Ok(_) => {
                    self.limit = (self.limit * 2).min(PAGE);
                    if self.checkpoint.is_some() && self.announced >= *self.setting.sealed.borrow() {
                        self.setting.health.report(self.name, RunnerState::Running);
                        self.wait().await;
                    }
                }
                // One event of many is the culprit: go on one by one up to it.
                Err(Trouble::Page(_)) if self.limit > 1 => self.limit = 1,
                Err(trouble) => return trouble,
            }
        }
    }

    /// A connection of its own, so that no request waits for the runner nor the runner for requests.
    async fn connect(&self) -> Result<PgConnection, sqlx::Error> {
        connection_of_a_runner(&self.setting.pool).await
    }

    /// Returns at once when the sealer has sealed something, and after a while anyway.
    async fn wait(&mut self) {
        let nudge = self.setting.sealed.changed();
        if let Ok(Err(_closed)) = tokio::time::timeout(LOOK_ANYWAY, nudge).await {
            tokio::time::sleep(LOOK_ANYWAY).await;
        }
    }

    /// Whether there is nothing after what was announced: looking must not write, and a lock is a write.
    async fn is_idle(&self, connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
        if *self.setting.sealed.borrow() > self.announced {
            return Ok(false);
        }
        Ok(event_log::head(connection).await? <= self.announced)
    }

    /// Begins at the checkpoint. After a crash of the database that can be before what was announced: what was
    /// not on disk yet is folded again.
    async fn find_its_place(&mut self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let checkpoint = checkpoint::current(connection, self.name).await?;
        self.setting.visibility.set(checkpoint.position);
        self.announced = self.announced.min(checkpoint.position);
        self.checkpoint = Some(checkpoint);
        Ok(())
    }

    /// Folds the next page and tells about it; returns how many events it had.
    async fn page(&mut self, connection: &mut PgConnection) -> Result<usize, Trouble> {
        if self.is_idle(connection).await.map_err(outage)? {
            return Ok(0);
        }
        let checkpoint = match self.checkpoint {
            Some(checkpoint) => checkpoint,
            None => *self.checkpoint.insert(checkpoint::current(connection, self.name).await.map_err(outage)?),
        };
        let announced = self.announced;
        let folded_elsewhere = checkpoint.position > announced;
        let limit = if folded_elsewhere { PAGE.min(checkpoint.position - announced) } else { self.limit };
        let page = event_log::page(connection, announced, limit).await.map_err(reading)?;
        let Some(last) = page.events.last().map(|event| event.position) else {
            return match page.poison {
                Some((position, reason)) => Err(Trouble::Poison(format!("the event at position {position}: {reason}"))),
                None => Ok(0),
            };
        };
        if !folded_elsewhere {
            let failed = |unfolded| folding(last, unfolded);
            let writes = fold(connection, self.models, &page.events).await.map_err(failed)?;
            let moved = writes.run_from(connection, self.name, checkpoint, last).await;
            self.checkpoint = moved.map_err(|reason| failed(unwritten(reason)))?;
            if self.checkpoint.is_none() {
                // Somebody else was first: look how far they are.
                return Ok(page.events.len());
            }
        }
        self.announced = last;
        if folded_elsewhere && last == checkpoint.position {
            // Who folds is likely to go on: look before folding the next page too.
            self.checkpoint = None;
        }
        let page: Arc<[Recorded<Event>]> = page.events.into();
        self.setting.visibility.advance(&page);
        self.setting.changes.publish(Arc::clone(&page));
        Ok(page.len())
    }
}

/// A connection for whoever follows the log: what it writes is derived, so no commit waits for the disk; and its
/// statements look rows up by key, so each is planned once and not for every page.
pub async fn connection_of_a_runner(pool: &PgPool) -> Result<PgConnection, sqlx::Error> {
    let mut connection = pool.acquire().await?.detach();
    connection.execute("SET synchronous_commit = off; SET plan_cache_mode = force_generic_plan").await?;
    Ok(connection)
}

fn outage(error: sqlx::Error) -> Trouble {
    Trouble::Outage(error.to_string())
}

fn reading(error: EventLogError) -> Trouble {
    match error {
        EventLogError::Database(error) => outage(error),
        gap @ EventLogError::Gap { .. } => Trouble::Poison(gap.to_string()),
    }
}

fn folding(position: i64, Unfolded { model, reason }: Unfolded) -> Trouble {
    match reason {
        ProjectionError::Database(error) if is_outage(&error) => outage(error),
        reason => Trouble::Page(format!("{model} can't fold the event at position {position}: {reason}")),
    }
}
