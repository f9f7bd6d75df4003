//! Verifies an export, offline and in one pass: the file, the public key line, and nothing else.
//!
//! Every byte counts. A leaf line has to hash to what the signed head proves, a line of ours has to be in its one
//! canonical form, and each thing it says is held against something that is signed. The second verifier, in
//! `tests/verifier`, does the same in another language and has to come to the same verdict.

mod lines;
mod note;
mod streams;
mod texts;
mod verdict;

use std::io::BufRead;

use serde_json::Value;
use tlog_tiles::tlog::{Hash, check_record, check_tree, record_hash};

pub use self::note::{SignedHead, read as read_head};
pub use self::verdict::{Erasure, Fault, Finding, Sound};

use self::lines::{Lines, Ours};
use self::streams::Streams;
use self::texts::Texts;
use super::tree::Frontier;

/// What an export is verified against.
#[derive(Debug, Clone)]
pub struct Expected {
    /// The public key line.
    pub key: String,
    /// A head that was seen before.
    pub since: Option<String>,
}

/// Verifies an export: what it holds if it is sound, the first thing that is wrong if not.
pub fn verify(file: impl BufRead, expected: &Expected) -> Result<Sound, Fault> {
    let mut lines = Lines::new(file);
    let head = header(&mut lines, expected)?;
    let since = expected.since.as_deref().map(|note| note::read(note, &expected.key)).transpose()?;
    if since.as_ref().is_some_and(|since| since.size > head.signed.size) {
        return Err(Finding::RolledBack.fault(None, "the log was longer when the earlier head was signed"));
    }
    let mut lines = lines;
    let (declaration, earlier) = declaration(&mut lines, &head, &expected.key)?;
    let mut export = Export::new(&head, declaration, since.as_ref().map(|since| since.size));
    while let Some(event) = lines.next_ours()? {
        export.event(&mut lines, event)?;
    }
    let counted = export.end()?;
    if let Some(since) = since {
        continues(&since, &head, earlier.as_ref(), counted.root_at_since)?;
    }
    Ok(counted.sound)
}

/// What stands at the beginning.
struct Header {
    project: Option<String>,
    signed: SignedHead,
}

fn header(lines: &mut Lines<impl BufRead>, expected: &Expected) -> Result<Header, Fault> {
    let altered = |what: &str| Finding::Altered.fault(None, what);
    let first = lines.next_ours()?.ok_or_else(|| Finding::Incomplete.fault(None, "the file is empty"))?;
    let first = first.of_kind("audit-export", &["format", "key"], &["project"], None)?;
    if first.number("format") != Some(super::export::FORMAT) {
        return Err(altered("the format is one that this version does not know"));
    }
    if first.text("key") != Some(expected.key.as_str()) {
        return Err(Finding::WrongKey.fault(None, "the export names another key"));
    }
    let project = first.text("project").map(str::to_owned);
    if first.has("project") && project.is_none() {
        return Err(altered("the project is no id"));
    }
    let checkpoint = lines.next_ours()?.ok_or_else(|| Finding::Incomplete.fault(None, "the checkpoint is missing"))?;
    let checkpoint = checkpoint.of_kind("checkpoint", &["checkpoint"], &[], None)?;
    let note = checkpoint.text("checkpoint").ok_or_else(|| altered("the checkpoint is no text"))?;
    Ok(Header { project, signed: note::read(note, &expected.key)? })
}

/// What there has to be.
#[derive(Debug, Clone, Copy)]
struct Declared {
    up_to: u64,
    events: u64,
    texts: u64,
    erased: u64,
}

fn declaration(
    lines: &mut Lines<impl BufRead>,
    head: &Header,
    key: &str,
) -> Result<(Declared, Option<SignedHead>), Fault> {
    let missing = || Finding::Incomplete.fault(None, "the declaration of what there has to be is missing");
    let mut line = lines.next_ours()?.ok_or_else(missing)?;
    let mut earlier = None;
    if line.is("earlier") {
        let it = line.of_kind("earlier", &["checkpoint", "hashes"], &[], None)?;
        let no_proof = || Finding::Altered.fault(None, "the earlier head is not proven to be continued");
        let old = note::read(it.text("checkpoint").ok_or_else(no_proof)?, key)?;
        let proof = it.hashes().ok_or_else(no_proof)?;
        if !is_continued(&old, &head.signed, &proof) {
            return Err(no_proof());
        }
        earlier = Some(old);
        line = lines.next_ours()?.ok_or_else(missing)?;
    }
    let line = line.of_kind("declaration", &["hashes", "position"], &[], None)?;
    let altered = |position, what: &str| Finding::Altered.fault(position, what);
    let position = line.number("position").ok_or_else(|| altered(None, "the declaration has no position"))?;
    let leaf = lines.next_leaf(position)?;
    proven(&leaf.bytes, position, &line, &head.signed)?;
    let wrong = || altered(Some(position), "the declaration is of another export");
    let payload = &leaf.value["payload"];
    let is_declaration = leaf.text("aggregate_type") == Some("workspace")
        && leaf.text("event_type") == Some("AuditExported")
        && payload["project_id"].as_str() == head.project.as_deref();
    let number = |name: &str| payload[name].as_u64();
    match (number("up_to"), number("events"), number("texts"), number("erased")) {
        (Some(up_to), Some(events), Some(texts), Some(erased)) if is_declaration && up_to < position => {
            Ok((Declared { up_to, events, texts, erased }, earlier))
        }
        _ => Err(wrong()),
    }
}

