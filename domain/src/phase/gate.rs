//! One artefact's gate, computed from what the phase remembers, at each read and each decision (section 3).

use crate::ids::UserId;
use crate::phase::artefact::{BasedOn, upstream_hash};
use crate::phase::errors::{Current, Missing, Needs};
use crate::phase::plan::PhaseKind;
use crate::phase::state::{ApprovedRecord, OpenedPhase, StageRecord, VersionRecord};
use crate::role::{Capability, Role, roles_with};
use crate::stage::{GateKind, Stage};
use crate::text::Hash;

/// The gate of one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// An earlier stage is missing its approval.
    Locked(Vec<Missing>),
    /// Work may go on; nothing awaits a decision.
    Open,
    /// The latest version awaits a decision.
    InReview(Current),
    /// The latest version was sent back.
    ChangesRequested(Current),
    /// The latest version is approved, and so is what it stands on.
    Approved(ApprovedRecord),
    /// It was approved, but something it stands on has changed.
    Stale(ApprovedRecord),
    /// Conductor has replied, which is all that the stage waits for.
    Passed,
}

/// A gate's state by name, as events, rows and addresses have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateState {
    /// See [`Gate::Locked`].
    Locked,
    /// See [`Gate::Open`].
    Open,
    /// See [`Gate::InReview`].
    InReview,
    /// See [`Gate::ChangesRequested`].
    ChangesRequested,
    /// See [`Gate::Approved`].
    Approved,
    /// See [`Gate::Stale`].
    Stale,
    /// See [`Gate::Passed`].
    Passed,
}

impl GateState {
    /// The state's name in addresses and rows.
    pub fn as_str(self) -> &'static str {
        match self {
            GateState::Locked => "locked",
            GateState::Open => "open",
            GateState::InReview => "in_review",
            GateState::ChangesRequested => "changes_requested",
            GateState::Approved => "approved",
            GateState::Stale => "stale",
            GateState::Passed => "passed",
        }
    }
}

impl Gate {
    /// The state's name.
    pub fn state(&self) -> GateState {
        match self {
            Gate::Locked(_) => GateState::Locked,
            Gate::Open => GateState::Open,
            Gate::InReview(_) => GateState::InReview,
            Gate::ChangesRequested(_) => GateState::ChangesRequested,
            Gate::Approved(_) => GateState::Approved,
            Gate::Stale(_) => GateState::Stale,
            Gate::Passed => GateState::Passed,
        }
    }
}

impl OpenedPhase {
    /// The version that is approved at a stage now.
    pub fn approved_version(&self, stage: Stage) -> Option<u32> {
        match self.gate(stage) {
            Gate::Approved(_) => self.stages.get(&stage)?.approved.as_ref().map(|approved| approved.version),
            _ => None,
        }
    }

    /// The gate of a stage. A stage that this kind of phase has not is locked for ever; one that a promoted phase
    /// had stays passed.
    pub fn gate(&self, stage: Stage) -> Gate {
        let Some(record) = self.stages.get(&stage) else { return Gate::Locked(Vec::new()) };
        if record.first_reply.is_some() {
            return Gate::Passed;
        }
        if !self.kind.has(stage) {
            return Gate::Locked(Vec::new());
        }
        if let Some(approved) = &record.approved {
            return if self.stands(stage, approved) {
                Gate::Approved(approved.clone())
            } else {
                Gate::Stale(approved.clone())
            };
        }
        let missing = self.blocked_by(stage);
        if !missing.is_empty() {
            return Gate::Locked(missing);
        }
        match &record.latest {
            None => Gate::Open,
            Some(_) if stage.gate_kind() != GateKind::Approval => Gate::Open,
            Some(latest) if record.sends_back(latest.version) => Gate::ChangesRequested(self.current(stage, latest)),
            Some(latest) => Gate::InReview(self.current(stage, latest)),
        }
    }

    /// What a stage waits for: every earlier stage whose artefact is not approved, or stale, and the first reply in
    /// a scoping conversation (rules 1 and 11).
    pub fn blocked_by(&self, stage: Stage) -> Vec<Missing> {
        self.kind.earlier(stage).filter_map(|earlier| self.missing_from(earlier)).collect()
    }

    /// What a stage still owes to those after it.
    fn missing_from(&self, earlier: Stage) -> Option<Missing> {
        let needs = match self.own_state(earlier) {
            GateState::Approved | GateState::Passed => return None,
            _ if earlier.gate_kind() == GateKind::FirstReply => Needs::FirstReply,
            GateState::Stale => Needs::Reaffirmation,
            GateState::ChangesRequested => Needs::Changes,
            GateState::InReview => Needs::Approval,
            GateState::Locked | GateState::Open => Needs::Version,
        };
        let who = match needs {
            Needs::FirstReply => roles_with(Capability::Converse(earlier)).to_vec(),
            _ => self.approving_roles(earlier),
        };
        Some(Missing { stage: earlier, needs, who })
    }

