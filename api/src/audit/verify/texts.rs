//! The texts that events name: there and unchanged, or erased by an event that says so.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::BufRead;

use konductro_domain::text::Hash;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::lines::{LeafLine, Lines, Ours};
use super::text_of;
use super::verdict::{Erasure, Fault, Finding};
use crate::audit::export::named_texts;

/// What was named so far, and what became of it.
#[derive(Default)]
pub(super) struct Texts {
    named: HashSet<Hash>,
    texts: u64,
    erased: u64,
    /// Erased texts, and the position of the event that has to say so.
    told: BTreeSet<(u64, Hash)>,
    /// What the log says was erased.
    erasures: BTreeMap<(u64, Hash), Erasure>,
    /// The reasons that erasures name, as far as they came by.
    reasons: BTreeMap<Hash, Option<String>>,
}

impl Texts {
    /// Takes note of an event that erased a text.
    pub(super) fn erasure(&mut self, leaf: &LeafLine, position: u64) -> Result<(), Fault> {
        let is_one = leaf.text("aggregate_type") == Some("workspace") && leaf.text("event_type") == Some("TextErased");
        if !is_one {
            return Ok(());
        }
        let odd = || Finding::Altered.fault(Some(position), "the event does not say which text was erased");
        let payload = &leaf.value["payload"];
        let hash: Hash = text_of(payload, "erased").and_then(|hash| hash.parse().ok()).ok_or_else(odd)?;
        let reason: Option<Hash> = text_of(&payload["reason"], "hash").and_then(|hash| hash.parse().ok());
        if let Some(reason) = reason {
            self.reasons.entry(reason).or_insert(None);
        }
        let erasure = Erasure {
            text: hash.to_string(),
            position,
            by: text_of(&leaf.value["metadata"], "user_id").unwrap_or("the console").to_owned(),
            at: leaf.text("recorded_at").unwrap_or_default().to_owned(),
            reason: reason.map(|reason| reason.to_string()),
        };
        self.erasures.insert((position, hash), erasure);
        Ok(())
    }

    /// Reads the texts that an event names for the first time.
    pub(super) fn named_by(
        &mut self,
        payload: &Value,
        position: u64,
        lines: &mut Lines<impl BufRead>,
    ) -> Result<(), Fault> {
        for (hash, bytes) in named_texts(payload) {
            if !self.named.insert(hash) {
                continue;
            }
            let missing = || Finding::Incomplete.fault(Some(position), &format!("its text {hash} is missing"));
            let line = lines.next_ours()?.ok_or_else(missing)?;
            if line.is("text") {
                self.whole(line, hash, bytes, position)?;
            } else if line.is("erased") {
                let line = line.of_kind("erased", &["hash", "position"], &[], Some(position))?;
                let altered = || Finding::Altered.fault(Some(position), "what was erased is another text");
                if line.text("hash") != Some(hash.to_string().as_str()) {
                    return Err(altered());
                }
                self.told.insert((line.number("position").ok_or_else(altered)?, hash));
                self.erased += 1;
            } else {
                return Err(missing());
            }
        }
        Ok(())
    }

    fn whole(&mut self, line: Ours, hash: Hash, bytes: u64, position: u64) -> Result<(), Fault> {
        let line = line.of_kind("text", &["body", "hash"], &["salt"], Some(position))?;
        let altered = || Finding::Altered.fault(Some(position), &format!("its text {hash} is not what it was"));
        let body = line.text("body").ok_or_else(altered)?;
        let salt = match line.text("salt") {
            Some(salt) => hex::decode(salt).ok().filter(|bytes| hex::encode(bytes) == salt).ok_or_else(altered)?,
            None if line.has("salt") => return Err(altered()),
            None => Vec::new(),
        };
        let found: [u8; 32] = Sha256::new().chain_update(salt).chain_update(body).finalize().into();
        let is_it = line.text("hash") == Some(hash.to_string().as_str());
        if !is_it || Hash::from(found) != hash || body.len() as u64 != bytes {
            return Err(altered());
        }
        if let Some(reason) = self.reasons.get_mut(&hash) {
            *reason = Some(body.to_owned());
        }
        self.texts += 1;
        Ok(())
    }

    /// How many texts there were, how many were erased, and who erased them. Each erased one has its event.
    pub(super) fn end(self) -> Result<(u64, u64, Vec<Erasure>), Fault> {
        for (position, hash) in &self.told {
            if !self.erasures.contains_key(&(*position, *hash)) {
                let what = format!("no event says that text {hash} was erased");
                return Err(Finding::Altered.fault(Some(*position), &what));
            }
        }
        let reason = |named: Option<String>| {
            let hash: Option<Hash> = named.and_then(|hash| hash.parse().ok());
            hash.and_then(|hash| self.reasons.get(&hash).cloned().flatten())
        };
        let erasures = self.erasures.into_values().map(|mut erasure| {
            erasure.reason = reason(erasure.reason.take());
            erasure
        });
        Ok((self.texts, self.erased, erasures.collect()))
    }
}
