//! What came out of verifying.

use std::fmt;

/// What kind of thing is wrong; each has an exit code of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// Something is not what was signed.
    Altered,
    /// Something that was declared is not there.
    Incomplete,
    /// It was signed with another key.
    WrongKey,
    /// The log is not the continuation of what it was.
    RolledBack,
}

impl Finding {
    /// The program's exit code.
    pub fn exit_code(self) -> u8 {
        match self {
            Finding::Altered => 2,
            Finding::Incomplete => 3,
            Finding::WrongKey => 4,
            Finding::RolledBack => 5,
        }
    }

    pub(super) fn fault(self, position: Option<u64>, what: &str) -> Fault {
        Fault { finding: self, position: position.filter(|position| *position > 0), what: what.to_owned() }
    }
}

/// The first thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Fault {
    /// What kind of thing.
    pub finding: Finding,
    /// The first bad event, by its position, where it is about one.
    pub position: Option<u64>,
    /// In words.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.finding {
            Finding::Altered => "ALTERED",
            Finding::Incomplete => "INCOMPLETE",
            Finding::WrongKey => "WRONG KEY",
            Finding::RolledBack => "ROLLED BACK",
        };
        match self.position {
            Some(position) => write!(formatter, "{verdict}: event {position}: {}", self.what),
            None => write!(formatter, "{verdict}: {}", self.what),
        }
    }
}

/// A text that is not there any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// Its hash.
    pub text: String,
    /// The event that says that it was erased.
    pub position: u64,
    /// Who did it: a person's id.
    pub by: String,
    /// When.
    pub at: String,
    /// Why; `None` where that was erased as well.
    pub reason: Option<String>,
}

/// What a sound export holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    /// Whose log it is.
    pub origin: String,
    /// The size of the signed log.
    pub size: u64,
    /// The last position that the export reaches.
    pub up_to: u64,
    /// How many events.
    pub events: u64,
    /// How many texts.
    pub texts: u64,
    /// What was erased.
    pub erasures: Vec<Erasure>,
}

impl fmt::Display for Sound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, size, up_to, events, texts, erasures } = self;
        write!(
            formatter,
            "SOUND: {events} events up to position {up_to}, {texts} texts, as signed by {origin} at size {size}"
        )?;
        for Erasure { text, position, by, at, reason } in erasures {
            let reason = reason.as_deref().unwrap_or("the reason was erased too");
            write!(formatter, "\nerased: text {text} by {by} at {at} (event {position}): {reason}")?;
        }
        Ok(())
    }
}
