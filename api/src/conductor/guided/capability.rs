//! What people said they must be able to do, understood as far as plain rules carry: who, what, how important.

use super::verbs::{self, Kind};
use super::wording::{
    MOST_ITEMS, capital, folded, has_any, has_number, items, open_ended, singular, small, with_article,
};

/// How important a requirement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Priority {
    /// The phase fails without it.
    Must,
    /// Expected, but the phase can go live without it.
    Should,
    /// Welcome.
    Could,
}

impl Priority {
    /// As it stands in the document.
    pub(super) fn word(self) -> &'static str {
        match self {
            Priority::Must => "must",
            Priority::Should => "should",
            Priority::Could => "could",
        }
    }
}

/// One function that somebody needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Capability {
    /// Who, singular and without an article; `None` is the system itself.
    pub(super) actor: Option<String>,
    /// What, beginning with the verb where there is one.
    pub(super) action: String,
    /// What kind of promise it is.
    pub(super) kind: Kind,
    /// How important.
    pub(super) priority: Priority,
    /// What it is good for, where somebody said so.
    pub(super) benefit: Option<String>,
}

const SYSTEM: [&str; 14] = [
    "the system",
    "system",
    "it",
    "we",
    "the app",
    "app",
    "the application",
    "the platform",
    "the software",
    "the service",
    "the tool",
    "there",
    "this",
    "the site",
];
const MODALS: [&str; 19] = [
    " must be able to ",
    " should be able to ",
    " need to be able to ",
    " needs to be able to ",
    " will be able to ",
    " are able to ",
    " is able to ",
    " can ",
    " could ",
    " must ",
    " should ",
    " may ",
    " shall ",
    " will ",
    " need to ",
    " needs to ",
    " want to ",
    " wants to ",
    " have to ",
];

/// The functions that an answer names.
pub(super) fn capabilities(text: &str) -> Vec<Capability> {
    items(text).iter().flat_map(|item| read(item)).take(MOST_ITEMS).collect()
}

/// The function's object: what is booked, seen, cancelled.
impl Capability {
    /// The name of the function, for a heading.
    pub(super) fn title(&self) -> String {
        capital(&self.action)
    }

    /// The person in a sentence: "a patient".
    pub(super) fn who(&self) -> String {
        self.actor.as_deref().map_or_else(|| "the system".to_owned(), person)
    }

    /// The requirement as one sentence.
    pub(super) fn statement(&self) -> String {
        let action = open_ended(&self.action);
        match (&self.actor, self.kind) {
            (_, Kind::Provide) => format!("The system shall provide {}.", small(action)),
            (Some(actor), Kind::Receive) if !action.starts_with("be ") => {
                format!("The system shall give {} {}.", person(actor), self.rest())
            }
            (Some(actor), _) => format!("The system shall let {} {action}.", person(actor)),
            (None, _) => format!("The system shall {action}."),
        }
    }

    /// What follows the verb.
    pub(super) fn rest(&self) -> &str {
        let length = verbs::leading(&folded(&self.action)).map_or(0, |(_, length)| length);
        self.action.get(length..).unwrap_or_default().trim()
    }

    /// The thing that it is about, singular: "appointment".
    pub(super) fn object(&self) -> Option<String> {
        let phrase = if self.kind == Kind::Provide { self.action.as_str() } else { self.rest() };
        object_of(phrase)
    }

    /// A limit that was named with it: "up to 24 hours before".
    pub(super) fn limit(&self) -> Option<String> {
        let lower = self.action.to_ascii_lowercase();
        [
            "up to ",
            "until ",
            "at least ",
            "at most ",
            "within ",
            "no later than ",
            "not later than ",
            "no more than ",
            "before ",
        ]
        .iter()
        .filter_map(|cue| lower.find(cue))
        .min()
        .and_then(|at| self.action.get(at..))
        .filter(|limit| has_number(limit) || limit.starts_with("until") || limit.starts_with("before"))
        .map(|limit| open_ended(limit).to_owned())
    }
}

