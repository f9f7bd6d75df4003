//! The state of an interview, read from its history each time.
//!
//! Nothing is kept between turns: what was asked, answered, skipped and written is in the messages,
//! the brief and the documents, and the same task always gives the same state.

use std::collections::BTreeSet;

use konductro_domain::conductor::Task;
use konductro_domain::stage::Stage;

use super::artefact::documents_in;
use super::listen::{Act, Change, listen};
use super::notice;
use super::topic::{self, Topic};
use super::verbs::Kind;
use super::wording::{folded, items, readable};

/// Where a fact comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The phase's brief or the project's context.
    Given,
    /// An approved artefact.
    Approved,
    /// A message.
    Said,
}

/// Something that is known about a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    /// The topic.
    pub(super) topic: Topic,
    /// The words.
    pub(super) text: String,
    /// Where it comes from.
    pub(super) source: Source,
}

/// The interview as it stands.
#[derive(Debug, Clone)]
pub(super) struct Interview {
    /// The stage.
    pub(super) stage: Stage,
    /// What is known, in the order it was said.
    pub(super) facts: Vec<Fact>,
    /// What a person left open.
    pub(super) skipped: BTreeSet<Topic>,
    /// What the last reply asked.
    pub(super) pending: Option<Topic>,
    /// What messages said since the last document.
    pub(super) fresh: Vec<Change>,
    /// What messages said at all, apart from facts.
    pub(super) others: Vec<Change>,
    /// Whether a reply already wrote a document to its end.
    pub(super) wrote: bool,
    /// Items that a correction took the place of since the last document.
    pub(super) forgotten: Vec<String>,
    asked: Vec<Topic>,
    last: Option<Topic>,
    reopened: Option<Topic>,
}

impl Interview {
    /// Reads everything up to, and without, the present message.
    pub(super) fn before(task: &Task) -> Self {
        let mut interview = Self {
            stage: task.stage,
            facts: Vec::new(),
            skipped: BTreeSet::new(),
            pending: None,
            fresh: Vec::new(),
            others: Vec::new(),
            wrote: false,
            forgotten: Vec::new(),
            asked: Vec::new(),
            last: None,
            reopened: None,
        };
        interview.read_given(task);
        for exchange in &task.history {
            interview.hear(&exchange.message);
            interview.note_reply(&exchange.reply);
        }
        interview
    }

    fn read_given(&mut self, task: &Task) {
        let topics = topic::plan(self.stage);
        for given in [&task.phase_brief, &task.project_context] {
            for noticed in notice::notice(given, topics, None) {
                if let Some(topic) = noticed.topic {
                    self.know(topic, noticed.text, Source::Given);
                }
            }
        }
        for message in task.scoping.conversation.iter().map(|turn| &turn.message) {
            for noticed in notice::notice(message, topics, None) {
                if let Some(topic) = noticed.topic {
                    self.know(topic, noticed.text, Source::Given);
                }
            }
        }
        for artefact in task.approved.iter().chain(&task.scoping.note) {
            for (topic, text) in notice::headed(&artefact.markdown, topics) {
                self.know(topic, text, Source::Approved);
            }
        }
    }

    fn know(&mut self, topic: Topic, text: String, source: Source) {
        let empty = ["", "none", "unknown", "tbd", "n/a", "-", "…", "...", "*none at present"];
        let is_new = !self.facts.iter().any(|fact| fact.topic == topic && fact.text == text);
        if is_new && !(source != Source::Said && empty.contains(&folded(&text).trim().trim_end_matches('.'))) {
            self.facts.push(Fact { topic, text, source });
        }
    }

    /// Takes a message in.
    pub(super) fn hear(&mut self, message: &str) -> Act {
        let asked = self.pending.or_else(|| if self.asked.is_empty() { None } else { self.next() });
        let heard = listen(message, self.stage, asked, self.last);
        match &heard.act {
            Act::Skip => {
                if let Some(topic) = self.pending.or_else(|| self.next()) {
                    self.reopened = self.reopened.filter(|reopened| *reopened != topic);
                    self.skipped.insert(topic);
                }
            }
            Act::Back => self.go_back(),
            _ => {}
        }
        for change in heard.changes {
            self.take(change);
        }
        if heard.act == Act::Tell {
            self.pending = None;
        }
        heard.act
    }

    fn go_back(&mut self) {
        let here = self.pending.take();
        let before = self.asked.iter().rev().copied().find(|topic| Some(*topic) != here);
        if let Some(topic) = before {
            while self.asked.last().is_some_and(|last| *last != topic) {
                self.asked.pop();
            }
            self.skipped.remove(&topic);
            self.reopened = Some(topic);
        }
    }

