//! Small parts that sentences for people are made of.

use konductro_domain::role::Role;
use konductro_domain::role::spoken;
use time::OffsetDateTime;
use time::macros::format_description;

/// What stands for a text that was erased.
pub(super) const ERASED: &str = "This text was erased.";

/// "22 Nov 2026".
pub(super) fn day(at: OffsetDateTime) -> String {
    at.format(format_description!("[day padding:none] [month repr:short] [year]")).unwrap_or_default()
}

/// A lower-case clause of the domain as a sentence.
pub(super) fn sentence(clause: &impl std::fmt::Display) -> String {
    let text = clause.to_string();
    let mut letters = text.chars();
    let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    let stop = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}

/// "SDM or Architect".
pub(super) fn roles<'a>(roles: impl IntoIterator<Item = &'a Role>) -> String {
    spoken(&roles.into_iter().copied().collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn days_and_clauses_read_well() {
        assert_eq!(day(datetime!(2026-11-02 10:00 UTC)), "2 Nov 2026");
        assert_eq!(sentence(&"there is no such phase"), "There is no such phase.");
    }
}