/// Whether a sentence says nothing but who can do what.
pub(super) fn is_plain_function(sentence: &str) -> bool {
    let lower = folded(sentence);
    let negative = has_any(&lower, &["not", "no", "nobody", "cannot", "can't", "only", "never", "none", "hardly"]);
    let modal = [" can ", " must be able to ", " should be able to "]
        .iter()
        .filter_map(|modal| lower.find(modal).map(|at| (at, modal.len())))
        .min();
    let Some((at, length)) = modal.filter(|_| !negative) else { return false };
    lower[..at].split_whitespace().count() <= 4 && verbs::leading(&lower[at + length..]).is_some()
}

/// "a patient", "a member of the front desk staff", "anybody".
pub(super) fn person(actor: &str) -> String {
    let each: Vec<String> = actor
        .split(" or ")
        .map(|one| {
            let last = one.rsplit(' ').next().unwrap_or(one).to_lowercase();
            if ["staff", "personnel", "team", "management", "crew"].contains(&last.as_str()) {
                format!("a member of the {one}")
            } else if ["anybody", "anyone", "everybody", "everyone", "nobody", "somebody"].contains(&last.as_str()) {
                "anybody".to_owned()
            } else {
                with_article(one)
            }
        })
        .collect();
    each.join(" or ")
}

/// An actor's name: singular, small, without article.
pub(super) fn actor_name(text: &str) -> String {
    let mut name = small(open_ended(text).trim());
    for determiner in ["a ", "an ", "the ", "our ", "my ", "all ", "each ", "every ", "any ", "both ", "only ", "some "]
    {
        if let Some(rest) = name.strip_prefix(determiner) {
            name = rest.to_owned();
        }
    }
    name.replace(", and ", " and ")
        .replace(", ", " and ")
        .replace(" and ", " or ")
        .split(" or ")
        .map(|one| singular(one.trim()))
        .collect::<Vec<_>>()
        .join(" or ")
}

fn read(item: &str) -> Vec<Capability> {
    let (item, priority) = without_priority(item);
    let item = without_preface(&item);
    let (item, benefit) = without_benefit(&item);
    let (actor, action) = who_and_what(&item);
    let action = open_ended(&action).to_owned();
    if !action.chars().any(char::is_alphanumeric) {
        return Vec::new();
    }
    split_verbs(&action)
        .into_iter()
        .map(|action| {
            let kind = verbs::leading(&folded(&action))
                .map_or(if actor.is_some() { Kind::Other } else { Kind::Provide }, |(kind, _)| kind);
            let action = if kind == Kind::Provide { action } else { small(&action) };
            Capability { actor: actor.clone(), action, kind, priority, benefit: benefit.clone() }
        })
        .collect()
}

fn without_priority(item: &str) -> (String, Priority) {
    let lower = folded(item);
    let priority =
        if has_any(&lower, &["nice to have", "optional", "optionally", "could have", "maybe", "perhaps", "later on"])
            || lower.contains("(could")
        {
            Priority::Could
        } else if lower.contains("(should")
            || lower.starts_with("should")
            || lower.contains(" should ")
            || lower.contains(" ideally")
            || lower.starts_with("ideally")
        {
            Priority::Should
        } else {
            Priority::Must
        };
    let mut text = item.to_owned();
    for mark in [
        "(must have)",
        "(should have)",
        "(could have)",
        "(nice to have)",
        "(must)",
        "(should)",
        "(could)",
        "(optional)",
        "nice to have: ",
        "Nice to have: ",
        "Nice to have is ",
        "Optional: ",
        "optional: ",
        "Optionally, ",
        "optionally ",
        "Ideally, ",
        "ideally ",
        "Ideally ",
        "Must: ",
        "Should: ",
        "Could: ",
        "must have: ",
        "Must have: ",
        "Maybe ",
        "maybe ",
    ] {
        text = text.replace(mark, "");
    }
    (text.trim().to_owned(), priority)
}

fn without_preface(item: &str) -> String {
    let mut text = item.trim();
    loop {
        let lower = text.to_ascii_lowercase();
        let preface = [
            "and ",
            "also ",
            "also, ",
            "then ",
            "first, ",
            "we need to be able to ",
            "we need ",
            "we want to ",
            "we want ",
            "i want ",
            "i need ",
            "please ",
            "it should be possible to ",
            "it must be possible to ",
            "there must be ",
            "there should be ",
            "there needs to be ",
            "a way to ",
            "the ability to ",
            "ability to ",
            "the possibility to ",
            "possibility to ",
            "being able to ",
            "to ",
        ]
        .into_iter()
        .find(|preface| lower.starts_with(preface));
        match preface.and_then(|preface| text.get(preface.len()..)) {
            Some(rest) if !rest.trim().is_empty() => text = rest.trim(),
            _ => return text.to_owned(),
        }
    }
}

