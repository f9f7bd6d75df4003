//! Changing a document that exists: item by item, so that what people edited by hand stays as they left it.
//!
//! Ids are never given twice: a withdrawn requirement leaves its id behind in a decision.

use std::collections::BTreeSet;

use konductro_domain::stage::Stage;

use super::architecture;
use super::capability::{self, actor_name, capabilities};
use super::identifier::{Id, Ids};
use super::listen::{self, Change};
use super::outline::{Item, Outline};
use super::quality::{self, ASSUMED};
use super::requirements::items;
use super::rules;
use super::scoping;
use super::topic::Topic;
use super::wording::{capital, cell, count, folded, items as parts, open_ended, safe, sentence, small};

/// A document under amendment, with the account of what was done.
pub(super) struct Amendment {
    stage: Stage,
    outline: Outline,
    ids: Ids,
    /// What changed, one clause each, for the reply.
    pub(super) account: Vec<String>,
}

impl Amendment {
    /// Begins with the text as it stands.
    pub(super) fn of(stage: Stage, markdown: &str, ids: Ids) -> Self {
        Self { stage, outline: Outline::parse(markdown), ids, account: Vec::new() }
    }

    /// The text as it now stands.
    pub(super) fn text(&self) -> String {
        self.outline.render()
    }

    /// Works one change in.
    pub(super) fn apply(&mut self, change: &Change) {
        match change {
            Change::Told { topic, text, replaces } => self.told(*topic, text, *replaces),
            Change::Revise(id, text) => self.revise(id, &safe(text)),
            Change::Extend(id, text) => self.extend(id, &safe(text)),
            Change::Retire(id) => self.retire(id),
            Change::Rank(id, priority) => self.rank(id, priority),
            Change::Substitute(from, to) => self.substitute(&safe(from), &safe(to)),
            Change::Asked(question) => self.ask(&safe(question)),
            Change::Note(text) => self.decide(&sentence(&safe(text)), "noted"),
        }
    }

    /// Works a change request in, unless an earlier version already says that it did.
    pub(super) fn work_in(&mut self, request: &str) {
        let quoted = open_ended(&safe(request)).to_owned();
        if quoted.is_empty()
            || self.outline.lines().any(|line| line.contains(&quoted) && line.contains("Change request"))
        {
            return;
        }
        let before = self.account.len();
        if request.trim_end().ends_with('?') {
            self.apply(&Change::Asked(request.to_owned()));
        } else {
            for change in listen::changes(request, self.stage, None, None) {
                if !matches!(change, Change::Note(_)) {
                    self.apply(&change);
                }
            }
        }
        let done = self.account[before..].join("; ");
        let done = if done.is_empty() { "recorded as it stands; it binds everything above".to_owned() } else { done };
        self.decide(&format!("Change request “{quoted}”: {}.", open_ended(&done)), "recorded the change request");
    }

    /// Takes out list items that a correction has replaced.
    pub(super) fn forget(&mut self, items: &[String]) {
        for item in items {
            let words = cell(open_ended(&sentence(item)));
            if words.chars().count() >= 6 && self.outline.take_line(&words).is_some() {
                self.account.push(format!("took out “{}”", open_ended(item)));
            }
        }
    }

    fn told(&mut self, topic: Topic, text: &str, replaces: bool) {
        self.resolve(topic, text);
        match topic {
            Topic::Capabilities if self.stage == Stage::Requirements => self.add_requirements(text),
            Topic::Qualities => self.add_qualities(text),
            Topic::Rules => self.add_rules(text),
            Topic::Limits if self.stage == Stage::Requirements => self.add_limits(text, replaces),
            Topic::Problem if self.stage == Stage::Requirements => {
                let paragraph = parts(text).iter().map(|part| sentence(part)).collect::<Vec<_>>().join(" ");
                self.outline.section(&["problem"], "Problem and why now").push_paragraph(&paragraph);
                self.account.push("added to the problem".to_owned());
            }
            Topic::Users => {
                let found = items::users(text, &[]);
                for (name, note) in &found {
                    self.outline.section(&["users", "personas"], "Users").push(&items::user(
                        name,
                        note.as_deref(),
                        &[],
                    ));
                }
                self.account.push(format!("added {} to the users", count(found.len(), "group")));
            }
            Topic::Outcomes if self.stage == Stage::Requirements => {
                for part in parts(text) {
                    self.outline
                        .section(&["outcome", "success"], "Outcomes and success measures")
                        .push(&items::outcome(&part));
                }
                self.account.push("added to the outcomes".to_owned());
            }
            _ => self.add_lines(topic, text),
        }
    }

