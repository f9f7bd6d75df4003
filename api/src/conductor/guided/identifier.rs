//! Ids in documents: `R-2`, `R-2.1`, `AD-4`. Found in any text, counted, never used twice.

/// An id such as `R-2` or `R-2.1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Id {
    /// The letters.
    pub(super) prefix: &'static str,
    /// The number.
    pub(super) number: u32,
    /// The number after the point, of a criterion.
    pub(super) part: Option<u32>,
}

const PREFIXES: [&str; 6] = ["AD", "R", "N", "A", "Q", "D"];
const HIGHEST: u32 = 9_999;

impl Id {
    /// A top-level id.
    pub(super) fn new(prefix: &'static str, number: u32) -> Self {
        Self { prefix, number, part: None }
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.prefix, self.number)?;
        self.part.map_or(Ok(()), |part| write!(f, ".{part}"))
    }
}

/// Every id in a text, with its place.
pub(super) fn all_in(text: &str) -> Vec<(Id, usize, usize)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    for (dash, _) in text.match_indices('-') {
        let letters = bytes[..dash].iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let start = dash - letters;
        let is_word = letters <= 2
            && !text[..start].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '-' || c == '_');
        let Some(prefix) =
            PREFIXES.into_iter().find(|prefix| is_word && text[start..dash].eq_ignore_ascii_case(prefix))
        else {
            continue;
        };
        let Some((number, after)) = digits(bytes, dash + 1) else { continue };
        let part = if bytes.get(after) == Some(&b'.') { digits(bytes, after + 1) } else { None };
        let (part, end) = part.map_or((None, after), |(part, end)| (Some(part), end));
        if bytes.get(end).is_some_and(|byte| byte.is_ascii_alphabetic()) {
            continue;
        }
        found.push((Id { prefix, number, part }, start, end));
    }
    found
}

fn digits(bytes: &[u8], start: usize) -> Option<(u32, usize)> {
    let length = bytes[start.min(bytes.len())..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let text = std::str::from_utf8(&bytes[start.min(bytes.len())..start.min(bytes.len()) + length]).ok()?;
    let number = text.parse::<u32>().ok().filter(|number| (1..=HIGHEST).contains(number))?;
    Some((number, start + length))
}

/// The first id in a text, with its place.
pub(super) fn first_in(text: &str) -> Option<(Id, usize, usize)> {
    all_in(text).into_iter().next()
}

/// Hands out ids that no version ever held.
#[derive(Debug, Clone, Default)]
pub(super) struct Ids {
    taken: Vec<Id>,
}

impl Ids {
    /// Counts the ids of a version of the document as taken.
    pub(super) fn learn(&mut self, text: &str) {
        for (id, ..) in all_in(text) {
            self.taken.push(Id { part: None, ..id });
        }
        self.taken.sort();
        self.taken.dedup();
    }

    /// The next free id with this prefix.
    pub(super) fn next(&mut self, prefix: &'static str) -> Id {
        let highest = self.taken.iter().filter(|id| id.prefix == prefix).map(|id| id.number).max().unwrap_or(0);
        let id = Id::new(prefix, highest + 1);
        self.taken.push(id.clone());
        id
    }
}
