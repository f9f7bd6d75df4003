//! One file for each resource; a handler is extract, one call, respond.

pub mod access;
pub mod anchors;
pub mod approval_policy;
pub mod approvals;
pub mod artefacts;
pub mod audit;
pub mod backlog;
pub mod budget;
pub mod change_requests;
pub mod checks;
pub mod conversations;
pub mod delegations;
pub mod device_logins;
pub mod door;
pub mod drafts;
pub mod drift_reports;
pub mod evidence_pack;
pub mod findings;
pub mod evidence_pack;
pub mod gates;
pub mod hand_off;
pub mod history;
pub mod in_review;
pub mod inbox;
pub mod kept_submissions;
pub mod me;
mod offered_message;
pub mod one_off_stories;
pub mod operations;
pub mod personal;
pub mod phase_ends;
pub mod phases;
pub mod projects;
pub mod proposals;
pub mod provenance;
pub mod replay;
<<<<<<< HEAD
pub mod queued_messages;
=======
>>>>>>> audit
pub mod review_verbs;
pub mod session;
pub mod setup;
pub mod split_and_merge;
mod staged;
pub mod stories;
pub mod threads;
pub mod tokens;
pub mod traceability;
pub mod turns;
pub mod usage;
pub mod users;
pub mod versions;
pub mod ws;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers every route of the API, inside its layers.
pub fn configure_api(config: &mut ServiceConfig<'_>) {
    setup::configure(config);
    session::configure(config);
    me::configure(config);
    users::configure(config);
    tokens::configure(config);
    device_logins::configure(config);
    projects::configure(config);
    approval_policy::configure(config);
    delegations::configure(config);
    budget::configure(config);
    phases::configure(config);
    phase_ends::configure(config);
    artefacts::configure(config);
    versions::configure(config);
    kept_submissions::configure(config);
    findings::configure(config);
    drift_reports::configure(config);
    hand_off::configure(config);
    checks::configure(config);
    personal::configure(config);
    traceability::configure(config);
    inbox::configure(config);
    gates::configure(config);
    change_requests::configure(config);
    threads::configure(config);
    conversations::configure(config);
    queued_messages::configure(config);
    turns::configure(config);
    proposals::configure(config);
    approvals::configure(config);
    split_and_merge::configure(config);
    review_verbs::configure(config);
    stories::configure(config);
    backlog::configure(config);
    one_off_stories::configure(config);
    history::configure(config);
    usage::configure(config);
    replay::configure(config);
    provenance::configure(config);
    evidence_pack::configure(config);
    audit::configure(config);
    ws::configure(config);
}