    fn add_lines(&mut self, topic: Topic, text: &str) {
        let assumed = architecture::fallback_of(topic);
        if self.stage == Stage::Architecture && !assumed.is_empty() {
            let said = parts(text).iter().map(|part| sentence(part)).collect::<Vec<_>>().join(" ");
            if self.outline.substitute(assumed, &said) > 0 {
                self.account.push(format!("settled {}", topic.question().name));
                return;
            }
        }
        let (words, heading) = match self.stage {
            Stage::Architecture => architecture::home_of(topic),
            _ => scoping::home_of(topic),
        };
        for part in parts(text) {
            let bullet = sentence(&part);
            self.outline.section(words, heading).push(&Item { bullet, cells: Vec::new() });
        }
        self.account.push(format!("added to “{heading}”"));
    }

    /// An answered question leaves the list, and the answer becomes a decision.
    fn resolve(&mut self, topic: Topic, text: &str) {
        if let Some(line) = self.outline.take_line(topic.question().open) {
            let id = super::identifier::first_in(&line)
                .map_or_else(|| "the open question".to_owned(), |(id, ..)| id.to_string());
            let answer = safe(&parts(text).join(" "));
            self.decide(&format!("{id} is answered: {}", sentence(&answer)), &format!("closed {id}"));
        }
    }

    fn add_requirements(&mut self, text: &str) {
        let default = self.first_user();
        for mut capability in capabilities(text) {
            items::settle_actor(&mut capability, &default);
            let id = self.ids.next("R");
            let block = items::requirement(&id, &capability, &[], &[], &[]);
            self.outline.section(&["functional requirements"], "Functional requirements").push_paragraph(&block);
            self.account.push(format!("added {id} “{}”", capability.title()));
        }
    }

    fn first_user(&self) -> String {
        let row = self.outline.lines().skip_while(|line| !line.starts_with("| Who")).nth(2);
        let name = row.and_then(|row| row.trim_start_matches('|').split('|').next()).map(actor_name);
        name.filter(|name| !name.is_empty() && name.len() < 60).unwrap_or_else(|| "person".to_owned())
    }

    fn add_qualities(&mut self, text: &str) {
        for quality in quality::stated(text) {
            let section = self.outline.section(&["non-functional"], "Non-functional requirements");
            match section.line_with(&[ASSUMED, &format!("| {} |", quality.kind)]) {
                Some(line) if super::identifier::first_in(line).is_some() => {
                    let (id, ..) = super::identifier::first_in(line).unwrap_or((Id::new("N", 1), 0, 0));
                    *line = format!(
                        "| {} |",
                        items::quality(&id, &quality)
                            .cells
                            .iter()
                            .map(|text| cell(text))
                            .collect::<Vec<_>>()
                            .join(" | ")
                    );
                    self.account.push(format!("settled {id} ({})", small(quality.kind)));
                }
                _ => {
                    let id = self.ids.next("N");
                    section.push(&items::quality(&id, &quality));
                    self.account.push(format!("added {id} ({})", small(quality.kind)));
                }
            }
        }
        self.recount_assumed();
    }

    /// The assumption that counts the assumed numbers says how many are left.
    fn recount_assumed(&mut self) {
        let left = self.outline.lines().filter(|line| line.starts_with("| N-") && line.contains(ASSUMED)).count();
        let mark = "marked *(assumed)* among the non-functional requirements hold until somebody changes them.";
        if let Some(line) = self.outline.section(&["assumptions"], "Assumptions").line_with(&["- **A-", mark])
            && let Some((id, ..)) = super::identifier::first_in(line)
        {
            *line = format!("- **{id}** {}", items::assumed_numbers(left));
        }
    }

