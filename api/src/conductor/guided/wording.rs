//! People's words on their way into sentences: cleaned, cut into items, made singular, given an article.
//!
//! Everything that a person wrote passes through `safe` before it may stand in a reply: one line,
//! no control characters, no markup that could open or close anything of ours.

/// The most items that are read out of one answer.
pub(super) const MOST_ITEMS: usize = 40;
const LONGEST_ITEM: usize = 480;
const LONGEST_READ: usize = 64 * 1024;

/// The first part of a text that is read at all: a hostile length costs nothing.
pub(super) fn readable(text: &str) -> &str {
    let mut end = text.len().min(LONGEST_READ);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// One line without markup that could break out of where it is put.
pub(super) fn safe(text: &str) -> String {
    let mut line = String::with_capacity(text.len().min(LONGEST_ITEM * 2));
    let mut space = false;
    let mut length = 0;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '*' && !(space && chars.peek().is_some_and(|next| next.is_whitespace())) {
            continue;
        }
        if c.is_whitespace() || c.is_control() || is_invisible(c) {
            space = !line.is_empty();
            continue;
        }
        if length >= LONGEST_ITEM {
            line.push('…');
            break;
        }
        if space {
            line.push(' ');
            space = false;
        }
        length += 1;
        match c {
            '<' => line.push_str("&lt;"),
            '`' => line.push('\''),
            '*' => line.push('·'),
            '!' if line.ends_with('[') => line.push('.'),
            _ => line.push(c),
        }
    }
    line.replace("![", "[").trim_matches(|c: char| c == '·' || c.is_whitespace()).to_string()
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A safe text for a table cell.
pub(super) fn cell(text: &str) -> String {
    text.replace('\n', " ").replace("\\|", "|").replace('|', "\\|")
}

/// Lower-case letters for comparing, with typographic apostrophes made plain.
pub(super) fn folded(text: &str) -> String {
    text.to_lowercase().replace('’', "'")
}

/// Whether `cue` stands in `text` as whole words; both lower-case.
pub(super) fn has(text: &str, cue: &str) -> bool {
    text.match_indices(cue).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + cue.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

/// Whether one of the cues stands in the text.
pub(super) fn has_any(text: &str, cues: &[&str]) -> bool {
    cues.iter().any(|cue| has(text, cue))
}

/// Whether the text names a number.
pub(super) fn has_number(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit())
        || has_any(&folded(text), &["half", "halve", "halved", "double", "twice", "third", "quarter", "zero", "every"])
}

/// The items of an answer: its lines, bullets, semicolon parts and sentences.
pub(super) fn items(text: &str) -> Vec<String> {
    readable(text)
        .lines()
        .flat_map(sentences)
        .flat_map(|sentence| sentence.split(';').map(str::to_owned).collect::<Vec<_>>())
        .map(|item| safe(strip_marker(&item)))
        .filter(|item| item.chars().any(char::is_alphanumeric))
        .take(MOST_ITEMS)
        .collect()
}

/// A line without its bullet, number, heading or quote marker.
pub(super) fn strip_marker(line: &str) -> &str {
    let mut rest = line.trim();
    loop {
        let before = rest;
        rest = rest.trim_start_matches(['-', '*', '•', '–', '—', '>', '#', '|', '+', '·']).trim_start();
        let digits = rest.chars().take_while(char::is_ascii_digit).count();
        if (1..=2).contains(&digits)
            && let Some(after) = rest[digits..].strip_prefix(['.', ')'])
            && (after.is_empty() || after.starts_with(char::is_whitespace))
        {
            rest = after.trim_start();
        }
        if rest == before {
            return rest;
        }
    }
}

/// The sentences of one line.
pub(super) fn sentences(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut start = 0;
    let ends: Vec<(usize, char)> = line.char_indices().filter(|(_, c)| matches!(c, '.' | '!' | '?' | '。')).collect();
    for (at, c) in ends {
        let next = at + c.len_utf8();
        let rest = &line[next..];
        let ends_here = c == '。' || rest.trim().is_empty() || rest.starts_with(char::is_whitespace);
        if next > start && ends_here && !is_abbreviation(&line[start..at]) {
            found.push(line[start..next].to_owned());
            start = next;
        }
    }
    found.push(line[start..].to_owned());
    found.retain(|sentence| !sentence.trim().is_empty());
    found
}

fn is_abbreviation(before: &str) -> bool {
    let last = before.rsplit(char::is_whitespace).next().unwrap_or_default().trim_start_matches('(').to_lowercase();
    matches!(last.as_str(), "e.g" | "i.e" | "dr" | "mr" | "mrs" | "ms" | "st" | "no" | "approx" | "vs" | "ca" | "etc")
        || (!last.is_empty() && last.chars().all(|c| c.is_ascii_digit()) && before.trim().len() == last.len())
}

/// The names in an enumeration: "patients, nurses and doctors".
pub(super) fn names(item: &str) -> Vec<String> {
    let mut flat = item.trim_end_matches(['.', '!']).to_owned();
    for joint in [", and ", " as well as ", " and ", " & ", " plus ", " und ", " et ", " y "] {
        flat = flat.replace(joint, ", ");
    }
    flat.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).take(MOST_ITEMS).collect()
}

