//! Entering a project or phase: who the caller is there, and what the command then relies on.
//!
//! What somebody may not see does not exist for them: 404. Roles come from the membership's fence, which is
//! written in the same statement as the event that sets them, and the append checks that it still holds.

use konductro_domain::actor::Person;
use konductro_domain::ids::{PhaseId, ProjectId};
use konductro_domain::phase::{OpenedPhase, Phase, PhaseError};
use konductro_domain::project::policy::ApprovalPolicy;
use konductro_domain::project::{Project, ProjectError};
use konductro_domain::role::{Capability, Role, Roles, acting_role};
use konductro_domain::stage::Stage;
use konductro_domain::text::Text;
use serde_json::Value;

use crate::commands::{Commands, Envelope, Wait};
use crate::event_store::{FenceCheck, FenceScope, FenceState};
use crate::http::{Caller, RequestContext};
use crate::problem::Problem;
use crate::state::AppState;
use crate::views::PhaseReader;

/// The caller as a member of a project.
#[derive(Debug, Clone)]
pub struct InProject {
    /// The project.
    pub project_id: ProjectId,
    /// The caller with the roles held there.
    pub person: Person,
    /// The fence of the project's policy, where it was read already.
    policy: Option<FenceState>,
    /// What holds only as long as the membership does.
    fences: Vec<FenceCheck>,
}

impl InProject {
    /// Enters a project; 404 for everybody who is no member.
    pub async fn enter(state: &AppState, caller: &Caller, project_id: ProjectId) -> Result<Self, Problem> {
        let scope = FenceScope::Member(project_id, caller.user_id);
        let member = state.commands.fence(&scope).await?;
        Self::of(caller, project_id, member, None).if_member("project")
    }

    /// The caller as the fence of the membership says, be it with no role at all.
    fn of(caller: &Caller, project_id: ProjectId, member: FenceState, policy: Option<FenceState>) -> Self {
        // A token is bound to one project; every other one does not exist for it.
        let roles: Roles = match caller.bound_to() {
            Some(bound) if bound != project_id => Roles::new(),
            Some(_) | None => serde_json::from_value(member.value).unwrap_or_default(),
        };
        let scope = FenceScope::Member(project_id, caller.user_id);
        let fences = vec![FenceCheck { scope, epoch: member.epoch }];
        Self { project_id, person: caller.person(roles), policy, fences }
    }

    /// 404 for everybody who is no member, as for what does not exist.
    fn if_member(self, what: &'static str) -> Result<Self, Problem> {
        if self.person.roles.is_empty() { Err(Problem::not_found(what)) } else { Ok(self) }
    }

    /// 403 unless the caller holds a role with the capability.
    pub fn require(&self, capability: Capability) -> Result<(), Problem> {
        if acting_role(&self.person.roles, capability).is_some() {
            return Ok(());
        }
        let roles = konductro_domain::role::roles_with(capability).to_vec();
        Err(PhaseError::RoleRequired(roles).into())
    }

    /// The project's policy as it is now; the append checks that it still is.
    pub async fn approval_policy(&mut self, commands: &Commands) -> Result<ApprovalPolicy, Problem> {
        let scope = FenceScope::ProjectPolicy(self.project_id);
        let fence = match self.policy.take() {
            Some(fence) => fence,
            None => commands.fence(&scope).await?,
        };
        self.fences.push(FenceCheck { scope, epoch: fence.epoch });
        if let Ok(policy) = serde_json::from_value(fence.value) {
            return Ok(policy);
        }
        let project = commands.load::<Project>(&self.project_id.to_string()).await?;
        Ok(project.state.created().map_err(|_: ProjectError| Problem::not_found("project"))?.approval_policy.clone())
    }

    /// A command's circumstances: who, where, on what it relies.
    pub fn envelope(&self, context: &RequestContext, capability: Capability) -> Envelope {
        let role: Option<Role> = acting_role(&self.person.roles, capability);
        Envelope {
            role,
            credential: Some(self.person.credential),
            request_id: Some(context.request_id.clone()),
            project_id: Some(self.project_id),
            fences: self.fences.clone(),
            position_wait: Wait::Visible,
            ..Envelope::new(
                konductro_domain::actor::Actor::Person { user_id: self.person.user_id },
                context.correlation,
            )
        }
    }
}

