//! Waiving: a blocking finding stops an approval unless the approver says why it may stand (rule 3).

use std::collections::BTreeMap;

use crate::artefact::check::{Finding, FindingId};
use crate::phase::OpenFinding;
use crate::phase::commands::Waiver;
use crate::phase::errors::{MAX_REASON_BYTES, PhaseError};
use crate::text::TextRef;

/// Why a waiver is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadWaiver {
    /// The checker does not find it in this version.
    #[error("names a finding that this version does not have; look at its findings again")]
    Unknown,
    /// It does not block.
    #[error("names an advisory finding, which needs no waiver; leave it out")]
    Advisory,
    /// Another waiver names the same finding.
    #[error("names a finding that is waived already; leave it out")]
    Twice,
    /// It says no reason.
    #[error("must say why the finding may stand: the reason is kept with the approval")]
    ReasonMissing,
    /// Its reason is too long.
    #[error("gives a reason of over {MAX_REASON_BYTES} bytes; shorten it")]
    ReasonTooLong,
}

/// What is open while somebody approves, each with its waiver where it has one; or what stops the approval.
pub(super) fn open_findings(findings: &[Finding], waivers: &[Waiver]) -> Result<Vec<OpenFinding>, PhaseError> {
    let mut reasons: BTreeMap<&FindingId, TextRef> = BTreeMap::new();
    for (place, waiver) in waivers.iter().enumerate() {
        let refused = |why| Err(PhaseError::WaiverRefused { place, why });
        match findings.iter().find(|finding| finding.id == waiver.finding_id) {
            None => return refused(BadWaiver::Unknown),
            Some(finding) if !finding.is_blocking() => return refused(BadWaiver::Advisory),
            Some(_) if waiver.reason.body().trim().is_empty() => return refused(BadWaiver::ReasonMissing),
            Some(_) if waiver.reason.body().len() > MAX_REASON_BYTES => return refused(BadWaiver::ReasonTooLong),
            Some(finding) => {
                if reasons.insert(&finding.id, waiver.reason.reference()).is_some() {
                    return refused(BadWaiver::Twice);
                }
            }
        }
    }
    let blocks = |finding: &&Finding| finding.is_blocking() && !reasons.contains_key(&finding.id);
    let blocking: Vec<Finding> = findings.iter().filter(blocks).cloned().collect();
    if !blocking.is_empty() {
        return Err(PhaseError::FindingsBlock(blocking));
    }
    let open = findings.iter().map(|finding| OpenFinding {
        finding_id: finding.id.to_string(),
        blocking: finding.is_blocking(),
        waiver: reasons.get(&finding.id).copied(),
    });
    Ok(open.collect())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::panic, reason = "a test says what it expected")]

    use super::*;
    use crate::artefact::check::{Checked, check};
    use crate::artefact::ids::EarlierIds;
    use crate::stage::Stage;
    use crate::text::Text;

    fn findings() -> Vec<Finding> {
        let (stage, markdown, earlier) = (Stage::Requirements, "### R-1 Split", EarlierIds::default());
        check(Checked { stage, markdown, upstream: &[], earlier: &earlier })
    }

    fn waive(id: &FindingId, reason: &str) -> Waiver {
        Waiver { finding_id: id.clone(), reason: Text::plain(reason) }
    }

    #[test]
    fn rule_3_a_blocking_finding_stops_an_approval_until_it_is_waived_with_a_reason() {
        let findings = findings();
        let (blocking, advisory): (Vec<_>, Vec<_>) = findings.iter().cloned().partition(Finding::is_blocking);
        assert_eq!(open_findings(&findings, &[]), Err(PhaseError::FindingsBlock(blocking.clone())));
        let id = &blocking[0].id;
        let refused = |place, why| Err(PhaseError::WaiverRefused { place, why });
        let given = |waivers: &[Waiver]| open_findings(&findings, waivers);
        assert_eq!(given(&[waive(&FindingId("F-0".into()), "why")]), refused(0, BadWaiver::Unknown));
        assert_eq!(given(&[waive(&advisory[0].id, "why")]), refused(0, BadWaiver::Advisory));
        assert_eq!(given(&[waive(id, " ")]), refused(0, BadWaiver::ReasonMissing));
        assert_eq!(given(&[waive(id, &"x".repeat(MAX_REASON_BYTES + 1))]), refused(0, BadWaiver::ReasonTooLong));
        assert_eq!(given(&[waive(id, "why"), waive(id, "why")]), refused(1, BadWaiver::Twice));
        let Ok(open) = given(&[waive(id, "a spike: its criteria are in the ticket")]) else { panic!("it is waived") };
        assert_eq!(open.len(), findings.len(), "advisory ones are on record, too");
        let waived: Vec<_> = open.iter().filter(|open| open.waiver.is_some()).map(|open| &open.finding_id).collect();
        assert_eq!(waived, [&id.0]);
    }
}
