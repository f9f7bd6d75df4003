//! The lines of an export that are not leaf lines: canonical JSON, so that each has exactly one form.

use konductro_domain::ids::ProjectId;
use konductro_domain::text::Hash;
use serde_json::{Value, json};

use crate::event_store::leaf::canonical;

/// The version of the format.
pub(crate) const FORMAT: u64 = 1;

pub(super) fn header(key: &str, project: Option<ProjectId>) -> String {
    let mut header = json!({ "konductro": "audit-export", "format": FORMAT, "key": key });
    if let Some(project) = project {
        header["project"] = json!(project);
    }
    line(&header)
}

pub(super) fn checkpoint(note: &str) -> String {
    line(&json!({ "konductro": "checkpoint", "checkpoint": note }))
}

pub(super) fn earlier(note: &str, proof: &[tlog_tiles::Hash]) -> String {
    line(&json!({ "konductro": "earlier", "checkpoint": note, "hashes": hashes(proof) }))
}

pub(super) fn declaration(position: i64, proof: &[tlog_tiles::Hash]) -> String {
    line(&json!({ "konductro": "declaration", "position": position, "hashes": hashes(proof) }))
}

pub(super) fn event(position: i64, proof: &[tlog_tiles::Hash]) -> String {
    line(&json!({ "konductro": "event", "position": position, "hashes": hashes(proof) }))
}

pub(super) fn text(hash: &Hash, salt: Option<&[u8]>, body: &str) -> String {
    let mut text = json!({ "konductro": "text", "hash": hash, "body": body });
    if let Some(salt) = salt {
        text["salt"] = json!(hex::encode(salt));
    }
    line(&text)
}

pub(super) fn erased(hash: &Hash, position: i64) -> String {
    line(&json!({ "konductro": "erased", "hash": hash, "position": position }))
}

fn hashes(proof: &[tlog_tiles::Hash]) -> Vec<String> {
    proof.iter().map(|hash| hex::encode(hash.0)).collect()
}

fn line(value: &Value) -> String {
    let mut line = canonical(value);
    line.push('\n');
    line
}