    fn add_rules(&mut self, text: &str) {
        let found = rules::rules(text);
        for rule in &found.rules {
            self.outline
                .section(&["business rules"], "Business rules and data")
                .push(&Item { bullet: rule.clone(), cells: Vec::new() });
        }
        for (case, response) in &found.failures {
            self.outline
                .section(&["edge", "failure cases"], "Edge and failure cases")
                .push(&items::failure(case, response));
        }
        self.account.push(format!(
            "added {} and {}",
            count(found.rules.len(), "rule"),
            count(found.failures.len(), "failure case")
        ));
    }

    fn add_limits(&mut self, text: &str, replaces: bool) {
        let found = rules::limits(text);
        for (kind, limit) in &found.constraints {
            if *kind == "Deadline"
                && let Some(line) =
                    self.outline.section(&["problem"], "Problem and why now").line_with(&[items::NO_DATE])
            {
                *line = format!("**Why now.** {}", items::why_now(limit));
            }
            let section = self.outline.section(&["constraints"], "Constraints");
            let is_labelled = text
                .split_once(':')
                .is_some_and(|(label, _)| super::notice::KEPT_LABELS.contains(&folded(label).as_str()));
            if (replaces || is_labelled) && *kind != "Other" {
                section.drop_lines(&[&format!("**{kind}.**")]);
            }
            section.push(&Item { bullet: items::constraint(kind, limit), cells: Vec::new() });
            self.account.push(format!("set the constraint “{}”", open_ended(limit)));
        }
        for left_out in &found.left_out {
            self.outline
                .section(&["non-goals", "out of scope"], "Non-goals")
                .push(&Item { bullet: left_out.clone(), cells: Vec::new() });
            self.account.push(format!("left out “{}”", open_ended(left_out)));
        }
    }

    fn revise(&mut self, id: &Id, text: &str) {
        if id.prefix == "Q" {
            return self.answer(id, text);
        }
        let mut kept_criteria = false;
        let mut withdrawn = String::new();
        let Some(block) = self.outline.block(id) else { return self.missing(id) };
        let old = block.text();
        if id.prefix == "R" && id.part.is_none() && block.is_headed() {
            let priority = word_after(&old, "**Priority:** ").unwrap_or_else(|| "must".to_owned());
            kept_criteria = !is_ours(&old);
            let new = if kept_criteria { with_statement(&old, id, text) } else { rewritten(id, text, &priority) };
            withdrawn = withdrawn_criteria(id, &old, &new);
            block.replace(&new);
        } else if block.is_headed() {
            let title = format!("### {id} · {}", capital(open_ended(text)));
            let rest: Vec<&str> = old.lines().skip(1).collect();
            block.replace(&format!("{title}\n{}", rest.join("\n")));
        } else {
            let line = with_item_text(&old, id, &sentence(text));
            block.replace(&line);
        }
        self.account.push(format!("changed {id}"));
        if kept_criteria {
            self.account
                .push(format!("left the criteria of {id} as people wrote them (please check that they still fit)"));
        }
        self.decide(&format!("{id} now reads: {}{withdrawn}", sentence(text)), "");
    }

    fn extend(&mut self, id: &Id, text: &str) {
        if id.prefix == "Q" {
            return self.answer(id, text);
        }
        let Some(block) = self.outline.block(id) else { return self.missing(id) };
        let old = block.text();
        if block.is_headed() {
            let number = super::identifier::all_in(&old)
                .into_iter()
                .filter(|(found, ..)| found.prefix == id.prefix && found.number == id.number)
                .filter_map(|(found, ..)| found.part)
                .max()
                .unwrap_or(0)
                + 1;
            let line = if id.prefix == "R" {
                format!("- **{id}.{number}** {}", as_criterion(text))
            } else {
                format!("- {}", sentence(text))
            };
            let joint = if old.lines().any(|line| line.starts_with("- ")) { "\n" } else { "\n\n" };
            block.replace(&format!("{}{joint}{line}", old.trim_end()));
        } else {
            block.replace(&with_item_text(&old, id, &format!("{} {}", item_text(&old, id), sentence(text))));
        }
        self.account.push(format!("extended {id}"));
    }

