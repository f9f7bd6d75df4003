//! What an approver acknowledges: the assumptions and open questions that the approved text itself names.
//!
//! An approver who was asked acknowledges each of them, and nothing else. One who was not asked, since the approval
//! came from another client than the page, is on record as not having acknowledged them.

use std::collections::BTreeSet;

use crate::artefact::reference::Reference;
use crate::phase::PhaseEvent;
use crate::phase::commands::ApproveArtefact;
use crate::phase::errors::PhaseError;

/// What is recorded beside an approval; nothing where the text leaves nothing open.
pub(super) fn acknowledge(command: &ApproveArtefact) -> Result<Option<PhaseEvent>, PhaseError> {
    let points = &command.open_points;
    let stated: BTreeSet<Reference> = points.stated.iter().copied().collect();
    let acknowledged: BTreeSet<Reference> = points.acknowledged.iter().flatten().copied().collect();
    if let Some(unknown) = acknowledged.difference(&stated).next() {
        return Err(PhaseError::NothingToAcknowledge(*unknown));
    }
    let left: Vec<Reference> = stated.difference(&acknowledged).copied().collect();
    if points.acknowledged.is_some() && !left.is_empty() {
        return Err(PhaseError::NotAcknowledged(left));
    }
    let in_words = |ids: &mut dyn Iterator<Item = &Reference>| ids.map(ToString::to_string).collect();
    Ok((!stated.is_empty()).then(|| PhaseEvent::OpenPointsAcknowledged {
        approver: command.by.user_id,
        stage: command.stage,
        version: command.version,
        cycle: command.cycle,
        acknowledged: in_words(&mut acknowledged.iter()),
        left_open: in_words(&mut left.iter()),
    }))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::actor::{Credential, Person};
    use crate::ids::{SessionId, UserId};
    use crate::phase::commands::OpenPoints;
    use crate::stage::Stage;
    use crate::text::Hash;

    fn ids(text: &str) -> Vec<Reference> {
        text.split_whitespace().filter_map(|id| id.parse().ok()).collect()
    }

    fn approval(stated: &str, acknowledged: Option<&str>) -> ApproveArtefact {
        let credential = Credential::Session(SessionId(Uuid::from_u128(9)));
        ApproveArtefact {
            by: Person { user_id: UserId(Uuid::from_u128(1)), roles: [].into(), credential },
            stage: Stage::Requirements,
            version: 3,
            content_hash: Hash::of(b"text"),
            upstream_hash: Hash::of(b""),
            cycle: 1,
            note: None,
            findings: vec![],
            waivers: vec![],
            open_points: OpenPoints { stated: ids(stated), acknowledged: acknowledged.map(ids) },
        }
    }

    fn recorded(event: Option<PhaseEvent>) -> Option<(Vec<String>, Vec<String>)> {
        match event {
            Some(PhaseEvent::OpenPointsAcknowledged { acknowledged, left_open, .. }) => Some((acknowledged, left_open)),
            _ => None,
        }
    }

    #[test]
    fn a_text_that_leaves_nothing_open_records_nothing() {
        assert_eq!(acknowledge(&approval("", None)), Ok(None));
        assert_eq!(acknowledge(&approval("", Some(""))), Ok(None));
    }

    #[test]
    fn who_is_asked_acknowledges_all_of_it_and_nothing_else() {
        let all = acknowledge(&approval("A-1 A-2 Q-1", Some("Q-1 A-2 A-1")));
        let names = |ids: &str| ids.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(all.map(recorded), Ok(Some((names("A-1 A-2 Q-1"), Vec::new()))));
        assert_eq!(
            acknowledge(&approval("A-1 A-2 Q-1", Some("A-2"))),
            Err(PhaseError::NotAcknowledged(ids("A-1 Q-1")))
        );
        assert_eq!(
            acknowledge(&approval("A-1", Some("A-1 Q-9"))),
            Err(PhaseError::NothingToAcknowledge(ids("Q-9")[0]))
        );
    }

    #[test]
    fn who_was_not_asked_is_on_record_as_that() {
        let unasked = acknowledge(&approval("A-1 Q-1", None));
        assert_eq!(unasked.map(recorded), Ok(Some((Vec::new(), vec!["A-1".to_owned(), "Q-1".to_owned()]))));
    }
}
