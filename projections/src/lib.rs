//! What the log says, folded into tables that pages read.
//!
//! One file for each read model: its rows, how a page of events changes them, and its reads. A read model
//! is the same whether it was folded live or built anew: it uses no clock, no randomness and no table but
//! its own; texts are joined when it is read, so that an erased text is gone from every page at once.

pub mod artefact_versions;
pub mod conversation_view;
mod error;
pub mod history;
pub mod phase_board;
pub mod project_list;
mod rows;
mod streams;

use std::future::Future;
use std::pin::Pin;

use konductro_domain::event::{Event, Recorded};
use sqlx::PgConnection;

pub use error::ProjectionError;

/// A page of events being folded into one read model.
pub type Folding<'a> = Pin<Box<dyn Future<Output = Result<(), ProjectionError>> + Send + 'a>>;

/// One read model, as the runner and the rebuild see it.
#[derive(Clone, Copy)]
pub struct ReadModel {
    /// Its name, which is also its file's.
    pub name: &'static str,
    /// Its tables, without a schema: the search path says whether they are the live or the new ones.
    pub tables: &'static [&'static str],
    /// Folds a page of events, in the order of the log, each exactly once.
    pub project: for<'a> fn(&'a mut PgConnection, &'a [Recorded<Event>]) -> Folding<'a>,
}

/// Every read model that gates and pages need; one runner folds them all, in one transaction a page.
pub const READ_MODELS: &[ReadModel] = &[
    ReadModel {
        name: "project_list",
        tables: project_list::TABLES,
        project: |tx, page| Box::pin(project_list::project(tx, page)),
    },
    ReadModel {
        name: "phase_board",
        tables: phase_board::TABLES,
        project: |tx, page| Box::pin(phase_board::project(tx, page)),
    },
    ReadModel {
        name: "artefact_versions",
        tables: artefact_versions::TABLES,
        project: |tx, page| Box::pin(artefact_versions::project(tx, page)),
    },
    ReadModel {
        name: "conversation_view",
        tables: conversation_view::TABLES,
        project: |tx, page| Box::pin(conversation_view::project(tx, page)),
    },
    ReadModel {
        name: "history",
        tables: history::TABLES,
        project: |tx, page| Box::pin(history::project(tx, page)),
    },
];