/// The caller in a phase.
#[derive(Debug, Clone)]
pub struct InPhase {
    /// The phase.
    pub phase_id: PhaseId,
    /// As the log has it now.
    pub phase: Box<OpenedPhase>,
    /// Its stream's sequence.
    pub version: i64,
    /// The caller in its project.
    pub project: InProject,
}

impl InPhase {
    /// Enters a phase; 404 for everybody who is no member of its project.
    pub async fn enter(state: &AppState, caller: &Caller, phase_id: PhaseId) -> Result<Self, Problem> {
        Self::enter_with(state, caller, phase_id, None).await
    }

    /// Enters a phase to do something in one of its stages, which must then not have moved.
    pub async fn enter_stage(
        state: &AppState,
        caller: &Caller,
        phase_id: PhaseId,
        stage: Stage,
    ) -> Result<Self, Problem> {
        let entered = Self::enter_with(state, caller, phase_id, Some(stage)).await?;
        entered.has(stage)?;
        Ok(entered)
    }

    /// Looks again at a phase in which the caller has just done something. What was done stays done, and is
    /// told, also when the membership was taken a moment later.
    pub async fn after_acting(state: &AppState, caller: &Caller, phase_id: PhaseId) -> Result<Self, Problem> {
        Ok(Self::look(state, caller, phase_id, None).await?.0)
    }

    /// Reads the fences together with what they guard.
    async fn enter_with(
        state: &AppState,
        caller: &Caller,
        phase_id: PhaseId,
        stage: Option<Stage>,
    ) -> Result<Self, Problem> {
        let (mut entered, epoch) = Self::look(state, caller, phase_id, stage).await?;
        entered.project = entered.project.if_member("phase")?;
        if let Some(stage) = stage {
            let scope = FenceScope::Stage(phase_id, stage);
            entered.project.fences.push(FenceCheck { scope, epoch });
        }
        Ok(entered)
    }

    /// The caller in the phase, be it with no role at all, and the epoch of the stage's fence.
    async fn look(
        state: &AppState,
        caller: &Caller,
        phase_id: PhaseId,
        stage: Option<Stage>,
    ) -> Result<(Self, i64), Problem> {
        let gone = || Problem::not_found("phase");
        let (fences, loaded) = state.commands.enter_phase(phase_id, caller.user_id, stage).await?.ok_or_else(gone)?;
        let project = InProject::of(caller, fences.project, fences.member, Some(fences.policy));
        let Phase::Opened(phase) = loaded.state else { return Err(gone()) };
        Ok((Self { phase_id, phase, version: loaded.version, project }, fences.stage.epoch))
    }

    /// 404 where this phase has and had no such stage; one that it had before it was promoted can be read.
    pub fn has(&self, stage: Stage) -> Result<(), Problem> {
        if self.phase.stages.contains_key(&stage) { Ok(()) } else { Err(Problem::not_found("stage")) }
    }

    /// The phase as the caller reads it.
    pub fn reader(&self) -> PhaseReader<'_> {
        PhaseReader { phase_id: self.phase_id, phase: &self.phase, version: self.version, person: &self.project.person }
    }

    /// The person.
    pub fn person(&self) -> &Person {
        &self.project.person
    }

    /// A command's circumstances.
    pub fn envelope(&self, context: &RequestContext, capability: Capability) -> Envelope {
        Envelope { phase_id: Some(self.phase_id), ..self.project.envelope(context, capability) }
    }
}

/// What a request adds to a command's circumstances.
pub trait Told {
    /// The texts that the command's events will name.
    fn with_texts(self, texts: impl IntoIterator<Item = Text>) -> Self;
    /// What a repeat of the request gets back, where the request has a key.
    fn with_result(self, context: &RequestContext, result: Value) -> Self;
}

impl Told for Envelope {
    fn with_texts(mut self, texts: impl IntoIterator<Item = Text>) -> Self {
        self.texts.extend(texts);
        self
    }

    fn with_result(mut self, context: &RequestContext, result: Value) -> Self {
        self.receipt = context.receipt(result);
        self
    }
}
