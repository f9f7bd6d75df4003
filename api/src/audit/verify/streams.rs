//! Streams as an export shows them: gap-free from 1, each event naming the hash of the one before.

use std::collections::HashMap;

use serde_json::Value;
use tlog_tiles::Hash;

use super::lines::LeafLine;
use super::verdict::{Fault, Finding};

/// The last event of each stream.
pub(super) struct Streams {
    /// Whether the whole log is there; a project's part has only some of the workspace's events.
    whole: bool,
    heads: HashMap<(String, String), (u64, Hash)>,
}

impl Streams {
    pub(super) fn new(whole: bool) -> Self {
        Self { whole, heads: HashMap::new() }
    }

    pub(super) fn follow(&mut self, leaf: &LeafLine, hash: Hash, position: u64) -> Result<(), Fault> {
        let odd = || Finding::Altered.fault(Some(position), "the event has no stream");
        let kind = leaf.text("aggregate_type").ok_or_else(odd)?;
        let id = leaf.text("aggregate_id").ok_or_else(odd)?;
        let sequence = leaf.value.get("sequence").and_then(Value::as_u64).ok_or_else(odd)?;
        if !self.whole && kind == "workspace" {
            return Ok(());
        }
        let stream = (kind.to_owned(), id.to_owned());
        let (last, prev) = self.heads.get(&stream).copied().unwrap_or((0, Hash([0; 32])));
        if sequence > last + 1 {
            return Err(Finding::Incomplete.fault(Some(position), "an event before it in its stream is missing"));
        }
        if sequence <= last || leaf.text("prev_hash") != Some(hex::encode(prev.0).as_str()) {
            return Err(
                Finding::Altered.fault(Some(position), "the event does not follow the one before in its stream")
            );
        }
        self.heads.insert(stream, (sequence, hash));
        Ok(())
    }
}
