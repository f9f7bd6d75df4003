//! That the log is what it was: its signed head, proofs, and a project's part to be verified elsewhere.
//!
//! Heads and proofs hold hashes and nothing else. They can be read without signing in, so that a watcher on another
//! machine needs no credential of this one.

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpResponse, get, web};
use futures_util::stream;
use konductro_domain::ids::ProjectId;
use konductro_domain::role::Capability;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use tokio::sync::OwnedSemaphorePermit;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::access::InProject;
use crate::audit::export::{self, ExportError, Pieces, Wanted};
use crate::audit::heads::{self, Head};
use crate::audit::tree;
use crate::http::{Caller, InPath, Query, RequestContext, read};
use crate::problem::{Code, Problem, ProblemDetails};
use crate::state::AppState;

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    config.service(get_audit_head);
    config.service(prove_inclusion);
    config.service(prove_consistency);
    config.service(export_audit);
}

/// The signed head of the log: what it is as of so many events.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditHead {
    /// Whose log it is.
    #[schema(example = "konductro-1f00ba12")]
    origin: String,
    /// How many events.
    size: u64,
    /// The root of their Merkle tree (RFC 6962), in hex.
    root_hash: String,
    /// The head as a C2SP checkpoint with its signature.
    checkpoint: String,
    /// The public key as one line: what a verifier is given.
    key: String,
    /// When it was signed.
    #[serde(with = "time::serde::rfc3339")]
    signed_at: OffsetDateTime,
}

/// Get the signed head of the log.
#[utoipa::path(operation_id = "getAuditHead", tag = "audit", security(()), responses(
    (status = 200, body = AuditHead),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/audit/head")]
async fn get_audit_head(state: web::Data<AppState>) -> Result<HttpResponse, Problem> {
    let Head { size, root, note, signed_at } = latest(&state).await?;
    let (origin, key) = (state.audit.origin.to_string(), state.audit.key.to_string());
    Ok(read(&AuditHead { origin, size, root_hash: hex::encode(root.0), checkpoint: note, key, signed_at }, None))
}

/// Which event, in which log.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct InclusionQuery {
    /// The event's position.
    #[param(minimum = 1)]
    position: u64,
    /// The log's size that it is proven for; the signed head's without it.
    #[param(minimum = 1)]
    size: Option<u64>,
}

/// That an event is in the log.
#[derive(Debug, Serialize, ToSchema)]
pub struct InclusionProof {
    /// The event's position, from 1.
    position: u64,
    /// Its place in the tree, from 0.
    leaf_index: u64,
    /// The size of the tree.
    size: u64,
    /// The event's leaf hash, in hex.
    leaf_hash: String,
    /// The root of the tree, in hex.
    root_hash: String,
    /// The audit path (RFC 6962), from the leaf up, in hex.
    hashes: Vec<String>,
}

/// Prove that an event is in the log.
#[utoipa::path(operation_id = "proveInclusion", tag = "audit", security(()), params(InclusionQuery), responses(
    (status = 200, body = InclusionProof),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/audit/proofs/inclusion")]
async fn prove_inclusion(state: web::Data<AppState>, query: Query<InclusionQuery>) -> Result<HttpResponse, Problem> {
    let InclusionQuery { position, size } = query.0;
    let head = latest(&state).await?;
    let size = within(&head, "?size", size.unwrap_or(head.size))?;
    if position == 0 || position > size {
        return Err(Problem::invalid("?position", format!("must be a position from 1 to {size}")));
    }
    let mut connection = state.pool.acquire().await.map_err(unavailable)?;
    let mut proofs = tree::inclusions(&mut connection, size, &[position.cast_signed()]).await.map_err(unavailable)?;
    let hashes = proofs.pop().unwrap_or_default();
    let root = tree::root(&mut connection, size).await.map_err(unavailable)?;
    let leaf = tree::leaf(&mut connection, position.cast_signed()).await.map_err(unavailable)?;
    let proof = InclusionProof {
        position,
        leaf_index: position - 1,
        size,
        leaf_hash: hex::encode(leaf.0),
        root_hash: hex::encode(root.0),
        hashes: in_hex(&hashes),
    };
    Ok(read(&proof, None))
}

/// Which two logs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ConsistencyQuery {
    /// The size of the earlier log.
    #[param(minimum = 1)]
    from: u64,
    /// The size of the later one; the signed head's without it.
    #[param(minimum = 1)]
    to: Option<u64>,
}

/// That the log begins with what it was.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsistencyProof {
    /// The size of the earlier tree.
    from: u64,
    /// The size of the later tree.
    to: u64,
    /// The root of the earlier tree, in hex.
    from_root_hash: String,
    /// The root of the later tree, in hex.
    to_root_hash: String,
    /// The consistency proof (RFC 6962), in hex.
    hashes: Vec<String>,
}

