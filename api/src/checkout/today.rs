//! Evidence looked at again: are the cited lines still what they were, and where?

use konductro_domain::artefact::submission::{CodeReference, Commit, FilePath, LineRange, lines_hash};
use konductro_domain::text::Hash;

use super::{Checkout, CheckoutError};

/// What became of cited lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drift {
    /// The same lines in the same place.
    Unchanged,
    /// The same lines elsewhere: further up or down, or in a renamed file.
    Moved {
        /// The file they are in now.
        path: FilePath,
        /// The lines they are now.
        lines: LineRange,
    },
    /// The file is there, and these lines are no longer in it.
    Changed {
        /// The file, which may have been renamed.
        path: FilePath,
    },
    /// The file is gone.
    Vanished,
}

/// Looks for cited lines, by their hash, in the checkout as it is at another commit.
pub fn look_again(
    checkout: &Checkout,
    cited: &CodeReference,
    hash: &Hash,
    now: &Commit,
) -> Result<Drift, CheckoutError> {
    let (path, text) = match text_of(checkout, now, &cited.path)? {
        Some(text) => (cited.path.clone(), text),
        None => match renamed(checkout, cited, now)? {
            Some(found) => found,
            None => return Ok(Drift::Vanished),
        },
    };
    if path == cited.path && lines_hash(&text, cited.lines).as_ref() == Some(hash) {
        return Ok(Drift::Unchanged);
    }
    Ok(match elsewhere(&text, cited.lines.count(), hash) {
        Some(lines) => Drift::Moved { path, lines },
        None => Drift::Changed { path },
    })
}

fn renamed(
    checkout: &Checkout,
    cited: &CodeReference,
    now: &Commit,
) -> Result<Option<(FilePath, String)>, CheckoutError> {
    if !checkout.has(&cited.commit)? {
        return Ok(None);
    }
    let Some(path) = checkout.git.renamed(&cited.commit, now, &cited.path)? else { return Ok(None) };
    Ok(text_of(checkout, now, &path)?.map(|text| (path, text)))
}

fn text_of(checkout: &Checkout, commit: &Commit, path: &FilePath) -> Result<Option<String>, CheckoutError> {
    match checkout.text_at(commit, path) {
        Ok(text) => Ok(Some(text)),
        Err(CheckoutError::NoFile { .. } | CheckoutError::NoText { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Beyond this many bytes to hash, a file is not searched, and its lines count as changed.
const LONGEST_SEARCH: usize = 1 << 30;

/// The first place in a text where so many lines have that hash.
fn elsewhere(text: &str, count: u32, hash: &Hash) -> Option<LineRange> {
    let lines: Vec<_> = text.lines().collect();
    let window = usize::try_from(count).ok()?;
    if text.len().saturating_mul(window) > LONGEST_SEARCH {
        return None;
    }
    let found =
        lines.windows(window).position(|window| Hash::of(format!("{}\n", window.join("\n")).as_bytes()) == *hash)?;
    let first = u32::try_from(found + 1).ok()?;
    LineRange::new(first, first + count - 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_again_by_their_hash() {
        let hash = Hash::of(b"two\nthree\n");
        let at = |first, last| LineRange::new(first, last).ok();
        assert_eq!(elsewhere("one\ntwo\nthree\n", 2, &hash), at(2, 3));
        assert_eq!(elsewhere("zero\nhalf\r\none\ntwo\r\nthree", 2, &hash), at(4, 5));
        assert_eq!(elsewhere("one\ntwo\n", 2, &hash), None);
        assert_eq!(elsewhere("", 2, &hash), None);
    }
}