    /// What stories are generated from now: the approved artefacts; in a light phase the scoping note, once there
    /// is one.
    pub fn story_sources(&self) -> Vec<BasedOn> {
        let note = (self.kind == PhaseKind::Light).then(|| self.stages.get(&Stage::Scoping)).flatten();
        let note = note.and_then(|record| {
            let latest = record.latest.as_ref()?;
            let (version, content_hash) = (latest.version, latest.content.hash);
            Some(BasedOn { stage: Stage::Scoping, version, content_hash, cycle: record.cycle })
        });
        self.upstream(Stage::Stories).into_iter().chain(note).collect()
    }

    /// The roles that may approve a stage: the policy's, never more than the matrix gives.
    pub fn approving_roles(&self, stage: Stage) -> Vec<Role> {
        let policy = self.stages.get(&stage).and_then(|record| record.policy.stage(stage));
        roles_with(Capability::DecideAtGate(stage))
            .iter()
            .copied()
            .filter(|role| policy.is_none_or(|policy| policy.roles.contains(role)))
            .collect()
    }

    /// The approved versions that a stage stands on now.
    pub fn upstream(&self, stage: Stage) -> Vec<BasedOn> {
        self.kind.upstream(stage).filter_map(|earlier| self.approved_as(earlier)).collect()
    }

    /// A stage's approved version, as what stands on it names it.
    fn approved_as(&self, stage: Stage) -> Option<BasedOn> {
        let approved = self.stages.get(&stage)?.approved.as_ref()?;
        let ApprovedRecord { version, content_hash, cycle, .. } = *approved;
        Some(BasedOn { stage, version, content_hash, cycle })
    }

    /// The hash over what a stage stands on now (rule 2).
    pub fn upstream_hash(&self, stage: Stage) -> Hash {
        upstream_hash(&self.upstream(stage))
    }

    /// The people whose approvals of the latest version count now.
    pub fn counting_approvals(&self, stage: Stage) -> Vec<UserId> {
        let (Some(record), upstream) = (self.stages.get(&stage), self.upstream_hash(stage)) else { return Vec::new() };
        let Some(latest) = &record.latest else { return Vec::new() };
        record
            .approvals
            .iter()
            .filter(|(_, given)| {
                given.version == latest.version && given.cycle == record.cycle && given.upstream_hash == upstream
            })
            .map(|(approver, _)| *approver)
            .collect()
    }

    /// How many different people must approve a stage.
    pub fn required_approvals(&self, stage: Stage) -> usize {
        let policy = self.stages.get(&stage).and_then(|record| record.policy.stage(stage));
        policy.map_or(1, |policy| policy.required_approvals as usize)
    }

    /// What an approval given now must name.
    pub fn current(&self, stage: Stage, latest: &VersionRecord) -> Current {
        Current {
            version: latest.version,
            content_hash: latest.content.hash,
            upstream_hash: self.upstream_hash(stage),
            cycle: self.stages.get(&stage).map_or(0, |record| record.cycle),
        }
    }

    /// Whether stories can come: all artefacts are approved and none is stale; the scoping conversation has a reply;
    /// one-off stories wait for nothing (rule 11).
    pub fn is_ready(&self) -> bool {
        self.blocked_by(Stage::Stories).is_empty()
    }

    /// A stage's state by itself, without what locks it.
    fn own_state(&self, stage: Stage) -> GateState {
        let Some(record) = self.stages.get(&stage) else { return GateState::Open };
        if record.first_reply.is_some() {
            return GateState::Passed;
        }
        match (&record.approved, &record.latest) {
            (Some(approved), _) if self.stands(stage, approved) => GateState::Approved,
            (Some(_), _) => GateState::Stale,
            (None, None) => GateState::Open,
            (None, Some(latest)) if record.sends_back(latest.version) => GateState::ChangesRequested,
            (None, Some(_)) => GateState::InReview,
        }
    }

    /// Whether an approval still stands on exactly what it was given on.
    fn stands(&self, stage: Stage, approved: &ApprovedRecord) -> bool {
        self.kind.upstream(stage).all(|earlier| self.own_state(earlier) == GateState::Approved)
            && self.upstream_hash(stage) == approved.upstream_hash
    }
}

impl StageRecord {
    /// Whether this version is one that somebody sent back.
    fn sends_back(&self, version: u32) -> bool {
        self.change_requests.values().any(|request| request.version == version)
    }
}
