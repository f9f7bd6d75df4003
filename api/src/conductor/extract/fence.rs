//! Code fences, as CommonMark has them: three or more backticks or tildes at the start of a line.

/// A fence line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fence {
    mark: char,
    length: usize,
    info: String,
}

impl Fence {
    /// The fence that a line is, if it is one.
    pub(super) fn of(line: &str) -> Option<Self> {
        let inner = line.trim_start_matches(' ');
        if line.len() - inner.len() > 3 {
            return None;
        }
        let mark = inner.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
        let info = inner.trim_start_matches(mark);
        let length = inner.len() - info.len();
        let info = info.trim();
        if length < 3 || (mark == '`' && info.contains('`')) {
            return None;
        }
        Some(Self { mark, length, info: info.to_ascii_lowercase() })
    }

    /// Whether a line may still become a fence as more of it comes.
    pub(super) fn may_become(line: &str) -> bool {
        let inner = line.trim_start_matches(' ');
        let Some(mark) = inner.chars().next().filter(|mark| matches!(mark, '`' | '~')) else { return false };
        let info = inner.trim_start_matches(mark);
        info.is_empty() || Self::of(line).is_some()
    }

    /// Whether `other` ends the block that this fence opened.
    pub(super) fn is_closed_by(&self, other: &Fence) -> bool {
        other.mark == self.mark && other.length >= self.length && other.info.is_empty()
    }

    /// Whether the block is said to be Markdown: then it wraps a document rather than being part of one.
    pub(super) fn is_markdown(&self) -> bool {
        matches!(self.info.as_str(), "markdown" | "md")
    }
}
