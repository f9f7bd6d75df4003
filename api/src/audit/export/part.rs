//! The events of an export, page by page, with the texts that each names.

use std::collections::{BTreeMap, HashMap, HashSet};

use konductro_domain::ids::ProjectId;
use konductro_domain::text::Hash;
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use super::ExportError;
use crate::event_store::leaf::Leaf;
use crate::event_store::receipts;

/// Positions that are looked at together.
const PAGE: i64 = 500;

/// How much there is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) events: u64,
    pub(super) texts: u64,
    pub(super) erased: u64,
}

/// An event of the part.
pub(super) struct Exported {
    pub(super) position: i64,
    pub(super) leaf: String,
    /// The texts that it names and that were not named before, in the order of its payload.
    pub(super) texts: Vec<Hash>,
}

/// Goes through the part up to a position, and remembers which texts were named.
pub(super) struct Part {
    project: Option<String>,
    at: i64,
    up_to: i64,
    named: HashSet<Hash>,
}

/// The project of an event is in its metadata; the join is by key, as every page of the log is read.
const EVENTS: &str = "
SELECT l.position, e.*
  FROM (SELECT position, aggregate_type, aggregate_id, sequence
          FROM log WHERE position > $1 AND position <= $2 ORDER BY position) l
 CROSS JOIN LATERAL (
        SELECT event_id, aggregate_type, aggregate_id, sequence, event_type, event_version, recorded_at, prev_hash,
               payload::text AS payload, metadata::text AS metadata
          FROM events e
         WHERE e.aggregate_type = l.aggregate_type AND e.aggregate_id = l.aggregate_id AND e.sequence = l.sequence
           AND ($3::text IS NULL OR e.metadata ->> 'project' = $3)
         LIMIT 1) e
 ORDER BY l.position";

impl Part {
    pub(super) fn new(project: Option<ProjectId>, up_to: i64) -> Self {
        Self { project: project.map(|project| project.to_string()), at: 0, up_to, named: HashSet::new() }
    }

    /// The part that is one event.
    pub(super) fn of_one(position: i64) -> Self {
        Self { at: position - 1, ..Self::new(None, position) }
    }

    /// The next events; `None` at the end. A page may have none, where others' events stand.
    pub(super) async fn next(&mut self, connection: &mut PgConnection) -> Result<Option<Vec<Exported>>, ExportError> {
        if self.at >= self.up_to {
            return Ok(None);
        }
        let end = (self.at + PAGE).min(self.up_to);
        let rows = sqlx::query(EVENTS).bind(self.at).bind(end).bind(&self.project).fetch_all(&mut *connection).await?;
        self.at = end;
        rows.iter().map(|row| self.exported(row)).collect::<Result<_, _>>().map(Some)
    }

    fn exported(&mut self, row: &PgRow) -> Result<Exported, ExportError> {
        let position: i64 = row.try_get("position")?;
        let leaf = Leaf::of_row(row)?;
        let value: Value = serde_json::from_str(leaf.payload)
            .map_err(|error| ExportError::Unreadable { position, reason: error.to_string() })?;
        let texts = named_texts(&value).into_iter().map(|(hash, _)| hash).filter(|hash| self.named.insert(*hash));
        Ok(Exported { position, texts: texts.collect(), leaf: leaf.line() })
    }
}

/// The texts that a payload names, with their lengths: each object of exactly a hash and a number of bytes.
pub(crate) fn named_texts(payload: &Value) -> Vec<(Hash, u64)> {
    let mut found = Vec::new();
    look_for_texts(payload, &mut found);
    found
}

fn look_for_texts(value: &Value, found: &mut Vec<(Hash, u64)>) {
    match value {
        Value::Object(members) => {
            if members.len() == 2
                && let Some(hash) = members.get("hash").and_then(Value::as_str)
                && let Some(bytes) = members.get("bytes").and_then(Value::as_u64)
                && let Ok(hash) = hash.parse()
            {
                found.push((hash, bytes));
                return;
            }
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            members.into_iter().for_each(|(_, member)| look_for_texts(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| look_for_texts(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A text as it is kept.
pub(super) enum Kept {
    Whole { body: String, salt: Option<Vec<u8>> },
    Erased,
}

/// Some texts as they are kept.
pub(super) async fn kept(connection: &mut PgConnection, hashes: &[Hash]) -> Result<HashMap<Hash, Kept>, ExportError> {
    let mut found = HashMap::with_capacity(hashes.len());
    if hashes.is_empty() {
        return Ok(found);
    }
    let wanted: Vec<&[u8]> = hashes.iter().map(|hash| hash.bytes().as_slice()).collect();
    const TEXTS: &str = "SELECT hash, body, salt FROM texts WHERE hash = ANY($1)";
    for row in sqlx::query(TEXTS).bind(wanted).fetch_all(connection).await? {
        let hash = receipts::hash("hash", row.try_get("hash")?)?;
        let text = match row.try_get("body")? {
            Some(body) => Kept::Whole { body, salt: row.try_get("salt")? },
            None => Kept::Erased,
        };
        found.insert(hash, text);
    }
    Ok(found)
}

/// Where the log says that a text was erased, as this part has it.
pub(super) async fn erasures(
    connection: &mut PgConnection,
    project: Option<ProjectId>,
) -> Result<BTreeMap<Hash, i64>, ExportError> {
    const ERASURES: &str = "
        SELECT e.payload ->> 'erased' AS erased, min(l.position) AS position
          FROM events e JOIN log l USING (aggregate_type, aggregate_id, sequence)
         WHERE e.event_type = 'TextErased' AND e.aggregate_type = 'workspace'
           AND ($1::text IS NULL OR e.metadata ->> 'project' = $1)
         GROUP BY 1";
    let rows = sqlx::query(ERASURES).bind(project.map(|project| project.to_string())).fetch_all(connection).await?;
    let mut found = BTreeMap::new();
    for row in rows {
        let position: i64 = row.try_get("position")?;
        let erased: String = row.try_get("erased")?;
        let hash = erased
            .parse()
            .map_err(|error| ExportError::Unreadable { position, reason: format!("what it erased: {error}") })?;
        found.insert(hash, position);
    }
    Ok(found)
}

/// Counts a part: what its export has to hold.
pub(super) async fn count(
    connection: &mut PgConnection,
    project: Option<ProjectId>,
    up_to: i64,
) -> Result<Counts, ExportError> {
    let (mut part, mut counts) = (Part::new(project, up_to), Counts::default());
    while let Some(page) = part.next(connection).await? {
        counts.events += page.len() as u64;
        let named: Vec<Hash> = page.iter().flat_map(|event| event.texts.iter().copied()).collect();
        let kept = kept(connection, &named).await?;
        let whole = kept.values().filter(|text| matches!(text, Kept::Whole { .. })).count() as u64;
        counts.texts += whole;
        counts.erased += named.len() as u64 - whole;
    }
    Ok(counts)
}
