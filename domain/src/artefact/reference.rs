//! Ids in documents: `R-2`, `R-2.1`, `N-1`, `AD-4`, `E-7`, `A-3`, `Q-1`, `D-2`.

/// What an id is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Prefix {
    /// A functional requirement.
    R,
    /// A non-functional requirement.
    N,
    /// A decision of the architecture.
    Ad,
    /// A piece of evidence in the technical analysis.
    E,
    /// An assumption.
    A,
    /// An open question.
    Q,
    /// A decision of the requirements.
    D,
}

impl Prefix {
    const ALL: [Prefix; 7] = [Prefix::R, Prefix::N, Prefix::Ad, Prefix::E, Prefix::A, Prefix::Q, Prefix::D];

    fn as_str(self) -> &'static str {
        match self {
            Prefix::R => "R",
            Prefix::N => "N",
            Prefix::Ad => "AD",
            Prefix::E => "E",
            Prefix::A => "A",
            Prefix::Q => "Q",
            Prefix::D => "D",
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

impl Reference {
    /// The requirement that a criterion belongs to; itself otherwise.
    #[must_use]
    pub fn whole(self) -> Self {
        Self { part: None, ..self }
    }

    /// The id that a text begins with, and what comes after it.
    pub fn leading(text: &str) -> Option<(Self, &str)> {
        let (letters, rest) = text.split_once('-')?;
        let prefix = Prefix::ALL.into_iter().find(|prefix| prefix.as_str() == letters)?;
        let (number, rest) = leading_number(rest)?;
        let (part, rest) = match rest.strip_prefix('.').and_then(leading_number) {
            Some((part, rest)) => (Some(part), rest),
            None => (None, rest),
        };
        let ends = !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-' || c == '_');
        ends.then_some((Self { prefix, number, part }, rest))
    }
}

/// Every id that a text names, in order; one in the middle of a word is none.
pub fn named_in(text: &str) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut before = None;
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let begins = !before.is_some_and(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | '.'));
        // Letters of ids are capitals, so everything else is passed over without a look.
        if let Some((reference, after)) =
            begins.then_some(rest).filter(|_| letter.is_ascii_uppercase()).and_then(leading_short)
        {
            found.push(reference);
            before = Some('0');
            rest = after;
        } else {
            before = Some(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    found
}

/// The id that a text begins with. Looks at its first bytes only, so that a long text costs no more.
fn leading_short(text: &str) -> Option<(Reference, &str)> {
    text.as_bytes().iter().take(3).any(|byte| *byte == b'-').then(|| Reference::leading(text)).flatten()
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

    #[test]
    fn ids_are_read_and_written_back() {
        for id in ["R-1", "R-12.3", "N-4", "AD-7", "E-1", "A-2", "Q-3", "D-4"] {
            assert_eq!(id.parse::<Reference>().map(|reference| reference.to_string()), Ok(id.to_owned()));
        }
        for none in ["R-0", "R-", "r-1", "X-1", "R-1a", "R-1-2", "R-99999999999", "", "R"] {
            assert!(none.parse::<Reference>().is_err(), "{none}");
        }
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
    fn a_full_stop_after_an_id_is_not_a_part() {
        assert_eq!(
            Reference::leading("R-1. Then"),
            Some((Reference { prefix: Prefix::R, number: 1, part: None }, ". Then"))
        );
    }
}
