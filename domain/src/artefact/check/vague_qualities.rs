//! A quality has a number: “fast” can't be built to, measured or accepted.

use super::finding::Found;
use super::reading::Reading;
use crate::artefact::reference::Prefix;

/// Words that promise something without saying how much.
const VAGUE: [&str; 43] = [
    "acceptable",
    "adequate",
    "adequately",
    "appropriate",
    "appropriately",
    "better",
    "easily",
    "easy",
    "efficient",
    "efficiently",
    "fast",
    "faster",
    "flexible",
    "friendly",
    "good",
    "highly",
    "immediately",
    "instant",
    "instantly",
    "intuitive",
    "intuitively",
    "maintainable",
    "minimal",
    "modern",
    "optimal",
    "performant",
    "promptly",
    "quick",
    "quickly",
    "reasonable",
    "reasonably",
    "reliable",
    "reliably",
    "responsive",
    "robust",
    "safe",
    "scalable",
    "seamless",
    "secure",
    "securely",
    "simple",
    "soon",
    "timely",
];

/// Phrases that do, of words that alone are harmless.
const VAGUE_PHRASES: [&str; 6] =
    ["high availability", "high performance", "high throughput", "low latency", "as possible", "scales well"];

/// Numbers in words; “one” is left out, since it is mostly no number.
const IN_WORDS: [&str; 19] = [
    "zero", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "twenty",
    "thirty", "fifty", "hundred", "thousand", "million", "half",
];

pub(super) fn find(reading: &Reading<'_>) -> Vec<Found> {
    let vague = reading.live(Prefix::N).filter_map(|entry| {
        let text = entry.text();
        if has_number(&text) {
            return None;
        }
        let word = vague_word(&text)?;
        let id = entry.id;
        let text = format!("{id} says “{word}” and no number: say how much, under which load, and how it is verified");
        Some(Found::about(id, entry.line, text))
    });
    vague.collect()
}

fn vague_word(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let word = words(&lower).find(|word| VAGUE.contains(word));
    word.or_else(|| VAGUE_PHRASES.into_iter().find(|phrase| lower.contains(phrase))).map(str::to_owned)
}

/// Whether a text holds a number that is not part of a name: `2 s`, `<300`, `99.9 %`, `p99`, `two`; not `R-1` or `OAuth2`.
fn has_number(text: &str) -> bool {
    let in_digits = text.split(|c: char| c.is_whitespace() || "()[]{}|,;“”\"'*`".contains(c)).any(|word| {
        let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
        let word = word.strip_prefix(['p', 'P']).unwrap_or(word);
        word.starts_with(|c: char| c.is_numeric())
    });
    in_digits || words(text).any(|word| IN_WORDS.iter().any(|number| word.eq_ignore_ascii_case(number)))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}