fn without_benefit(item: &str) -> (String, Option<String>) {
    let lower = item.to_ascii_lowercase();
    for joint in [" so that ", ", so ", " in order to ", " because "] {
        if let Some(at) = lower.find(joint)
            && let (Some(head), Some(tail)) = (item.get(..at), item.get(at + joint.len()..))
        {
            let tail = open_ended(tail);
            let benefit = if joint == " in order to " { format!("to {tail}") } else { tail.to_owned() };
            return (head.trim_end_matches(',').to_owned(), Some(benefit));
        }
    }
    (item.to_owned(), None)
}

/// "As a doctor, I want to see my day", with the comma or without.
fn told_as_a_story(item: &str) -> Option<(Option<String>, String)> {
    let lower = item.to_ascii_lowercase();
    let article = ["as a ", "as an ", "as the "].into_iter().find(|start| lower.starts_with(start))?;
    let wishes = [" i want to ", " i need to ", " i would like to ", " i can ", " i want "];
    let wish = wishes.into_iter().filter_map(|wish| lower.find(wish).map(|at| (at, wish.len())));
    let comma = || lower.find(',').map(|at| (at, 1));
    let (at, length) = wish.min_by_key(|(at, length)| (*at, usize::MAX - length)).or_else(comma)?;
    let role = item.get(article.len()..at)?.trim_end_matches(',');
    Some((Some(actor_name(role)).filter(|name| !name.is_empty()), item[at + length..].trim().to_owned()))
}

fn who_and_what(item: &str) -> (Option<String>, String) {
    if let Some(told) = told_as_a_story(item) {
        return told;
    }
    let lower = item.to_ascii_lowercase();
    for verb in ["let ", "lets ", "allow ", "allows ", "enable ", "enables "] {
        if let Some(rest) = lower.strip_prefix(verb)
            && let Some(found) = split_at_verb(&item[item.len() - rest.len()..])
        {
            return found;
        }
    }
    let modal = MODALS
        .iter()
        .filter_map(|modal| lower.find(modal).map(|at| (at, modal.len())))
        .min_by_key(|(at, length)| (*at, usize::MAX - length));
    if let Some((at, length)) = modal {
        let (left, right) = (item[..at].trim(), item[at + length..].trim());
        let left_lower = left.to_ascii_lowercase();
        if SYSTEM.contains(&left_lower.as_str()) {
            return (None, right.to_owned());
        }
        let clause = has_any(&left_lower, &["if", "when", "that", "which", "who", "while"]);
        if left.split_whitespace().count() <= 7 && !clause && verbs::leading(&left_lower).is_none() {
            return (Some(actor_name(left)).filter(|name| !name.is_empty()), right.to_owned());
        }
    }
    if verbs::leading(&lower).is_some() {
        return (None, item.to_owned());
    }
    split_at_verb(item).unwrap_or_else(|| (None, item.to_owned()))
}

/// "Receptionists confirm a booking", "patients to book …".
fn split_at_verb(item: &str) -> Option<(Option<String>, String)> {
    let words: Vec<&str> = item.split(' ').collect();
    for at in 1..words.len().min(5) {
        let word = words[at].to_lowercase();
        if ["of", "for", "with", "by", "in", "on", "at", "from", "about"]
            .contains(&words[at - 1].to_lowercase().as_str())
        {
            return None;
        }
        if word == "to" {
            continue;
        }
        if let Some(verb) = verbs::base(&word).filter(|_| words.len() > at + 1) {
            let actor = words[..at].iter().filter(|word| **word != "to").copied().collect::<Vec<_>>().join(" ");
            let actor = if SYSTEM.contains(&actor.to_lowercase().as_str()) {
                None
            } else {
                Some(actor_name(&actor)).filter(|name| !name.is_empty())
            };
            return Some((actor, format!("{verb} {}", words[at + 1..].join(" "))));
        }
    }
    None
}

