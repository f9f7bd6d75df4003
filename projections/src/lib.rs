//! Read models: what pages and gates read, folded from the log.
//!
//! Every row here can be thrown away and rebuilt from the log; nothing else may be stored here. The
//! log is read by position from a checkpoint, and only through `event_log`. A read model is one file: row
//! types, `project(tx, page)`, reads. It is the same whether it was folded live or built anew: no clock, no
//! randomness, no table but its own; texts are joined when it is read, so that an erased text is gone at once.

pub mod artefact_versions;
pub mod backlog;
pub mod changes;
pub mod checkpoint;
pub mod conversation_view;
pub mod delegations;
pub mod drift_reports;
mod error;
pub mod event_log;
pub mod fold;
pub mod health;
pub mod history;
pub mod inbox;
pub mod kept_submissions;
pub mod metadata;
pub mod outage;
pub mod phase_board;
pub mod project_list;
pub mod raised_findings;
pub mod rebuild;
pub mod replay;
pub mod review_table;
mod rows;
mod streams;
pub mod subscription;
pub mod threads;
pub mod usage;

pub use error::ProjectionError;
pub use fold::{Folding, ReadModel, Writes};

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
        name: "review_table",
        tables: review_table::TABLES,
        project: |tx, page| Box::pin(review_table::project(tx, page)),
    },
    ReadModel { name: "backlog", tables: backlog::TABLES, project: |tx, page| Box::pin(backlog::project(tx, page)) },
    ReadModel { name: "threads", tables: threads::TABLES, project: |tx, page| Box::pin(threads::project(tx, page)) },
    ReadModel {
        name: "delegations",
        tables: delegations::TABLES,
        project: |tx, page| Box::pin(delegations::project(tx, page)),
    },
    ReadModel { name: "usage", tables: usage::TABLES, project: |tx, page| Box::pin(usage::project(tx, page)) },
    ReadModel {
        name: "raised_findings",
        tables: raised_findings::TABLES,
        project: |tx, page| Box::pin(raised_findings::project(tx, page)),
    },
    ReadModel {
        name: "kept_submissions",
        tables: kept_submissions::TABLES,
        project: |tx, page| Box::pin(kept_submissions::project(tx, page)),
    },
    ReadModel {
        name: "drift_reports",
        tables: drift_reports::TABLES,
        project: |tx, page| Box::pin(drift_reports::project(tx, page)),
    },
    ReadModel { name: "history", tables: history::TABLES, project: |tx, page| Box::pin(history::project(tx, page)) },
];