/// Whether a leaf line is in the signed tree, at the place that is said.
fn proven(leaf: &[u8], position: u64, line: &Ours, head: &SignedHead) -> Result<Hash, Fault> {
    let altered = || Finding::Altered.fault(Some(position), "the event is not what was signed");
    let hash = record_hash(leaf);
    let proof = line.hashes().ok_or_else(altered)?;
    let index = position.checked_sub(1).ok_or_else(altered)?;
    check_record(&proof, head.size, head.root, index, hash).map_err(|_| altered())?;
    Ok(hash)
}

fn is_continued(old: &SignedHead, new: &SignedHead, proof: &Vec<Hash>) -> bool {
    match old.size {
        0 => proof.is_empty(),
        size => size <= new.size && check_tree(proof, new.size, new.root, size, old.root).is_ok(),
    }
}

/// Whether the log is the continuation of what it was.
fn continues(
    since: &SignedHead,
    head: &Header,
    earlier: Option<&SignedHead>,
    recomputed: Option<Hash>,
) -> Result<(), Fault> {
    let root = if since.size == head.signed.size {
        Some(head.signed.root)
    } else if let Some(earlier) = earlier.filter(|earlier| earlier.size == since.size) {
        Some(earlier.root)
    } else {
        recomputed
    };
    match root {
        Some(root) if root == since.root => Ok(()),
        Some(_) => Err(Finding::RolledBack.fault(None, "the log is not the continuation of the earlier head")),
        None => {
            let what = format!("nothing proves that the earlier head is continued: export with --since {}", since.size);
            Err(Finding::Incomplete.fault(None, &what))
        }
    }
}

/// An export on its way through.
struct Export<'a> {
    head: &'a Header,
    declared: Declared,
    last: u64,
    events: u64,
    streams: Streams,
    texts: Texts,
    /// The whole log's tree, to compare with an earlier head that is within.
    tree: Option<(Frontier, u64)>,
    root_at_since: Option<Hash>,
}

struct Counted {
    sound: Sound,
    root_at_since: Option<Hash>,
}

impl<'a> Export<'a> {
    fn new(head: &'a Header, declared: Declared, since: Option<u64>) -> Self {
        let whole = head.project.is_none();
        let empty = Frontier::default();
        let root_at_since = empty.root().ok().filter(|_| since == Some(0));
        let tree = since.filter(|_| whole).map(|size| (empty, size));
        let (streams, texts) = (Streams::new(whole), Texts::default());
        Self { head, declared, last: 0, events: 0, streams, texts, tree, root_at_since }
    }

    fn is_whole(&self) -> bool {
        self.head.project.is_none()
    }

    fn event(&mut self, lines: &mut Lines<impl BufRead>, line: Ours) -> Result<(), Fault> {
        let line = line.of_kind("event", &["hashes", "position"], &[], Some(self.last))?;
        let altered = |position, what: &str| Finding::Altered.fault(Some(position), what);
        let position = line.number("position").ok_or_else(|| altered(self.last, "what comes next has no position"))?;
        if position <= self.last {
            return Err(altered(position, "the event stands after one that it comes before"));
        }
        if position > self.declared.up_to {
            return Err(altered(position, "the event is younger than the export"));
        }
        if self.is_whole() && position > self.last + 1 {
            return Err(Finding::Incomplete.fault(Some(self.last + 1), "the event is missing"));
        }
        self.last = position;
        self.events += 1;
        let leaf = lines.next_leaf(position)?;
        let hash = proven(&leaf.bytes, position, &line, &self.head.signed)?;
        if self.head.project.is_some() && leaf.value["metadata"]["project"].as_str() != self.head.project.as_deref() {
            return Err(altered(position, "the event is of another project"));
        }
        self.streams.follow(&leaf, hash, position)?;
        self.texts.erasure(&leaf, position)?;
        self.texts.named_by(&leaf.value["payload"], position, lines)?;
        self.grow(hash);
        Ok(())
    }

    fn grow(&mut self, leaf: Hash) {
        if let Some((tree, until)) = &mut self.tree
            && tree.size() < *until
            && tree.push(leaf).is_ok()
            && tree.size() == *until
        {
            self.root_at_since = tree.root().ok();
        }
    }

    fn end(self) -> Result<Counted, Fault> {
        let next = self.is_whole().then_some(self.last + 1);
        if self.events < self.declared.events {
            let missing = self.declared.events - self.events;
            return Err(Finding::Incomplete.fault(next, &format!("{missing} events are missing at the end")));
        }
        if self.events > self.declared.events {
            return Err(Finding::Altered.fault(Some(self.last), "there are more events than were declared"));
        }
        let (texts, erased, erasures) = self.texts.end()?;
        if (texts, erased) != (self.declared.texts, self.declared.erased) {
            return Err(Finding::Altered.fault(None, "there are not as many texts as were declared"));
        }
        let sound = Sound {
            origin: self.head.signed.origin.clone(),
            size: self.head.signed.size,
            up_to: self.declared.up_to,
            events: self.events,
            texts,
            erasures,
        };
        Ok(Counted { sound, root_at_since: self.root_at_since })
    }
}

/// A member of a JSON object that is a text.
fn text_of<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}
