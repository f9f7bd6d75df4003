//! Holds events of the database against the signed head of the log: what an export lets others do, done here.

use std::collections::BTreeMap;

use sqlx::{PgConnection, PgPool, Row};
use tlog_tiles::tlog::{Hash, check_record, record_hash};

use super::export::{ExportError, head_that_covers};
use super::heads::Head;
use super::tree;
use crate::event_store::leaf::Leaf;

/// Events that are looked at together.
const PAGE: usize = 500;

/// What came out.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The head that they were held against.
    pub head: Head,
    /// The leaf hash of each event that is there.
    pub leaves: BTreeMap<i64, Hash>,
    /// The first event that is not what was signed, or is not there.
    pub first_bad: Option<i64>,
}

/// Looks at the events at these positions, in order.
pub async fn check(pool: &PgPool, positions: &[i64]) -> Result<Checked, ExportError> {
    let head = head_that_covers(pool, positions.last().copied().unwrap_or(0)).await?;
    let (mut leaves, mut first_bad) = (BTreeMap::new(), None);
    let mut connection = pool.acquire().await?;
    for some in positions.chunks(PAGE) {
        let found = leaves_at(&mut connection, some).await?;
        let proofs = tree::inclusions(&mut connection, head.size, some).await?;
        for (position, proof) in some.iter().zip(proofs) {
            let is_sound = found.get(position).is_some_and(|leaf| {
                check_record(&proof, head.size, head.root, tree::index_of(*position), *leaf).is_ok()
            });
            if !is_sound {
                first_bad.get_or_insert(*position);
            }
        }
        leaves.extend(found);
    }
    Ok(Checked { head, leaves, first_bad })
}

const LEAVES: &str = "
SELECT wanted.position, e.*
  FROM unnest($1::bigint[]) AS wanted(position)
  JOIN log l ON l.position = wanted.position
 CROSS JOIN LATERAL (
        SELECT event_id, aggregate_type, aggregate_id, sequence, event_type, event_version, recorded_at, prev_hash,
               payload::text AS payload, metadata::text AS metadata
          FROM events e
         WHERE e.aggregate_type = l.aggregate_type AND e.aggregate_id = l.aggregate_id AND e.sequence = l.sequence
         LIMIT 1) e";

/// The hashes of these events' leaves, made anew from what the events say.
async fn leaves_at(connection: &mut PgConnection, positions: &[i64]) -> Result<BTreeMap<i64, Hash>, sqlx::Error> {
    let mut leaves = BTreeMap::new();
    for row in sqlx::query(LEAVES).bind(positions).fetch_all(connection).await? {
        leaves.insert(row.try_get("position")?, record_hash(Leaf::of_row(&row)?.line().as_bytes()));
    }
    Ok(leaves)
}
