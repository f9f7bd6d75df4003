//! A read that names what it must have seen waits for it: `Konductro-Min-Position` takes what a write answered,
//! a position or an event id. One layer for every read, so that no route forgets it.

use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError, web};
use konductro_domain::ids::EventId;
use konductro_projections::event_log;

use super::caller::caller_of;
use super::headers::MinPosition;
use crate::commands::Executed;
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// How long a read waits at most.
const WITHIN: Duration = Duration::from_secs(5);

/// Waits, bounded, until read models have what the read names.
pub async fn wait_for_min_position(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    // An error is answered here: one that leaves a layer as an error passes the request-id layer by.
    match wait(&request).await {
        Ok(()) => Ok(next.call(request).await?.map_into_boxed_body()),
        Err(problem) => Ok(request.into_response(problem.error_response())),
    }
}

/// Only who is signed in is waited for; everybody else is told so by the route, at once.
async fn wait(request: &ServiceRequest) -> Result<(), Problem> {
    if request.method() != Method::GET || caller_of(request.request()).is_none() {
        return Ok(());
    }
    match (MinPosition::of(request.headers())?, request.app_data::<web::Data<AppState>>()) {
        (Some(wanted), Some(state)) => reach(state, wanted).await,
        _ => Ok(()),
    }
}

async fn reach(state: &AppState, wanted: MinPosition) -> Result<(), Problem> {
    let position = match wanted {
        MinPosition::Position(position) => Some(position),
        MinPosition::Event(event_id) => match tokio::time::timeout(WITHIN, sealed(state, EventId(event_id))).await {
            Ok(position) => Some(position?),
            Err(_) => None,
        },
    };
    let Some(position) = position else { return Err(unknown()) };
    if state.visibility.reached(position, WITHIN).await {
        return Ok(());
    }
    let head = event_log::head(&mut *state.pool.acquire().await?).await?;
    if position > head {
        return Err(unknown());
    }
    let detail = "The read models have not come that far yet; ask again in a moment.";
    Err(Problem::new(Code::NotReady, detail).retry_after(1))
}

/// Waits, bounded, until read models have what a command did, where the command itself waited in vain. What was
/// done is done: a repeat with the same key finds it.
pub async fn wait_for<E>(state: &AppState, done: &Executed<E>) -> Result<(), Problem> {
    let (None, Some(event_id)) = (done.position, done.event_ids.last()) else { return Ok(()) };
    if let Ok(position) = tokio::time::timeout(WITHIN, sealed(state, *event_id)).await
        && state.visibility.reached(position?, WITHIN).await
    {
        return Ok(());
    }
    let detail = "It is done, but can't be shown yet; read it again in a moment.";
    Err(Problem::new(Code::NotReady, detail).retry_after(1))
}

fn unknown() -> Problem {
    Problem::invalid("Konductro-Min-Position", "names nothing in the log; send what a write answered")
}

/// The position of an event, once it has one: looked up again whenever read models move on.
async fn sealed(state: &AppState, event_id: EventId) -> Result<i64, Problem> {
    let mut folded = state.visibility.watch();
    loop {
        folded.mark_unchanged();
        let mut connection = state.pool.acquire().await?;
        if let Some(position) = event_log::position_of(&mut connection, event_id).await? {
            return Ok(position);
        }
        drop(connection);
        if folded.changed().await.is_err() {
            return Err(Problem::new(Code::NotReady, "The server is stopping; ask again in a moment."));
        }
    }
}
