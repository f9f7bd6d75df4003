//! Ids in documents: `R-2`, `R-2.1`, `N-1`, `A-3`, `Q-1`, `D-5`, `AD-4`, `E-7`, and `AC-2` of stories.
//!
//! The one reading of ids: coverage, checker, prompts and guided mode find them here and nowhere else.

/// What an id is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Prefix {
    /// A functional requirement.
    R,
    /// A non-functional requirement.
    N,
    /// An assumption.
    A,
    /// An open question.
    Q,
    /// A decision of the conversation.
    D,
    /// A decision of the architecture.
    Ad,
    /// A piece of evidence in the technical analysis.
    E,
    /// An acceptance criterion of a story.
    Ac,
}

impl Prefix {
    const ALL: [Prefix; 8] = [Prefix::R, Prefix::N, Prefix::A, Prefix::Q, Prefix::D, Prefix::Ad, Prefix::E, Prefix::Ac];

    /// The letters.
    pub fn as_str(self) -> &'static str {
        match self {
            Prefix::R => "R",
            Prefix::N => "N",
            Prefix::A => "A",
            Prefix::Q => "Q",
            Prefix::D => "D",
            Prefix::Ad => "AD",
            Prefix::E => "E",
            Prefix::Ac => "AC",
        }
    }
}

/// An id such as `R-2` or `R-2.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    /// What it is of.
    pub prefix: Prefix,
    /// The number.
    pub number: u32,
    /// The number after the point, of a criterion.
    pub part: Option<u32>,
}

/// An id where it stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention {
    /// The id.
    pub reference: Reference,
    /// Where it begins, in bytes.
    pub start: usize,
    /// Where it ends, in bytes.
    pub end: usize,
}

impl Reference {
    /// The requirement that a criterion belongs to; itself otherwise.
    #[must_use]
    pub fn whole(self) -> Self {
        Self { part: None, ..self }
    }

    /// The id that a text begins with, and what comes after it.
    pub fn leading(text: &str) -> Option<(Self, &str)> {
        let (prefix, rest) = Prefix::ALL.into_iter().find_map(|prefix| {
            let rest = text.strip_prefix(prefix.as_str())?.strip_prefix('-')?;
            Some((prefix, rest))
        })?;
        Self::numbered(prefix, rest)
    }

    /// The number after a prefix, and what comes after it.
    fn numbered(prefix: Prefix, text: &str) -> Option<(Self, &str)> {
        let (number, rest) = leading_number(text)?;
        let (part, rest) = match rest.strip_prefix('.').and_then(leading_number) {
            Some((part, rest)) => (Some(part), rest),
            None => (None, rest),
        };
        let ends = !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-' || c == '_');
        ends.then_some((Self { prefix, number, part }, rest))
    }
}

/// Every id that a text names, in order. What stands in an address (`/R-1`) is none, unless another id leads to it
/// (`R-1/R-2`).
pub fn mentions(text: &str) -> Vec<Mention> {
    found(text, |prefix, letters| prefix.as_str() == letters)
}

/// The same in a message, where people also write `r-2`.
pub fn mentions_in_any_case(text: &str) -> Vec<Mention> {
    found(text, |prefix, letters| prefix.as_str().eq_ignore_ascii_case(letters))
}

/// The same without the places.
pub fn named_in(text: &str) -> Vec<Reference> {
    mentions(text).into_iter().map(|mention| mention.reference).collect()
}

fn found(text: &str, is: impl Fn(Prefix, &str) -> bool) -> Vec<Mention> {
    let mut found: Vec<Mention> = Vec::new();
    for (dash, _) in text.match_indices('-') {
        let letters =
            text.as_bytes()[..dash].iter().rev().take(3).take_while(|byte| byte.is_ascii_alphabetic()).count();
        let start = dash - letters;
        let Some(prefix) = Prefix::ALL.into_iter().find(|prefix| is(*prefix, &text[start..dash])) else { continue };
        let begins = match text[..start].chars().next_back() {
            Some('/') => found.last().is_some_and(|last| last.end + 1 == start),
            Some(before) => !(before.is_alphanumeric() || before == '-' || before == '_'),
            None => true,
        };
        if let Some((reference, rest)) = Reference::numbered(prefix, &text[dash + 1..]).filter(|_| begins) {
            found.push(Mention { reference, start, end: text.len() - rest.len() });
        }
    }
    found
}

fn leading_number(text: &str) -> Option<(u32, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number = text[..digits].parse().ok().filter(|number| *number > 0)?;
    Some((number, &text[digits..]))
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.prefix.as_str(), self.number)?;
        self.part.map_or(Ok(()), |part| write!(f, ".{part}"))
    }
}

/// The text is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an id looks like R-2, R-2.1, N-1, AD-4 or E-7")]
pub struct NoReference;

impl std::str::FromStr for Reference {
    type Err = NoReference;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match Self::leading(text.trim()) {
            Some((reference, "")) => Ok(reference),
            _ => Err(NoReference),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<String> {
        mentions(text).iter().map(|mention| mention.reference.to_string()).collect()
    }

    #[test]
    fn ids_are_read_and_written_back() {
        for id in ["R-1", "R-12.3", "N-4", "A-2", "Q-1", "D-9", "AD-7", "E-1", "AC-3"] {
            assert_eq!(id.parse::<Reference>().map(|reference| reference.to_string()), Ok(id.to_owned()));
        }
        for none in ["R-0", "R-", "r-1", "X-1", "R-1a", "R-1-2", "R-99999999999", "", "R"] {
            assert!(none.parse::<Reference>().is_err(), "{none}");
        }
    }

    #[test]
    fn a_full_stop_after_an_id_is_not_a_part() {
        assert_eq!(
            Reference::leading("R-1. Then"),
            Some((Reference { prefix: Prefix::R, number: 1, part: None }, ". Then"))
        );
    }

    #[test]
    fn ids_are_found_in_running_text_and_not_in_words_or_addresses() {
        assert_eq!(
            named("**R-1** (see R-2.1, N-3/N-4); AD-5: `E-6`. D-2–D-4"),
            ["R-1", "R-2.1", "N-3", "N-4", "AD-5", "E-6", "D-2", "D-4"]
        );
        for none in ["https://x.org/R-1", "PAR-1", "R-1-based", "R-1a", "x_R-1", "-R-1", "re-1", "é-1", "\u{d7}D-1x"] {
            assert_eq!(named(none), [""; 0], "{none}");
        }
        assert_eq!(mentions_in_any_case("change r-2 and Ad-4").len(), 2);
    }

    #[test]
    fn ids_are_found_anywhere_in_a_text() {
        let found: Vec<_> = named_in("R-1 and (AD-2, R-3.1); not XR-4, R-5a, A-6-7 or docs/R-8. Q-9.")
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found, ["R-1", "AD-2", "R-3.1", "Q-9"]);
    }

    #[test]
    fn a_mention_knows_its_place() {
        let text = "é R-12.3, then";
        let [mention] = mentions(text)[..] else { unreachable!("one mention") };
        assert_eq!(&text[mention.start..mention.end], "R-12.3");
    }
}
