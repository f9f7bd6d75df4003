//! The log's machinery in this very process, without HTTP: where commit, seal and fold can be told apart.

use std::time::Duration;

use konductro_api::commands::{Envelope, FenceCheck, FenceScope, Receipt, Wait};
use konductro_domain::actor::Person;
use konductro_domain::ids::{EventId, PhaseId, ProjectId};
use konductro_domain::phase::plan::PhaseKind;
use konductro_domain::phase::{AddArtefactVersion, OpenPhase, Phase, PhaseCommand, Via};
use konductro_domain::project::policy::ApprovalPolicy;
use konductro_domain::role::Role;
use konductro_domain::stage::Stage;
use konductro_domain::text::{Hash, Text};
use konductro_tests::database::TestDatabase;
use konductro_tests::log::Log;
use konductro_tests::people::{envelope, person};
use uuid::Uuid;

use crate::bed::document;

/// Commands, sealer and read models on a database of their own.
pub struct Inside {
    pub log: Log,
    pub sdm: Person,
    pub project: ProjectId,
    pub database: TestDatabase,
}

impl Inside {
    pub async fn start() -> Self {
        let database = TestDatabase::new().await;
        let log = Log::start(&database).await;
        let sdm = person(&[Role::Sdm]);
        let project = log.project(&sdm, "INSIDE").await;
        Self { log, sdm, project, database }
    }

    /// Opens phases; every number is given once.
    pub async fn phases(&self, count: usize) -> Vec<PhaseId> {
        let mut phases = Vec::with_capacity(count);
        for _ in 0..count {
            let (phase, brief) = (PhaseId(Uuid::now_v7()), Text::plain("Sellers wait three days for their money."));
            let command = PhaseCommand::OpenPhase(OpenPhase {
                by: self.sdm.clone(),
                project_id: self.project,
                number: self.log.commands.next_phase_number(self.project).await.unwrap(),
                kind: PhaseKind::Full,
                title: "Measured".to_owned(),
                brief: brief.clone(),
                approval_policy: ApprovalPolicy::default(),
            });
            let told = Envelope { texts: vec![brief], ..envelope(&self.sdm) };
            self.log.commands.execute::<Phase>(&phase.to_string(), command, told).await.unwrap();
            phases.push(phase);
        }
        phases
    }

    /// What a version relies on, read once: nothing changes it while it is measured.
    pub async fn fences(&self, phase: PhaseId) -> Vec<FenceCheck> {
        let mut fences = Vec::new();
        let member = FenceScope::Member(self.project, self.sdm.user_id);
        for scope in [member, FenceScope::Stage(phase, Stage::Requirements), FenceScope::ProjectPolicy(self.project)] {
            let epoch = self.log.commands.fence(&scope).await.unwrap().epoch;
            fences.push(FenceCheck { scope, epoch });
        }
        fences
    }

    /// Saves a version as the route does; gives its event once it is committed, or visible.
    pub async fn save_version(&self, phase: PhaseId, fences: &[FenceCheck], wait: Wait) -> EventId {
        let (command, content) = version_by(&self.sdm);
        let told = Envelope {
            receipt: Some(receipt()),
            fences: fences.to_vec(),
            texts: vec![content],
            position_wait: wait,
            project_id: Some(self.project),
            phase_id: Some(phase),
            ..envelope(&self.sdm)
        };
        let done = self.log.commands.execute::<Phase>(&phase.to_string(), command, told).await.unwrap();
        *done.event_ids.last().expect("a new text is a new version")
    }
}

/// A command that adds a version, and its text.
pub fn version_by(sdm: &Person) -> (PhaseCommand, Text) {
    let content = Text::plain(document());
    let command = PhaseCommand::AddArtefactVersion(AddArtefactVersion {
        by: sdm.clone(),
        stage: Stage::Requirements,
        title: "Requirements".to_owned(),
        content: content.clone(),
        via: Via::Hand,
        earlier_authors: Vec::new(),
        answers: Vec::new(),
        approval_policy: ApprovalPolicy::default(),
    });
    (command, content)
}

/// A receipt under a key of its own.
pub fn receipt() -> Receipt {
    let key = Uuid::now_v7().to_string();
    Receipt {
        scope: "measured POST /versions".to_owned(),
        fingerprint: Hash::of(key.as_bytes()),
        key,
        result: serde_json::json!({}),
    }
}

/// How long a wait for something that must come may last.
pub const PATIENCE: Duration = Duration::from_secs(20);