    fn retire(&mut self, id: &Id) {
        let Some(block) = self.outline.block(id) else { return self.missing(id) };
        let text = block.text();
        let title = item_text(text.lines().next().unwrap_or_default(), id);
        block.remove();
        self.decide(
            &format!("{id} (“{}”) was withdrawn; its id is not used again.", safe(open_ended(&title))),
            &format!("withdrew {id}"),
        );
    }

    fn rank(&mut self, id: &Id, priority: &str) {
        let Some(block) = self.outline.block(id) else { return self.missing(id) };
        let old = block.text();
        match word_after(&old, "**Priority:** ") {
            Some(before) => block.replace(&old.replacen(
                &format!("**Priority:** {before}"),
                &format!("**Priority:** {priority}"),
                1,
            )),
            None => block.replace(&format!("{}\n\n**Priority:** {priority}.", old.trim_end())),
        }
        self.account.push(format!("made {id} a {priority}"));
    }

    fn substitute(&mut self, from: &str, to: &str) {
        let times = if from.chars().count() < 2 { 0 } else { self.outline.substitute(from, to) };
        if times == 0 {
            self.decide(
                &format!("“{from}” becomes “{to}”."),
                &format!("found “{from}” nowhere, and recorded the change as a decision"),
            );
        } else {
            self.account.push(format!("replaced “{from}” with “{to}” in {}", count(times, "place")));
        }
    }

    fn answer(&mut self, id: &Id, text: &str) {
        let Some(block) = self.outline.block(id) else { return self.missing(id) };
        let question = item_text(&block.text(), id);
        block.remove();
        let topic = super::topic::plan(self.stage).iter().find(|topic| question.contains(topic.question().open));
        if let Some(topic) = topic {
            self.told(*topic, text, false);
        }
        self.decide(&format!("{id} is answered: {}", sentence(text)), &format!("closed {id}"));
    }

    fn ask(&mut self, question: &str) {
        let id = self.ids.next("Q");
        let line = items::open_question(&id, question);
        self.outline.section(&["open questions"], "Open questions").push(&Item { bullet: line, cells: Vec::new() });
        self.account.push(format!("put the question down as {id}"));
    }

    fn decide(&mut self, text: &str, account: &str) {
        let (prefix, words, heading): (_, &[&str], _) = match self.stage {
            Stage::Architecture => ("D", &["deferred", "decided later"], "Deferred and decided later"),
            _ => ("D", &["decisions"], "Decisions"),
        };
        let id = self.ids.next(prefix);
        self.outline.section(words, heading).push(&Item { bullet: format!("**{id}** {text}"), cells: Vec::new() });
        if !account.is_empty() {
            self.account.push(format!("{account} ({id})"));
        }
    }

    fn missing(&mut self, id: &Id) {
        self.account.push(format!("found no {id} in the document, so nothing changed there"));
    }
}

/// The requirement written anew from other words, with its id and priority.
fn rewritten(id: &Id, text: &str, priority: &str) -> String {
    let mut found = capabilities(text);
    found.truncate(1);
    let Some(mut new) = found.pop() else {
        let (title, statement, criterion) = (capital(text), sentence(text), as_criterion(text));
        return format!("### {id} · {title}\n\n{statement}\n\n- **{id}.1** {criterion}");
    };
    if new.priority == capability::Priority::Must {
        new.priority = match priority {
            "should" => capability::Priority::Should,
            "could" => capability::Priority::Could,
            _ => capability::Priority::Must,
        };
    }
    items::settle_actor(&mut new, "person");
    items::requirement(id, &new, &[], &[], &[])
}

/// The criteria that a requirement has no longer, in sentences: their ids are never given to others.
fn withdrawn_criteria(id: &Id, old: &str, new: &str) -> String {
    let parts = |text: &str| -> BTreeSet<u32> {
        let ids = super::identifier::all_in(text).into_iter().map(|(found, ..)| found);
        ids.filter(|found| found.prefix == id.prefix && found.number == id.number)
            .filter_map(|found| found.part)
            .collect()
    };
    parts(old).difference(&parts(new)).map(|part| format!(" {id}.{part} was withdrawn.")).collect()
}