/// "book, cancel and reschedule appointments" are three functions with one object.
fn split_verbs(action: &str) -> Vec<String> {
    if verbs::leading(&folded(action)).is_none() {
        return vec![action.to_owned()];
    }
    let mut pieces: Vec<String> = vec![String::new()];
    let words: Vec<&str> = action.split_whitespace().collect();
    for (at, word) in words.iter().enumerate() {
        let joint = matches!(*word, "and" | "or" | "&" | "then");
        let after_comma = at > 0 && words[at - 1].ends_with(',');
        let verb_next = words.get(at + 1).is_some_and(|next| verbs::is_verb(&folded(next.trim_end_matches(','))));
        if joint && verb_next {
            pieces.push(String::new());
        } else if after_comma && verbs::is_verb(&folded(word.trim_end_matches(','))) && !joint {
            pieces.push((*word).to_owned());
        } else if let Some(piece) = pieces.last_mut() {
            if !piece.is_empty() {
                piece.push(' ');
            }
            piece.push_str(word);
        }
    }
    let mut pieces: Vec<String> =
        pieces.iter().map(|piece| open_ended(piece).to_owned()).filter(|piece| !piece.is_empty()).collect();
    share_objects(&mut pieces);
    pieces
}

fn share_objects(pieces: &mut [String]) {
    for at in (0..pieces.len().saturating_sub(1)).rev() {
        if verbs::is_verb(&folded(&pieces[at])) {
            let next = pieces[at + 1].clone();
            let length = verbs::leading(&folded(&next)).map_or(0, |(_, length)| length);
            if let Some(object) = next.get(length..).filter(|object| !object.trim().is_empty()) {
                pieces[at].push_str(object);
            }
        }
    }
    for at in 1..pieces.len() {
        let Some(object) = pronoun_object(&pieces[at - 1]) else { continue };
        let words: Vec<&str> = pieces[at].split(' ').collect();
        if words.len() >= 2 && matches!(words[1], "it" | "them" | "one") {
            pieces[at] = [&[words[0], object.as_str()], &words[2..]].concat().join(" ");
        }
    }
}

fn pronoun_object(piece: &str) -> Option<String> {
    let length = verbs::leading(&folded(piece)).map(|(_, length)| length)?;
    let words: Vec<&str> = piece
        .get(length..)?
        .split_whitespace()
        .take_while(|word| !ENDS_OBJECT.contains(&word.to_lowercase().as_str()))
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

const ENDS_OBJECT: [&str; 44] = [
    "online",
    "by",
    "with",
    "for",
    "from",
    "to",
    "in",
    "on",
    "at",
    "of",
    "via",
    "before",
    "after",
    "when",
    "if",
    "until",
    "that",
    "which",
    "and",
    "or",
    "as",
    "into",
    "without",
    "within",
    "up",
    "near",
    "per",
    "about",
    "during",
    "while",
    "who",
    "whose",
    "so",
    "between",
    "again",
    "themselves",
    "not",
    "is",
    "are",
    "over",
    "under",
    "right",
    "together",
    "through",
];

/// The thing that a phrase is about, singular and small.
pub(super) fn object_of(phrase: &str) -> Option<String> {
    const SKIPPED: [&str; 36] = [
        "a",
        "an",
        "the",
        "their",
        "his",
        "her",
        "my",
        "our",
        "your",
        "its",
        "any",
        "all",
        "each",
        "every",
        "some",
        "own",
        "new",
        "free",
        "open",
        "available",
        "several",
        "multiple",
        "up",
        "out",
        "these",
        "those",
        "this",
        "that",
        "existing",
        "one",
        "other",
        "more",
        "many",
        "upcoming",
        "past",
        "current",
    ];
    let lower = phrase.to_lowercase();
    let mut words: Vec<&str> = Vec::new();
    for word in lower.split_whitespace() {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '-');
        let possessive = word.ends_with("'s") || word.ends_with("’s") || word.ends_with("s'") || word.ends_with("s’");
        if words.is_empty() && (SKIPPED.contains(&bare) || possessive || bare.is_empty()) {
            continue;
        }
        if ENDS_OBJECT.contains(&bare) || bare.starts_with(|c: char| c.is_ascii_digit()) {
            break;
        }
        words.push(bare);
        if word.ends_with([',', '.', ':', ')']) || words.len() == 3 {
            break;
        }
    }
    let object = singular(&words.join(" "));
    (!object.is_empty() && object.chars().any(char::is_alphabetic) && object.len() <= 60).then_some(object)
}
