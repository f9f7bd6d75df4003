//! The leaf of an event: one canonical JSON line, and the hashes over it.
//!
//! The line holds everything that is a fact of the event, and the hash of the event before it in its
//! stream. Payload and metadata are stored as the very text that is hashed here, so the line can be
//! put together again from the row, byte for byte, and any changed byte shows.

use konductro_domain::text::Hash;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use uuid::Uuid;

use super::receipts;

/// What the first event of a stream follows.
pub const NO_EVENT: [u8; 32] = [0; 32];

const MICROSECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");

/// JSON with sorted keys and no white space: one text for one value.
pub fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(key, _)| *key);
            text.push('{');
            for (index, (key, member)) in members.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                write(member, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

/// Everything that a leaf says.
#[derive(Debug, Clone, Copy)]
pub struct Leaf<'a> {
    /// The stream's type.
    pub aggregate_type: &'a str,
    /// The stream's id.
    pub aggregate_id: &'a str,
    /// The place in the stream.
    pub sequence: i64,
    /// The event's id.
    pub event_id: Uuid,
    /// The event's name.
    pub event_type: &'a str,
    /// The version of its shape.
    pub event_version: &'a str,
    /// When it was decided.
    pub recorded_at: OffsetDateTime,
    /// The canonical metadata, as stored.
    pub metadata: &'a str,
    /// The canonical payload, as stored.
    pub payload: &'a str,
    /// The leaf hash of the event before.
    pub prev_hash: [u8; 32],
}

impl<'r> Leaf<'r> {
    /// Puts it together again from a row of `events`, with payload and metadata as text.
    pub(crate) fn of_row(row: &'r PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            aggregate_type: row.try_get("aggregate_type")?,
            aggregate_id: row.try_get("aggregate_id")?,
            sequence: row.try_get("sequence")?,
            event_id: row.try_get("event_id")?,
            event_type: row.try_get("event_type")?,
            event_version: row.try_get("event_version")?,
            recorded_at: row.try_get("recorded_at")?,
            metadata: row.try_get("metadata")?,
            payload: row.try_get("payload")?,
            prev_hash: *receipts::hash("prev_hash", row.try_get("prev_hash")?)?.bytes(),
        })
    }
}

impl Leaf<'_> {
    /// The canonical line, without a line feed.
    pub fn line(&self) -> String {
        let quoted = |text: &str| Value::from(text).to_string();
        format!(
            concat!(
                r#"{{"aggregate_id":{},"aggregate_type":{},"event_id":"{}","event_type":{},"event_version":{},"#,
                r#""metadata":{},"payload":{},"prev_hash":"{}","recorded_at":"{}","sequence":{}}}"#
            ),
            quoted(self.aggregate_id),
            quoted(self.aggregate_type),
            self.event_id,
            quoted(self.event_type),
            quoted(self.event_version),
            self.metadata,
            self.payload,
            Hash::from(self.prev_hash),
            instant(self.recorded_at),
            self.sequence,
        )
    }

    /// The hash of the leaf as RFC 6962 has it: SHA-256 over a zero byte and the line.
    pub fn hash(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update([0]);
        hasher.update(self.line().as_bytes());
        hasher.finalize().into()
    }
}

/// Microseconds, UTC: what PostgreSQL keeps of a time, always written at full length.
fn instant(at: OffsetDateTime) -> String {
    at.to_offset(time::UtcOffset::UTC).format(MICROSECONDS).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests say what they expect")]
mod tests {
    use serde_json::json;
    use time::macros::datetime;

    use super::*;

    #[test]
    fn canonical_json_is_sorted_at_every_depth_and_has_no_white_space() {
        let value: Value = serde_json::from_str(r#" { "b": [ {"z": 1, "a": "ü\n\u0001\"" } ], "a" : null } "#).unwrap();
        assert_eq!(canonical(&value), "{\"a\":null,\"b\":[{\"a\":\"ü\\n\\u0001\\\"\",\"z\":1}]}");
    }

    #[test]
    fn golden_bytes_of_a_leaf() {
        let leaf = Leaf {
            aggregate_type: "phase",
            aggregate_id: "018f0000-0000-7000-8000-000000000001",
            sequence: 7,
            event_id: Uuid::from_u128(0x018f_0000_0000_7000_8000_0000_0000_0002),
            event_type: "StageUnlocked",
            event_version: "1",
            recorded_at: datetime!(2026-11-22 10:00:00.000_120 UTC),
            metadata: r#"{"actor":"system"}"#,
            payload: &canonical(&json!({"type": "StageUnlocked", "stage": "architecture"})),
            prev_hash: NO_EVENT,
        };
        assert_eq!(
            leaf.line(),
            concat!(
                r#"{"aggregate_id":"018f0000-0000-7000-8000-000000000001","aggregate_type":"phase","#,
                r#""event_id":"018f0000-0000-7000-8000-000000000002","event_type":"StageUnlocked","event_version":"1","#,
                r#""metadata":{"actor":"system"},"payload":{"stage":"architecture","type":"StageUnlocked"},"#,
                r#""prev_hash":"0000000000000000000000000000000000000000000000000000000000000000","#,
                r#""recorded_at":"2026-11-22T10:00:00.000120Z","sequence":7}"#
            )
        );
        let parsed: Value = serde_json::from_str(&leaf.line()).unwrap();
        assert_eq!(canonical(&parsed), leaf.line(), "the line is canonical itself");
    }

    #[test]
    fn any_changed_byte_changes_the_hash() {
        let leaf = Leaf {
            aggregate_type: "phase",
            aggregate_id: "p",
            sequence: 1,
            event_id: Uuid::nil(),
            event_type: "A",
            event_version: "1",
            recorded_at: datetime!(2026-11-22 10:00 UTC),
            metadata: "{}",
            payload: r#"{"a":1}"#,
            prev_hash: NO_EVENT,
        };
        let original = leaf.hash();
        assert_ne!(original, Leaf { payload: r#"{"a":2}"#, ..leaf }.hash());
        assert_ne!(original, Leaf { prev_hash: [1; 32], ..leaf }.hash());
        assert_ne!(original, Leaf { metadata: r#"{"actor":"x"}"#, ..leaf }.hash());
        assert_ne!(original, Leaf { recorded_at: datetime!(2026-11-22 10:00:00.000_001 UTC), ..leaf }.hash());
    }
}
