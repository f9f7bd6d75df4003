//! The coverage matrix is what counting by hand gives, for any requirements and any stories.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests say what they expect")]

use konductro_domain::artefact::coverage::{Coverage, Covered, coverage};
use konductro_domain::artefact::parse::{Requirement, requirements};
use konductro_domain::ids::ProposalId;
use konductro_domain::story::content::{CriterionId, CriterionOutline, StoryOutline, StoryType};
use konductro_domain::text::Text;
use proptest::prelude::*;
use uuid::Uuid;

/// A document with that many criteria under each requirement.
fn document(criteria: &[usize]) -> String {
    let one = |(n, count): (usize, &usize)| {
        let lines: String = (1..=*count).map(|m| format!("- R-{n}.{m} The system shall.\n")).collect();
        format!("### R-{n} Name {n}\nPriority: must\n{lines}\n")
    };
    (1..).zip(criteria).map(one).collect()
}

fn reference() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (1..6u32, 1..4u32).prop_map(|(n, m)| format!("R-{n}.{m}")),
        2 => (1..6u32).prop_map(|n| format!("R-{n}")),
        1 => Just("Q-1".to_owned()),
    ]
}

fn outline() -> impl Strategy<Value = StoryOutline> {
    let traces = prop::collection::vec(prop::collection::vec(reference(), 0..3), 0..4);
    let named = prop::collection::vec((1..6u32).prop_map(|n| format!("R-{n}")), 0..2);
    (traces, named).prop_map(|(traces, requirement_ids)| StoryOutline {
        title: "Any".into(),
        story_type: StoryType::Feature,
        complexity: None,
        criteria: (1..).zip(traces).map(|(n, traces_to)| CriterionOutline { id: CriterionId(n), traces_to }).collect(),
        requirement_ids,
        decision_ids: vec![],
        body: Text::plain("").reference(),
    })
}

/// Counts by comparing strings, one by one.
fn by_hand(requirement: &Requirement, stories: &[(ProposalId, StoryOutline)]) -> (Vec<ProposalId>, Vec<bool>) {
    let id = requirement.id.to_string();
    let is_for = |outline: &StoryOutline| {
        outline.requirement_ids.contains(&id)
            || outline
                .criteria
                .iter()
                .flat_map(|criterion| &criterion.traces_to)
                .any(|trace| *trace == id || trace.starts_with(&format!("{id}.")))
    };
    let traced = |criterion: String| {
        stories.iter().any(|(_, outline)| outline.criteria.iter().any(|own| own.traces_to.contains(&criterion)))
    };
    let covered_by = stories.iter().filter(|(_, outline)| is_for(outline)).map(|(id, _)| *id).collect();
    (covered_by, requirement.criteria.iter().map(|criterion| traced(criterion.id.to_string())).collect())
}

proptest! {
    #[test]
    fn the_matrix_is_what_counting_by_hand_gives(
        criteria in prop::collection::vec(0..4usize, 0..6),
        stories in prop::collection::vec(outline(), 0..6),
    ) {
        let requirements = requirements(&document(&criteria));
        prop_assert_eq!(requirements.len(), criteria.len());
        let stories: Vec<_> = (1..).map(|n| ProposalId(Uuid::from_u128(n))).zip(stories).collect();
        let matrix = coverage(&requirements, stories.iter().map(|(id, outline)| (*id, outline)));
        prop_assert_eq!(matrix.rows.len(), requirements.len());
        prop_assert!(matrix.rows.is_sorted_by_key(|row| row.state), "uncovered ones come first");
        for requirement in &requirements {
            let row = matrix.rows.iter().find(|row| row.id == requirement.id).unwrap();
            let (covered_by, covered) = by_hand(requirement, &stories);
            let state = match (covered_by.is_empty(), covered.iter().all(|covered| *covered)) {
                (true, _) => Coverage::Uncovered,
                (false, true) => Coverage::Covered,
                (false, false) => Coverage::Partly,
            };
            prop_assert_eq!(row.state, state);
            prop_assert_eq!(&row.covered_by, &covered_by);
            let counted: Vec<_> = row.criteria.iter().map(|(_, covered)| *covered == Covered::Yes).collect();
            prop_assert_eq!(counted, covered);
        }
        let known = |reference: &str| requirements.iter().any(|requirement| {
            requirement.id.to_string() == reference
                || requirement.criteria.iter().any(|criterion| criterion.id.to_string() == reference)
        });
        let expected: usize = stories.iter().flat_map(|(_, outline)| &outline.criteria).map(|criterion| {
            let unknown = criterion.traces_to.iter().filter(|reference| !known(reference)).count();
            if criterion.traces_to.is_empty() { 1 } else { unknown }
        }).sum();
        prop_assert_eq!(matrix.dangling.len(), if requirements.is_empty() { 0 } else { expected });
    }

    #[test]
    fn any_text_can_be_read(text in "(?s)[#|*`~A-Za-z0-9 .:\\-\n]{0,400}") {
        let found = requirements(&text);
        let mut ids: Vec<_> = found.iter().map(|requirement| requirement.id).collect();
        ids.sort();
        ids.dedup();
        prop_assert_eq!(ids.len(), found.len(), "each requirement once");
    }
}
