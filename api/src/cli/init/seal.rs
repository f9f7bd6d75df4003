//! How a file that we wrote is told from one that somebody has edited since.
//!
//! The last line of a file that is all ours names the hash of the lines above it. A file whose seal holds was not
//! touched, and a newer version of it may take its place without a question.

use konductro_domain::text::Hash;

const OPENING: &str = "<!-- written by konductro init; ";
const CLOSING: &str = " -->\n";

/// Adds the last line.
pub(super) fn seal(text: &str) -> String {
    let text = text.trim_end();
    format!("{text}\n\n{OPENING}{}{CLOSING}", Hash::of(text.as_bytes()))
}

/// Whether a file is as it was written.
pub(super) fn holds(file: &str) -> bool {
    let Some((text, last)) = file.rsplit_once(OPENING) else { return false };
    last.strip_suffix(CLOSING).is_some_and(|hash| hash == Hash::of(text.trim_end().as_bytes()).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_breaks_with_the_first_edit() {
        let file = seal("# Title\n\nText\n");
        assert!(holds(&file));
        assert!(!holds(&file.replace("Text", "Test")));
        assert!(!holds(&format!("{file}more\n")));
        assert!(!holds("# Title\n"));
    }
}