    fn take(&mut self, change: Change) {
        match &change {
            Change::Told { topic, text, replaces } => {
                let reopened = self.reopened == Some(*topic);
                if reopened {
                    self.reopened = None;
                }
                if *replaces || reopened {
                    self.forget(*topic, text);
                }
                let answers = items(text).is_empty();
                if !answers {
                    self.skipped.remove(topic);
                    self.know(*topic, text.clone(), Source::Said);
                    self.last = Some(*topic);
                }
            }
            _ => self.others.push(change.clone()),
        }
        self.fresh.push(change);
    }

    /// A correction takes the place of what it corrects: the same labelled limit, or the topic's answers.
    fn forget(&mut self, topic: Topic, text: &str) {
        let label = text
            .split_once(':')
            .map(|(label, _)| folded(label))
            .filter(|label| notice::KEPT_LABELS.contains(&label.as_str()));
        match label {
            Some(label) => {
                for fact in &mut self.facts {
                    if fact.topic == topic {
                        let kept: Vec<&str> = fact.text.lines().filter(|line| !folded(line).contains(&label)).collect();
                        fact.text = kept.join("\n");
                    }
                }
                self.facts.retain(|fact| !fact.text.trim().is_empty());
            }
            None => {
                let (gone, kept): (Vec<Fact>, Vec<Fact>) = std::mem::take(&mut self.facts)
                    .into_iter()
                    .partition(|fact| fact.topic == topic && fact.source == Source::Said);
                self.facts = kept;
                self.forgotten.extend(gone.iter().flat_map(|fact| items(&fact.text)));
            }
        }
    }

    fn note_reply(&mut self, reply: &str) {
        let reply = readable_reply(reply);
        if let Some(topic) = topic::asked_in(reply).filter(|topic| topic::plan(self.stage).contains(topic)) {
            self.pending = Some(topic);
            self.asked.push(topic);
        } else {
            self.pending = None;
        }
        if !documents_in(reply).is_empty() {
            self.wrote = true;
            self.fresh.clear();
            self.forgotten.clear();
        }
    }

    /// What is known about a topic, as items.
    pub(super) fn items(&self, topic: Topic) -> Vec<String> {
        self.facts.iter().filter(|fact| fact.topic == topic).flat_map(|fact| items(&fact.text)).collect()
    }

    /// What is known about a topic, as it was said.
    pub(super) fn text(&self, topic: Topic) -> String {
        let texts: Vec<&str> =
            self.facts.iter().filter(|fact| fact.topic == topic).map(|fact| fact.text.as_str()).collect();
        texts.join("\n")
    }

    /// Whether a topic needs no question any more.
    pub(super) fn is_known(&self, topic: Topic) -> bool {
        if self.reopened == Some(topic) {
            return false;
        }
        let said = self.facts.iter().any(|fact| fact.topic == topic && fact.source == Source::Said);
        match topic {
            _ if said => true,
            Topic::Capabilities => {
                super::capability::capabilities(&self.text(topic))
                    .iter()
                    .filter(|found| found.kind != Kind::Provide)
                    .count()
                    >= 2
            }
            Topic::Users => !self.items(topic).is_empty() || self.actors().len() >= 2,
            _ => !self.items(topic).is_empty(),
        }
    }

    /// Whether it was answered or left open.
    pub(super) fn is_settled(&self, topic: Topic) -> bool {
        self.is_known(topic) || (self.skipped.contains(&topic) && self.reopened != Some(topic))
    }

    /// Who acts in what people must be able to do.
    pub(super) fn actors(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for capability in super::capability::capabilities(&self.text(Topic::Capabilities)) {
            for actor in capability.actor.iter().flat_map(|actor| actor.split(" or ")) {
                if !found.iter().any(|known| known == actor) {
                    found.push(actor.to_owned());
                }
            }
        }
        found
    }

    /// The next topic to ask.
    pub(super) fn next(&self) -> Option<Topic> {
        self.reopened.or_else(|| topic::plan(self.stage).iter().copied().find(|topic| !self.is_settled(*topic)))
    }

    /// How many topics are settled.
    pub(super) fn settled(&self) -> usize {
        topic::plan(self.stage).iter().filter(|topic| self.is_settled(**topic)).count()
    }

    /// Whether the first document can be written unasked.
    pub(super) fn has_enough(&self) -> bool {
        let essential = match self.stage {
            Stage::Architecture => &[][..],
            _ => &[Topic::Capabilities][..],
        };
        self.settled() >= topic::enough(self.stage) && essential.iter().all(|topic| self.is_settled(*topic))
    }
}

/// A reply is ours and may be long; only something absurd is cut.
fn readable_reply(reply: &str) -> &str {
    if reply.len() > 2 * 1024 * 1024 { readable(reply) } else { reply }
}
