//! Rule 3: what a blocking finding stops, and what a waiver lets through.

use super::*;
use crate::artefact::check::{Checked, FindingId, check};
use crate::artefact::ids::EarlierIds;

#[test]
fn rule_3_a_blocking_finding_stops_an_approval_until_it_is_waived_with_a_reason() {
    let given = Given::with_requirements_in_review();
    let earlier = EarlierIds::default();
    let markdown = "### R-1 Split";
    let findings = check(Checked { stage: Stage::Requirements, markdown, upstream: &[], earlier: &earlier });
    let blocking: Vec<_> = findings.iter().filter(|finding| finding.is_blocking()).cloned().collect();
    let advice = findings.iter().find(|finding| !finding.is_blocking()).cloned();
    let approve = |waivers: Vec<(FindingId, &str)>| {
        let waivers = waivers.into_iter();
        let waivers = waivers.map(|(finding_id, reason)| Waiver { finding_id, reason: Text::plain(reason) }).collect();
        let approval = given.approval(dana(), Stage::Requirements);
        given.when(&PhaseCommand::ApproveArtefact(ApproveArtefact { findings: findings.clone(), waivers, ..approval }))
    };
    assert_eq!(approve(vec![]), Err(PhaseError::FindingsBlock(blocking.clone())));
    let id = blocking[0].id.clone();
    let refused = |why| Err(PhaseError::WaiverRefused { place: 0, why });
    assert_eq!(approve(vec![(FindingId("F-0".into()), "why")]), refused(BadWaiver::Unknown));
    assert_eq!(approve(vec![(id.clone(), " ")]), refused(BadWaiver::ReasonMissing));
    assert_eq!(approve(vec![(advice.map_or(id.clone(), |it| it.id), "why")]), refused(BadWaiver::Advisory));
    let twice = approve(vec![(id.clone(), "why"), (id.clone(), "why")]);
    assert_eq!(twice, Err(PhaseError::WaiverRefused { place: 1, why: BadWaiver::Twice }));
    let events = approve(vec![(id.clone(), "a spike: its criteria are in the ticket")]);
    let Ok([PhaseEvent::ApprovalGiven { open_findings, .. }, ..]) = events.as_deref() else { panic!("{events:?}") };
    assert_eq!(open_findings.len(), findings.len(), "advisory ones are on record, too");
    let waived = open_findings.iter().filter(|open| open.waiver.is_some()).map(|open| open.finding_id.as_str());
    assert_eq!(waived.collect::<Vec<_>>(), [id.0.as_str()]);
}
