//! The lines of an export as they are read: ours, which have one canonical form, and leaf lines, which are hashed.

use std::io::{BufRead, Read as _};

use serde_json::Value;
use tlog_tiles::Hash;

use super::text_of;
use super::verdict::{Fault, Finding};
use crate::event_store::leaf::canonical;

/// The longest line that is read: far above any event or text, and nothing that fills the memory.
const LONGEST: u64 = 64 * 1024 * 1024;

/// Goes through a file line by line.
pub(super) struct Lines<R> {
    file: R,
    /// The event that the lines at hand belong to.
    at: Option<u64>,
}

/// A line of ours.
pub(super) struct Ours(Value);

/// A leaf line: the bytes that were hashed, and what they say.
pub(super) struct LeafLine {
    pub(super) bytes: Vec<u8>,
    pub(super) value: Value,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(file: R) -> Self {
        Self { file, at: None }
    }

    fn line(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        let mut line = Vec::new();
        let read = (&mut self.file).take(LONGEST).read_until(b'\n', &mut line);
        match read {
            Ok(0) => Ok(None),
            Ok(_) if line.pop() == Some(b'\n') => Ok(Some(line)),
            Ok(_) => Err(Finding::Incomplete.fault(self.at, "the file ends in the middle of a line")),
            Err(error) => Err(Finding::Incomplete.fault(self.at, &format!("the file can't be read on: {error}"))),
        }
    }

    /// The next line, which must be one of ours; `None` at the end.
    pub(super) fn next_ours(&mut self) -> Result<Option<Ours>, Fault> {
        let Some(line) = self.line()? else { return Ok(None) };
        let altered = || Finding::Altered.fault(self.at, "the line after it is not as it was written");
        let value: Value = serde_json::from_slice(&line).map_err(|_| altered())?;
        if !value.is_object() || canonical(&value).as_bytes() != line {
            return Err(altered());
        }
        Ok(Some(Ours(value)))
    }

    /// The next line, which must be the leaf of this event.
    pub(super) fn next_leaf(&mut self, position: u64) -> Result<LeafLine, Fault> {
        self.at = Some(position);
        let missing = || Finding::Incomplete.fault(Some(position), "the event is missing");
        let bytes = self.line()?.ok_or_else(missing)?;
        // What is not JSON was not signed either; that is found by its hash.
        let value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok(LeafLine { bytes, value })
    }
}

impl LeafLine {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        text_of(&self.value, name)
    }
}

impl Ours {
    /// Whether it is a line of this kind.
    pub(super) fn is(&self, kind: &str) -> bool {
        self.text("konductro") == Some(kind)
    }

    /// A line of this kind, with these members and no others.
    pub(super) fn of_kind(
        self,
        kind: &str,
        members: &[&str],
        optional: &[&str],
        at: Option<u64>,
    ) -> Result<Self, Fault> {
        let known = |name: &str| name == "konductro" || members.contains(&name) || optional.contains(&name);
        let whole = members.iter().all(|name| self.has(name));
        let no_other = self.0.as_object().is_some_and(|object| object.keys().all(|name| known(name)));
        if self.is(kind) && whole && no_other {
            return Ok(self);
        }
        Err(Finding::Altered.fault(at, &format!("a line that is not of kind {kind} follows")))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some()
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        text_of(&self.0, name)
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.0.get(name).and_then(Value::as_u64)
    }

    /// Its hashes, each of 64 lower-case hex digits.
    pub(super) fn hashes(&self) -> Option<Vec<Hash>> {
        self.0.get("hashes")?.as_array()?.iter().map(|hash| read_hash(hash.as_str()?)).collect()
    }
}

fn read_hash(text: &str) -> Option<Hash> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    (hex::encode(bytes) == text).then_some(Hash(bytes))
}