/// Prove that the log continues what it was.
#[utoipa::path(operation_id = "proveConsistency", tag = "audit", security(()), params(ConsistencyQuery), responses(
    (status = 200, body = ConsistencyProof),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/audit/proofs/consistency")]
async fn prove_consistency(
    state: web::Data<AppState>,
    query: Query<ConsistencyQuery>,
) -> Result<HttpResponse, Problem> {
    let ConsistencyQuery { from, to } = query.0;
    let head = latest(&state).await?;
    let to = within(&head, "?to", to.unwrap_or(head.size))?;
    if from == 0 || from > to {
        return Err(Problem::invalid("?from", format!("must be a size from 1 to {to}")));
    }
    let mut connection = state.pool.acquire().await.map_err(unavailable)?;
    let hashes = tree::consistency(&mut connection, from, to).await.map_err(unavailable)?;
    let from_root = tree::root(&mut connection, from).await.map_err(unavailable)?;
    let to_root = tree::root(&mut connection, to).await.map_err(unavailable)?;
    let proof = ConsistencyProof {
        from,
        to,
        from_root_hash: hex::encode(from_root.0),
        to_root_hash: hex::encode(to_root.0),
        hashes: in_hex(&hashes),
    };
    Ok(read(&proof, None))
}

/// What an export has to continue.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ExportQuery {
    /// The size of an earlier signed head: the export then proves that it is continued.
    since: Option<u64>,
}

/// Export a project's part of the log, with proofs and texts, to be verified elsewhere.
///
/// NDJSON, streamed. It puts an `AuditExported` event in the log, which says how many events and texts there have to be.
#[utoipa::path(operation_id = "exportAudit", tag = "audit", security(("bearerAuth" = ["read"])), params(("project_id" = Uuid, Path), ExportQuery), responses(
    (status = 200, body = String, content_type = "application/x-ndjson", description = "One JSON object a line; `konductro audit verify` reads it"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/projects/{project_id}/audit/export")]
async fn export_audit(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<ProjectId>,
    query: Query<ExportQuery>,
) -> Result<HttpResponse, Problem> {
    let project = InProject::enter(&state, &caller, path.0).await?;
    project.require(Capability::Audit)?;
    let Ok(turn) = state.audit.exports.clone().try_acquire_owned() else {
        return Err(Problem::rate_limited("Other exports are under way. Try again in a moment.", "exports", 5));
    };
    let wanted = Wanted {
        project: Some(path.0),
        since: query.0.since,
        key: state.audit.key.to_string(),
        envelope: project.envelope(&context, Capability::Audit),
    };
    let pieces = export::start(&state.pool, &state.commands, wanted).await.map_err(not_exported)?;
    let name = format!("attachment; filename=\"{}.audit.ndjson\"", path.0);
    Ok(HttpResponse::Ok()
        .content_type("application/x-ndjson")
        .insert_header((header::CONTENT_DISPOSITION, name))
        .streaming(stream::unfold((pieces, turn), next_piece)))
}

/// An export that can't go on is cut, so that nobody takes it for whole.
async fn next_piece(
    (mut pieces, turn): (Pieces, OwnedSemaphorePermit),
) -> Option<(Result<Bytes, std::io::Error>, (Pieces, OwnedSemaphorePermit))> {
    let piece = pieces.recv().await?;
    if let Err(error) = &piece {
        tracing::error!(%error, "an export was cut off");
    }
    Some((piece.map(Bytes::from).map_err(std::io::Error::other), (pieces, turn)))
}

fn not_exported(error: ExportError) -> Problem {
    match error {
        ExportError::NoSuchHead(_) => Problem::invalid("?since", error.to_string()),
        ExportError::Declaration(error) => error.into(),
        ExportError::Unsigned => {
            Problem::new(Code::NotReady, "The log's head is not signed yet. Try again in a moment.").retry_after(2)
        }
        ExportError::Database(_) | ExportError::Proof(_) | ExportError::Unreadable { .. } | ExportError::HungUp => {
            Problem::unavailable("export the log", &error)
        }
    }
}

async fn latest(state: &AppState) -> Result<Head, Problem> {
    let latest = heads::latest(&state.pool).await.map_err(unavailable)?;
    latest.ok_or_else(|| {
        Problem::new(Code::NotReady, "The log's head is not signed yet. Try again in a moment.").retry_after(1)
    })
}

fn within(head: &Head, pointer: &str, size: u64) -> Result<u64, Problem> {
    if (1..=head.size).contains(&size) {
        return Ok(size);
    }
    Err(Problem::invalid(pointer, format!("must be a size from 1 to {}, which is signed", head.size)))
}

fn in_hex(hashes: &[tlog_tiles::Hash]) -> Vec<String> {
    hashes.iter().map(|hash| hex::encode(hash.0)).collect()
}

fn unavailable(error: impl std::fmt::Display) -> Problem {
    Problem::unavailable("read the log's tree", &error)
}
