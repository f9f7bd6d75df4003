//! What comes from an IDE: submissions that are kept, and findings.

use konductro_domain::actor::Person;
use konductro_domain::artefact::check::Severity;
use konductro_domain::artefact::reference::{Prefix, Reference as Id};
use konductro_domain::ids::{KeptSubmissionId, RaisedFindingId};
use konductro_domain::phase::{AcceptFinding, AdoptSubmission, DeclineFinding, NewFinding, PhaseCommand, RaiseFinding};
use konductro_domain::stage::Stage;
use konductro_domain::text::Text;
use uuid::Uuid;

use super::{Dice, World};
use crate::reference::{Ask, By};

impl World {
    /// Adopts what is kept beside the analysis, mostly something that is there.
    pub(super) fn adopt(&self, by: By, as_person: Person, dice: &mut Dice) -> (Ask, PhaseCommand) {
        let kept = self.reference.kept();
        let id = kept.get(dice.below(3)).or(kept.first()).map_or(0, |kept| kept.id);
        let stage = if dice.once_in(16) { Stage::Architecture } else { Stage::TechnicalAnalysis };
        let command = AdoptSubmission {
            by: as_person,
            stage,
            submission_id: KeptSubmissionId(Uuid::from_u128(id.into())),
            reason: Text::plain("why"),
            approval_policy: self.policy.clone(),
        };
        (Ask::Adopt { by, stage, id }, PhaseCommand::AdoptSubmission(command))
    }

    pub(super) fn raise(&mut self, by: By, as_person: Person, stage: Stage, dice: &mut Dice) -> (Ask, PhaseCommand) {
        self.made += 1;
        let approved = self.opened().stages.get(&stage).and_then(|record| record.approved.as_ref());
        let version = approved.map_or(1, |approved| approved.version) + u32::from(dice.once_in(8));
        let finding = NewFinding {
            finding_id: RaisedFindingId(Uuid::from_u128(self.made.into())),
            reference: Id { prefix: Prefix::R, number: 1, part: None },
            severity: Severity::Advisory,
            text: Text::plain(format!("finding {}", self.made)),
            evidence: Vec::new(),
        };
        let command = RaiseFinding { by: as_person, stage, version, finding };
        (Ask::Raise { by, stage, id: self.made, version }, PhaseCommand::RaiseFinding(command))
    }

    /// Accepts or declines a finding, mostly one that is open.
    pub(super) fn answer(&self, by: By, as_person: Person, stage: Stage, dice: &mut Dice) -> (Ask, PhaseCommand) {
        let open = self.reference.open_findings(stage);
        let known: Vec<u32> = self.opened().findings.keys().filter_map(|id| id.0.as_u128().try_into().ok()).collect();
        let any = known.get(dice.below(4)).copied().unwrap_or(0);
        let id = if dice.once_in(6) { any } else { open.first().copied().unwrap_or(any) };
        let finding_id = RaisedFindingId(Uuid::from_u128(id.into()));
        if dice.once_in(3) {
            let command = DeclineFinding { by: as_person, stage, finding_id, reason: Text::plain("why") };
            return (Ask::Decline { by, stage, id }, PhaseCommand::DeclineFinding(command));
        }
        let command = AcceptFinding { by: as_person, stage, finding_id, approval_policy: self.policy.clone() };
        (Ask::Accept { by, stage, id }, PhaseCommand::AcceptFinding(command))
    }
}
