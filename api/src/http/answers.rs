//! The first answers of requests with an idempotency key, kept so that a repeat gets the very same.
//!
//! An answer is known to this process at once and written beside its receipt a moment later, together with
//! others. It need not survive a crash: the receipt does, and from it a repeat is told what the first call did.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName};
use serde::{Deserialize, Serialize};
use sqlx::{PgPool, Row};
use tokio::sync::mpsc;

use super::headers::{IDEMPOTENCY_REPLAYED, KONDUCTRO_EVENT, KONDUCTRO_POSITION};
use super::idempotency::{Keyed, key_reused};
use crate::identity::EarlierReceipt;
use crate::problem::Problem;

/// How long answers are gathered before they are written together.
const GATHER: Duration = Duration::from_millis(20);
/// Answers in one statement, at most.
const MOST: usize = 200;

/// The answers that repeats get, and which requests are running.
#[derive(Clone)]
pub struct Answers {
    pool: PgPool,
    running: Arc<Mutex<HashSet<Name>>>,
    unwritten: Arc<Mutex<HashMap<Name, Unwritten>>>,
    writer: mpsc::UnboundedSender<Name>,
}

/// Scope and key.
type Name = (String, String);

#[derive(Clone)]
struct Unwritten {
    fingerprint: Vec<u8>,
    answer: FirstAnswer,
}

/// A key while its request runs.
pub(super) struct Claim {
    running: Arc<Mutex<HashSet<Name>>>,
    name: Name,
}

impl Drop for Claim {
    fn drop(&mut self) {
        held(&self.running).remove(&self.name);
    }
}

/// What there is under a key.
pub(super) enum Found {
    /// Nothing: this is the first request.
    Nothing,
    /// A receipt whose answer was not kept: its command tells what the first call did.
    Receipt,
    /// The first answer.
    Answer(FirstAnswer),
}

impl Answers {
    /// Keeps answers in this database; a task of the runtime that this is called in writes them.
    pub fn new(pool: PgPool) -> Self {
        let (writer, names) = mpsc::unbounded_channel();
        let unwritten = Arc::default();
        tokio::spawn(write(pool.clone(), Arc::clone(&unwritten), names));
        Self { pool, running: Arc::default(), unwritten, writer }
    }

    /// Takes a key for as long as its request runs; `None` while another one does.
    pub(super) fn claim(&self, keyed: &Keyed) -> Option<Claim> {
        let name = name(keyed);
        held(&self.running).insert(name.clone()).then(|| Claim { running: Arc::clone(&self.running), name })
    }

    /// What there is under the key, as it was read together with the session.
    pub(super) fn known(&self, keyed: &Keyed, receipt: Option<EarlierReceipt>) -> Result<Found, Problem> {
        if let Some(unwritten) = held(&self.unwritten).get(&name(keyed)) {
            return found(keyed, &unwritten.fingerprint, || Some(unwritten.answer.clone()));
        }
        let Some(receipt) = receipt else { return Ok(Found::Nothing) };
        found(keyed, &receipt.fingerprint, || serde_json::from_value(receipt.answer?).ok())
    }

    /// What there is under the key now.
    pub(super) async fn find(&self, keyed: &Keyed) -> Result<Found, Problem> {
        let row = sqlx::query("SELECT fingerprint, answer FROM receipts WHERE scope = $1 AND key = $2")
            .bind(&keyed.scope)
            .bind(&keyed.key)
            .fetch_optional(&self.pool)
            .await?;
        let receipt = match row {
            Some(row) => {
                Some(EarlierReceipt { fingerprint: row.try_get("fingerprint")?, answer: row.try_get("answer")? })
            }
            None => None,
        };
        self.known(keyed, receipt)
    }

    /// Keeps the answer of a first request.
    pub(super) fn keep(&self, keyed: &Keyed, answer: FirstAnswer) {
        let name = name(keyed);
        let unwritten = Unwritten { fingerprint: keyed.fingerprint.bytes().to_vec(), answer };
        held(&self.unwritten).insert(name.clone(), unwritten);
        // Nobody writes any more while the server stops; the receipt is there.
        let _ = self.writer.send(name);
    }
}

fn name(keyed: &Keyed) -> Name {
    (keyed.scope.clone(), keyed.key.clone())
}

fn found(keyed: &Keyed, fingerprint: &[u8], answer: impl FnOnce() -> Option<FirstAnswer>) -> Result<Found, Problem> {
    if fingerprint != keyed.fingerprint.bytes() {
        return Err(key_reused());
    }
    Ok(answer().map_or(Found::Receipt, Found::Answer))
}

/// Writes answers, many at once, until nobody can give any more. Their commit does not wait for the disk.
async fn write(
    pool: PgPool,
    unwritten: Arc<Mutex<HashMap<Name, Unwritten>>>,
    mut given: mpsc::UnboundedReceiver<Name>,
) {
    let mut names = Vec::new();
    while let Some(first) = given.recv().await {
        tokio::time::sleep(GATHER).await;
        names.push(first);
        while names.len() < MOST
            && let Ok(next) = given.try_recv()
        {
            names.push(next);
        }
        let batch: Vec<(Name, Unwritten)> = {
            let unwritten = held(&unwritten);
            names.iter().filter_map(|name| Some((name.clone(), unwritten.get(name)?.clone()))).collect()
        };
        let written = sqlx::query(
            "WITH quick AS (SELECT set_config('synchronous_commit', 'off', true))
             UPDATE receipts r SET answer = kept.answer::json
               FROM quick, unnest($1::text[], $2::text[], $3::bytea[], $4::text[]) AS kept(scope, key, fingerprint, answer)
              WHERE r.scope = kept.scope AND r.key = kept.key AND r.fingerprint = kept.fingerprint",
        )
        .bind(batch.iter().map(|((scope, _), _)| scope.as_str()).collect::<Vec<_>>())
        .bind(batch.iter().map(|((_, key), _)| key.as_str()).collect::<Vec<_>>())
        .bind(batch.iter().map(|(_, kept)| kept.fingerprint.as_slice()).collect::<Vec<_>>())
        .bind(batch.iter().map(|(_, kept)| serde_json::json!(kept.answer).to_string()).collect::<Vec<_>>())
        .execute(&pool)
        .await;
        if let Err(error) = written {
            tracing::warn!(%error, "answers could not be kept; repeats will be answered from their receipts");
        }
        let mut unwritten = held(&unwritten);
        names.drain(..).for_each(|name| drop(unwritten.remove(&name)));
    }
}

/// An answer as it was given.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct FirstAnswer {
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
}

impl FirstAnswer {
    pub(super) fn of<B>(answer: &HttpResponse<B>, body: &[u8]) -> Self {
        let kept = [header::CONTENT_TYPE, header::LOCATION, header::ETAG, KONDUCTRO_POSITION, KONDUCTRO_EVENT];
        let text =
            |name: &HeaderName| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Self {
            status: answer.status().as_u16(),
            headers: kept.iter().filter_map(|name| text(name).map(|value| (name.to_string(), value))).collect(),
            body: String::from_utf8_lossy(body).into_owned(),
        }
    }

    /// The same answer, marked as given before.
    pub(super) fn again(self) -> HttpResponse {
        let mut answer = HttpResponse::build(StatusCode::from_u16(self.status).unwrap_or_default());
        for (name, value) in self.headers {
            answer.insert_header((name, value));
        }
        answer.insert_header((IDEMPOTENCY_REPLAYED, "true"));
        answer.body(self.body)
    }
}

/// Every change of these maps is one call, so they are whole even if a holder panicked.
fn held<T>(slot: &Mutex<T>) -> MutexGuard<'_, T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
