//! The rules, and whether each stops an approval.
//!
//! What makes a document wrong or untestable blocks: somebody would build the wrong thing. What only makes it poorer
//! advises: a missing section may be missing for a reason. Of sections, one for each artefact blocks, without which it is none:
//! requirements without a requirement, an analysis without the asset map, an architecture without a decision. Every blocking
//! finding can be waived with a reason, so that no rule has the last word over a person.

use super::finding::{Found, Severity};
use super::reading::Reading;
use super::{
    blocking_questions, criteria, dangling_ids, duplicate_ids, missing_sections, must_covered, openapi, stable_ids,
    vague_qualities,
};

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name in findings.
    pub name: &'static str,
    /// Whether it stops an approval.
    pub severity: Severity,
    /// What it asks for.
    pub says: &'static str,
    pub(super) find: fn(&Reading<'_>) -> Vec<Found>,
}

macro_rules! rules {
    ($( $name:literal $severity:ident $find:path, $says:literal; )+) => {
        /// Every rule over a document.
        pub const RULES: &[Rule] =
            &[$( Rule { name: $name, severity: Severity::$severity, says: $says, find: $find } ),+];
    };
}

rules! {
    "core-section-missing" Blocking missing_sections::find_core, "an artefact holds what makes it one";
    "duplicate-id" Blocking duplicate_ids::find, "an id is defined once";
    "dangling-id" Blocking dangling_ids::find, "an id that is named is defined, here or in what this stands on";
    "retired-id-reused" Blocking stable_ids::find_reused, "a retired id is never given to something else";
    "approved-id-vanished" Blocking stable_ids::find_approved_vanished,
        "an id that was approved once stays, or leaves a tombstone";
    "id-vanished" Advisory stable_ids::find_vanished, "an id of an earlier version stays, or leaves a tombstone";
    "requirement-without-criteria" Blocking criteria::find, "a requirement has acceptance criteria with ids";
    "vague-quality" Blocking vague_qualities::find, "a quality has a number instead of a vague word";
    "blocking-question" Blocking blocking_questions::find, "no blocking question is open";
    "must-not-covered" Blocking must_covered::find, "the architecture covers every must requirement";
    "openapi-invalid" Blocking openapi::find, "an OpenAPI fragment is valid and stands on its own";
    "section-missing" Advisory missing_sections::find, "an artefact holds its sections";
}

/// The rule over diagrams. Only the page can draw them, so only the page finds this, and it never blocks.
pub const DIAGRAMS: &str = "diagram-not-drawn";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn rules_have_names_of_their_own() {
        let names: BTreeSet<_> = RULES.iter().map(|rule| rule.name).chain([DIAGRAMS]).collect();
        assert_eq!(names.len(), RULES.len() + 1);
    }
}