/// The text with a capital first letter.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The text with a small first letter, unless it is an abbreviation or "I".
pub(super) fn small(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second))
            if !second.is_uppercase() && !second.is_ascii_digit() && second != ' ' && second != '\'' =>
        {
            first.to_lowercase().chain(chars).collect()
        }
        _ => text.to_owned(),
    }
}

/// The text as a sentence: capital first, one full stop last.
pub(super) fn sentence(text: &str) -> String {
    let body = capital(text.trim().trim_end_matches([',', ';', ':']));
    if body.ends_with(['.', '!', '?', '…', '。', ':']) { body } else { format!("{body}.") }
}

/// The text without its final punctuation.
pub(super) fn open_ended(text: &str) -> &str {
    text.trim().trim_end_matches(['.', ';', ',', '!', ':'])
}

/// "a", "a and b", "a, b and c".
pub(super) fn joined(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// The English singular of a lower-case phrase, by its last word, or by the one before "of".
pub(super) fn singular(phrase: &str) -> String {
    if let Some((head, tail)) = phrase.split_once(" of ") {
        return format!("{} of {tail}", singular(head));
    }
    let (head, last) = phrase.rsplit_once(' ').map_or(("", phrase), |(head, last)| (head, last));
    let one = match last {
        "people" => "person".to_owned(),
        "children" => "child".to_owned(),
        "men" => "man".to_owned(),
        "women" => "woman".to_owned(),
        "news" | "series" | "species" | "status" | "address" | "access" | "business" | "sms" | "gps" => last.to_owned(),
        _ if last.len() > 4 && last.ends_with("ies") => format!("{}y", &last[..last.len() - 3]),
        _ if last.len() > 4 && ["sses", "ches", "shes", "xes", "zzes"].iter().any(|end| last.ends_with(end)) => {
            last[..last.len() - 2].to_owned()
        }
        _ if last.len() > 3
            && last.ends_with('s')
            && !["ss", "us", "is", "as"].iter().any(|end| last.ends_with(end)) =>
        {
            last[..last.len() - 1].to_owned()
        }
        _ => last.to_owned(),
    };
    if head.is_empty() { one } else { format!("{head} {one}") }
}

/// The English plural of a lower-case phrase, by its last word.
pub(super) fn plural(phrase: &str) -> String {
    let one = singular(phrase);
    if ["staff", "personnel", "management", "data", "feedback", "sms"].iter().any(|mass| one.ends_with(mass)) {
        return one;
    }
    if one.ends_with("person") {
        return format!("{}people", &one[..one.len() - 6]);
    }
    let last = one.chars().next_back();
    let before = one.chars().rev().nth(1);
    match (before, last) {
        (Some(vowel), Some('y')) if !"aeiou".contains(vowel) => format!("{}ies", &one[..one.len() - 1]),
        (_, Some('s' | 'x')) => format!("{one}es"),
        (Some('c' | 's'), Some('h')) => format!("{one}es"),
        _ => format!("{one}s"),
    }
}

/// The phrase with "a" or "an".
pub(super) fn with_article(phrase: &str) -> String {
    let lower = phrase.to_lowercase();
    if let Some((article, rest)) = phrase
        .split_once(' ')
        .filter(|_| lower.starts_with("a ") || lower.starts_with("an ") || lower.starts_with("the "))
    {
        return format!("{} {rest}", article.to_lowercase());
    }
    let sounds_consonant = ["uni", "use", "eu", "one"].iter().any(|start| lower.starts_with(start));
    let vowel = lower.starts_with(['a', 'e', 'i', 'o', 'u']) && !sounds_consonant;
    format!("{} {phrase}", if vowel { "an" } else { "a" })
}

/// A small number in words.
pub(super) fn count(number: usize, one: &str) -> String {
    const WORDS: [&str; 13] =
        ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    let word = WORDS.get(number).map_or_else(|| number.to_string(), |word| (*word).to_owned());
    if number == 1 { format!("{word} {one}") } else { format!("{word} {}", plural(one)) }
}

/// The words that carry meaning, singular and lower-case.
pub(super) fn content_words(text: &str) -> Vec<String> {
    const EMPTY: &[&str] = &[
        "that", "this", "with", "from", "have", "they", "them", "their", "there", "when", "what", "which", "will",
        "would", "should", "shall", "must", "could", "system", "into", "than", "then", "about", "more", "less", "each",
        "every", "only", "also", "some", "able", "over", "before", "after", "within", "online", "today", "people",
        "user", "hour", "day", "time", "because", "until", "least", "most", "does", "need", "want", "make", "asks",
        "allowed",
    ];
    folded(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() > 3 && !EMPTY.contains(word))
        .map(singular)
        .filter(|word| !EMPTY.contains(&word.as_str()))
        .collect()
}

/// How many meaningful words of `text` are also in `other`.
pub(super) fn overlap(text: &str, other: &str) -> usize {
    let theirs = content_words(other);
    let mut ours = content_words(text);
    ours.sort();
    ours.dedup();
    ours.iter().filter(|word| theirs.contains(word)).count()
}