/// Whether a requirement still reads as we wrote it, so that nobody's words are lost when it is written anew.
fn is_ours(block: &str) -> bool {
    let Some(statement) = block.lines().find(|line| line.starts_with("The system shall ")) else { return false };
    let Some(understood) = capabilities(&statement["The system shall ".len()..]).into_iter().next() else {
        return false;
    };
    let ours = super::criteria::criteria(&understood, &[]);
    let mut criteria = block
        .lines()
        .filter_map(|line| line.strip_prefix("- **R-"))
        .filter_map(|line| line.split_once("** "))
        .map(|(_, words)| words);
    understood.statement() == statement
        && criteria.all(|words| {
            ours.iter().any(|line| line == words)
                || words.starts_with("If ") && words.contains(", then the system shall")
        })
}

/// The requirement with another statement, and everything else as people left it.
fn with_statement(old: &str, id: &Id, text: &str) -> String {
    let mut lines: Vec<String> = old.lines().map(str::to_owned).collect();
    let (title, statement) = capabilities(text)
        .first()
        .map_or_else(|| (capital(open_ended(text)), sentence(text)), |found| (found.title(), found.statement()));
    if let Some(first) = lines.first_mut() {
        *first = format!("### {id} · {title}");
    }
    match lines.iter().skip(1).position(|line| !line.trim().is_empty()) {
        Some(at) if !lines[at + 1].starts_with("- ") && !lines[at + 1].starts_with("**") => lines[at + 1] = statement,
        _ => lines.insert(1.min(lines.len()), format!("\n{statement}")),
    }
    lines.join("\n")
}

fn word_after(text: &str, mark: &str) -> Option<String> {
    let rest = &text[text.find(mark)? + mark.len()..];
    let word: String = rest.chars().take_while(|c| c.is_alphabetic()).collect();
    (!word.is_empty()).then_some(word)
}

/// The words of a list line or table row, without its id.
fn item_text(line: &str, id: &Id) -> String {
    if line.starts_with('|') {
        let cells = row_cells(line);
        return cells.get(text_cell(cells.len())).cloned().unwrap_or_default();
    }
    let after = line.find(&id.to_string()).map_or(line, |at| &line[at + id.to_string().len()..]);
    after.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '“' && c != '"').to_owned()
}

fn with_item_text(line: &str, id: &Id, text: &str) -> String {
    if line.starts_with('|') {
        let mut cells = row_cells(line);
        let at = text_cell(cells.len());
        if let Some(found) = cells.get_mut(at) {
            *found = text.to_owned();
        }
        return format!("| {} |", cells.iter().map(|text| cell(text)).collect::<Vec<_>>().join(" | "));
    }
    let lead: String = line.chars().take_while(|c| !c.is_alphanumeric() && *c != '*').collect();
    format!("{lead}**{id}** {text}")
}

fn row_cells(line: &str) -> Vec<String> {
    let line = line.replace("\\|", "\u{1}");
    line.trim().trim_matches('|').split('|').map(|text| text.trim().replace('\u{1}', "|")).collect()
}

/// Where a row of our tables has its words: after the id, and after the kind where there is one.
fn text_cell(columns: usize) -> usize {
    if columns >= 4 { 2 } else { 1 }
}

fn as_criterion(text: &str) -> String {
    let lower = folded(text);
    if ["when ", "while ", "if ", "where "].iter().any(|word| lower.starts_with(word)) {
        return sentence(text);
    }
    for modal in ["must ", "should ", "shall ", "has to ", "needs to ", "need to "] {
        if lower.starts_with(modal) {
            return sentence(&format!("The system shall {}", &text[modal.len()..]));
        }
    }
    if super::verbs::leading(&lower).is_some() {
        sentence(&format!("The system shall {}", small(text)))
    } else {
        sentence(text)
    }
}
