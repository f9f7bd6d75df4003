//! How everything that runs by itself is doing: what `/readyz` and metrics say of it.
//!
//! A runner reports here whenever its state changes; one that stopped for good says where and why.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How one runner is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunnerState {
    /// It has not come to the log's head since it started.
    CatchingUp,
    /// It follows the log.
    Running,
    /// Another replica does the work, and this one stands by.
    StandingBy,
    /// It can't reach what it needs, and tries again.
    Retrying(String),
    /// It stopped for good: somebody must look.
    Stopped(String),
}

impl RunnerState {
    /// Whether the work is done, here or elsewhere.
    pub fn is_ready(&self) -> bool {
        matches!(self, RunnerState::Running | RunnerState::StandingBy)
    }
}

impl std::fmt::Display for RunnerState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            RunnerState::CatchingUp => f.write_str("catching up with the log"),
            RunnerState::Running => f.write_str("running"),
            RunnerState::StandingBy => f.write_str("standing by for another replica"),
            RunnerState::Retrying(reason) => write!(f, "trying again: {reason}"),
            RunnerState::Stopped(reason) => write!(f, "stopped: {reason}"),
        }
    }
}

/// The states of all runners of this process.
#[derive(Debug, Clone, Default)]
pub struct Health {
    runners: Arc<Mutex<BTreeMap<&'static str, RunnerState>>>,
}

impl Health {
    /// Says how a runner is doing.
    pub fn report(&self, runner: &'static str, state: RunnerState) {
        let mut runners = self.held();
        if runners.get(runner) != Some(&state) {
            match &state {
                RunnerState::Stopped(reason) => tracing::error!(runner, reason, "stopped"),
                RunnerState::Retrying(reason) => tracing::warn!(runner, reason, "trying again"),
                RunnerState::CatchingUp | RunnerState::Running | RunnerState::StandingBy => {
                    tracing::debug!(runner, %state, "runner");
                }
            }
            runners.insert(runner, state);
        }
    }

    /// How one runner is doing; `None` if it never started.
    pub fn of(&self, runner: &str) -> Option<RunnerState> {
        self.held().get(runner).cloned()
    }

    /// How all are doing.
    pub fn all(&self) -> BTreeMap<&'static str, RunnerState> {
        self.held().clone()
    }

    /// The map is whole even if a holder of the lock panicked: every change of it is one call.
    fn held(&self) -> MutexGuard<'_, BTreeMap<&'static str, RunnerState>> {
        self.runners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
